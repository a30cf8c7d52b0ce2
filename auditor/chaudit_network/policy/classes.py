"""Packets that one policy cannot tell apart, so that they are judged once, however many ports and nodes there are."""

from bisect import bisect_right
from collections.abc import Hashable, Iterator
from contextlib import suppress

import msgspec

from chaudit import CannotTellError
from chaudit_network.addresses import IPAddress, parse_network
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import EntityRule
from chaudit_network.policy.chains import HostPolicy
from chaudit_network.policy.matching import Packet, Resolver
from chaudit_network.policy.policy import Stage


class PacketClasses(msgspec.Struct):
    """How one policy looks at destinations: the ports at which a rule changes its mind, and whom it asks for."""

    boundaries: tuple[int, ...]
    networks: tuple[str, ...]
    selectors: tuple[tuple[str, str], ...]
    """Selectors, each with its namespace selector."""

    resolve: Resolver
    _sets: dict[int, tuple[Intervals, ...]] = msgspec.field(default_factory=dict)

    def key(self, packet: Packet) -> Hashable:
        """Return a key that is equal for packets which no rule of the policy tells apart."""
        port = bisect_right(self.boundaries, packet.port)
        return packet.family, packet.protocol, port, packet.port_names, self.place(packet.destination)

    def place(self, address: IPAddress) -> Hashable:
        """Return a key that is equal for destinations which no rule of the policy tells apart."""
        if address.version not in self._sets:
            self._sets[address.version] = tuple(self._asked_for(address.version))
        number = int(address)
        return tuple(number in addresses for addresses in self._sets[address.version])

    def _asked_for(self, family: int) -> Iterator[Intervals]:
        """Yield the sets that rules ask for; one that cannot be told is so for every packet."""
        for network in self.networks:
            with suppress(CannotTellError):
                yield Intervals.addresses((parse_network(network),), family)
        for selector, namespace_selector in self.selectors:
            with suppress(CannotTellError):
                yield self.resolve(selector, namespace_selector, family)


def packet_classes(host: HostPolicy, resolve: Resolver) -> PacketClasses:
    """Return how an endpoint's policy, its failsafe ports included, looks at destinations."""
    sides = list(_destinations(host))
    spans = [span for side in sides for port in (*side.ports, *side.not_ports) for span in _span(port)]
    spans += [(failsafe.port, failsafe.port) for failsafe in host.failsafe_ports]
    return PacketClasses(
        boundaries=tuple(sorted({edge for low, high in spans for edge in (low, high + 1)})),
        networks=tuple(sorted({network for side in sides for network in (*side.nets, *side.not_nets)})),
        selectors=tuple(sorted({selector for side in sides for selector in _selectors(side)})),
        resolve=resolve,
    )


def _selectors(side: EntityRule) -> Iterator[tuple[str, str]]:
    if side.selector or side.namespace_selector:
        yield side.selector, side.namespace_selector
    if side.not_selector:
        yield side.not_selector, side.namespace_selector


def _destinations(host: HostPolicy) -> Iterator[EntityRule]:
    for applied in host.tiers:
        for policy in (*applied.sure, *applied.perhaps):
            rules = [*policy.ingress, *(policy.egress if Stage.FORWARD_OUT in policy.stages else ())]
            yield from (rule.destination for rule in rules)


def _span(port: int | str) -> Iterator[tuple[int, int]]:
    if isinstance(port, int):
        yield port, port
        return
    low, _, high = port.partition(":")
    if low.isdigit() and (high or low).isdigit():
        yield int(low), int(high or low)
