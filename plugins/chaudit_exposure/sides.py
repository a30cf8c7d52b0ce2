"""The sides of a comparison: the exposure that was, of a snapshot or a file of JSON lines, and the one that is."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chaudit.engine import Evaluation
from chaudit_exposure.selection import Selection
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.model import Exposure, ExposureModel
from chaudit_network.exposure.view import Ways, exposure, ways_in
from chaudit_network.exposure.ways import Via
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import unread

Port = tuple[int, str]
"""Number and protocol."""

_OF_SERVICES = {Via.EXTERNAL_IP, Via.LOAD_BALANCER_IP}
"""Ways in at addresses that need not be a node's own."""


class Side(ABC):
    """One exposure, asked port by port: there can be millions of records."""

    @property
    @abstractmethod
    def ports(self) -> frozenset[Port]:
        """The ports at which there is any way in."""

    @abstractmethod
    def at(self, port: Port) -> Iterator[Exposure]:
        """Yield what is selected of the records at a port."""

    @abstractmethod
    def doubt(self, record: Exposure) -> str:
        """Return why a way in that only the other side has may be there on this one too; empty where it is not."""


@dataclass
class ModelSide(Side):
    """The exposure of a snapshot."""

    model: ExposureModel
    ways: Ways
    addresses: NodeAddresses
    selection: Selection

    @classmethod
    def of(cls, facts: Evaluation, selection: Selection) -> "ModelSide":
        """Return the exposure of what is known of a cluster."""
        return cls(facts.get(exposure), facts.get(ways_in), facts.get(node_addresses), selection)

    @property
    def ports(self) -> frozenset[Port]:
        """The ports at which there is any way in."""
        return frozenset((way.port, way.protocol) for way in self.model.ways)

    def at(self, port: Port) -> Iterator[Exposure]:
        """Yield what is selected of the records at a port."""
        for group in self.selection.of(self.model.by_port.get(port, ())):
            yield from group.expand()

    def doubt(self, record: Exposure) -> str:
        """Return which list or object was not read, or that an address was not known."""
        target = record.target
        gaps = self.ways.pods if target.kind == "Pod" else (*self.ways.services, *self.ways.addresses)
        for gap in gaps:
            is_its_own = target.kind == "Pod" or gap.subject.name in {"", target.name}  # pods come back by other names
            if gap.is_list or (gap.subject.namespace in {"", target.namespace} and is_its_own):
                return str(gap)
        for gap in unread(self.addresses.nodes):
            if gap.subject.name in {"", record.node}:
                return str(gap)
        if record.via in _OF_SERVICES or record.node not in self._nodes:
            return ""
        if parse_address(record.address) in self.model.places.by_address:
            return ""
        return self.addresses.of(record.node).gap and "the address was not known to be the node's"

    @cached_property
    def _nodes(self) -> frozenset[str]:
        return frozenset(known.node.name for known in self.addresses)


@dataclass
class LinesSide(Side):
    """The exposure in a file that `chaudit exposure --json` wrote: what was not looked at then, it does not say."""

    by_port: Mapping[Port, Sequence[Exposure]]
    known: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, lines: Sequence[Exposure], selection: Selection) -> "LinesSide":
        """Return the exposure of these lines."""
        found: dict[Port, list[Exposure]] = defaultdict(list)
        for line in filter(selection.shows, lines):
            found[line.port, line.protocol].append(line)
        return cls(found, frozenset((line.node, line.address) for line in lines))

    @property
    def ports(self) -> frozenset[Port]:
        """The ports at which there is any way in."""
        return frozenset(self.by_port)

    def at(self, port: Port) -> Iterator[Exposure]:
        """Yield what is selected of the records at a port."""
        yield from self.by_port.get(port, ())

    def doubt(self, record: Exposure) -> str:
        """Return that no line speaks of an address of a node of which others speak."""
        is_new = record.node not in self._nodes
        if record.via in _OF_SERVICES or is_new or (record.node, record.address) in self.known:
            return ""
        return "the file has no line about the address"

    @cached_property
    def _nodes(self) -> frozenset[str]:
        return frozenset(node for node, _ in self.known)
