"""Where ranges of addresses overlap, or hold what is somebody else's."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec

from chaudit import CannotTellError, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.address_ranges import AddressRanges, Range, address_ranges
from chaudit_network.views.starlingx import Platform, platform
from chaudit_network.views.unread import Unread

_FAMILIES = (4, 6)


class AddressPlan(msgspec.Struct, dict=True):
    """All ranges, with the addresses that nodes have already."""

    ranges: Sequence[Range | Unread]
    nodes: Sequence[Node]
    platform: Platform

    @property
    def gaps(self) -> Sequence[Unread]:
        """The ranges that are not known, any of which may overlap any other."""
        return [one for one in self.ranges if isinstance(one, Unread)]

    def overlapping(self, one: Range) -> Sequence[Range]:
        """Return the ranges that should share no address with this one, and do."""
        return tuple(self._overlapping.get(one, ()))

    def owned(self, one: Range) -> Iterator[tuple[IPAddress, str]]:
        """Yield the addresses of nodes in a range, each with the name of its node."""
        for family in _FAMILIES:
            numbers, owners = self._owners[family]
            for low, high in Intervals.addresses(one.networks, family).spans:
                for index in range(bisect_left(numbers, low), len(numbers)):
                    if numbers[index] > high:
                        break
                    yield owners[index]

    def twins(self, node: Node) -> Iterator[tuple[IPAddress, str]]:
        """Yield the InternalIPs of a node that another has as well, each with the name of one that has."""
        for address in _internal(node):
            for other in self._having[address]:
                if other != node.name:
                    yield address, other
                    break

    @cached_property
    def _having(self) -> Mapping[IPAddress, Sequence[str]]:
        found: dict[IPAddress, list[str]] = defaultdict(list)
        for node in self.nodes:
            for address in _internal(node):
                found[address].append(node.name)
        return found

    @cached_property
    def _owners(self) -> Mapping[int, tuple[Sequence[int], Sequence[tuple[IPAddress, str]]]]:
        """The addresses of nodes by family, ascending; StarlingX knows more of its controllers than their Nodes say."""
        known = {(address, node.name) for node in self.nodes for address in _internal(node)}
        known |= {(one.address, name) for name, held in self.platform.controllers.items() for one in held}
        found = {}
        for family in _FAMILIES:
            own = sorted((one for one in known if one[0].version == family), key=lambda one: (int(one[0]), one[1]))
            found[family] = ([int(address) for address, _ in own], own)
        return found

    @cached_property
    def _overlapping(self) -> Mapping[Range, Mapping[Range, None]]:
        """Sweep over all ranges by where they begin, keeping those that have not ended yet."""
        ranges = [one for one in self.ranges if isinstance(one, Range)]
        found: dict[Range, dict[Range, None]] = defaultdict(dict)
        for family in _FAMILIES:
            spans = [(*span, one) for one in ranges for span in Intervals.addresses(one.networks, family).spans]
            begun: list[tuple[int, Range]] = []
            for low, high, one in sorted(spans, key=lambda span: span[:2]):
                begun = [(end, other) for end, other in begun if end >= low]
                for _, other in begun:
                    if other is not one and one.excludes(other):
                        found[one][other] = found[other][one] = None
                begun.append((high, one))
        return found


@view(address_ranges, NODES, platform)
def address_plan(ranges: AddressRanges, nodes: Sequence[Node], platform: Platform) -> AddressPlan:
    """Lay all ranges beside each other."""
    return AddressPlan(tuple(ranges), nodes, platform)


@view(address_plan)
def addressed(plan: AddressPlan) -> Sequence[Range | Node | Unread]:
    """Return all that has addresses."""
    return [*plan.ranges, *plan.nodes]


def _internal(node: Node) -> Iterator[IPAddress]:
    for text in dict.fromkeys(node.internal_ips):
        with suppress(CannotTellError):
            yield parse_address(text)
