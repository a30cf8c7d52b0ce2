"""What an address that a name leads to is: a node, an address that moves between controllers, a load balancer."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chaudit import Reading, view
from chaudit_network.addresses import IPAddress
from chaudit_network.announcing.candidates import listed
from chaudit_network.announcing.view import Announced, Announcements, announcements
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses


class Kind(StrEnum):
    """What is at an address."""

    NODE = "node"
    FLOATING = "floating address"
    LOAD_BALANCER = "load balancer"
    DECLARED = "load balancer outside"
    UNKNOWN = "unknown"


class Destination(msgspec.Struct, frozen=True):
    """An address with the nodes that are reached by it, now or when another of them takes over.

    `ready` are those of them that are Ready. `because` says how that is known, or why it is not. An address that was
    seen on a node, but that nobody gave to it, may move to another.
    """

    address: IPAddress
    kind: Kind
    nodes: frozenset[str] = frozenset()
    ready: frozenset[str] = frozenset()
    because: str = ""
    may_move: bool = False

    @property
    def survives(self) -> bool:
        """Whether it goes on answering when one node is lost."""
        return self.kind is Kind.DECLARED or (self.kind is not Kind.NODE and len(self.ready) > 1)

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be more than is known of it."""
        return self.may_move or self.kind is Kind.UNKNOWN

    def __str__(self) -> str:
        """Return `192.168.206.3 (controller-0)`."""
        return f"{self.address} ({self.because})"


class Destinations(msgspec.Struct, dict=True):
    """All addresses of which it is known what they are."""

    announcements: Announcements
    addresses: NodeAddresses
    nodes: Reading[Node]
    _known: dict[IPAddress, Destination] = msgspec.field(default_factory=dict)
    _ready_of: dict[frozenset[str], frozenset[str]] = msgspec.field(default_factory=dict)

    def at(self, address: IPAddress) -> Destination:
        """Return what is at an address.

        Raises:
            CannotTellError: nodes or services were not read.
        """
        if address not in self._known:
            self._known[address] = self._find(address)
        return self._known[address]

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """The nodes by name.

        Raises:
            CannotTellError: they were not read.
        """
        return {node.name: node for node in self.nodes.records}

    def _find(self, address: IPAddress) -> Destination:
        if self.announcements.is_declared(address):
            return Destination(address, Kind.DECLARED, because="a load balancer that the intent declares")
        announced = self.announcements.at(address)
        if any(one.is_given_out for one in announced):
            return self._of_load_balancer(address, announced)
        if owners := frozenset(self.addresses.owners(address)):
            return self._of_nodes(address, owners)
        if announced:
            return self._of_load_balancer(address, announced)
        return Destination(address, Kind.UNKNOWN, because="no node and no load balancer here is known to have it")

    def _of_nodes(self, address: IPAddress, owners: frozenset[str]) -> Destination:
        if len(owners) > 1 and all(self._floats(name, address) for name in owners):
            return self._destination(address, Kind.FLOATING, owners, f"floating between {listed(owners)}")
        if len(owners) > 1:
            return Destination(address, Kind.UNKNOWN, because=f"an address of several nodes: {listed(owners)}")
        found = self._destination(address, Kind.NODE, owners, listed(owners))
        if all(self.addresses.is_assigned(name, address) for name in owners):
            return found
        return replace(found, may_move=True, because=f"seen on {listed(owners)}, but not known to be its own")

    def _of_load_balancer(self, address: IPAddress, announced: Sequence[Announced]) -> Destination:
        """Return the load balancer; of several services with one address, the one that fewest announce counts."""
        worst = min(announced, key=lambda one: len(one.nodes))
        if len(worst.nodes) <= 1 and (worst.doubts or not worst.is_given_out):
            why = "; ".join(worst.doubts) or "who announces it is not known"
            return Destination(address, Kind.UNKNOWN, because=f"a load balancer: {why}")
        by = ", ".join(map(str, worst.by)) or f"from {worst.pool}, announced by nobody"
        return self._destination(address, Kind.LOAD_BALANCER, worst.nodes, by)

    def _destination(self, address: IPAddress, kind: Kind, nodes: frozenset[str], because: str) -> Destination:
        if nodes not in self._ready_of:
            self._ready_of[nodes] = nodes & self._ready
        return Destination(address, kind, nodes, self._ready_of[nodes], because)

    @cached_property
    def _ready(self) -> frozenset[str]:
        return frozenset(name for name, node in self.by_name.items() if node.is_ready)

    def _floats(self, name: str, address: IPAddress) -> bool:
        return any(one.is_floating for one in self.addresses.of(name).addresses if one.address == address)


destinations = view(announcements, node_addresses, NODES.reading)(Destinations)
"""The view that answers with `Destinations`."""
