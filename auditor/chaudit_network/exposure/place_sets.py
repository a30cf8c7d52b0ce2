"""Sets of nodes, and of places on them, told by what is left out: thousands of services share the same few sets."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from chaudit_network.addresses import IPAddress


class Place(msgspec.Struct, frozen=True):
    """One address of one node; interface and network are empty where they are not known."""

    node: str
    address: IPAddress
    interface: str
    network: str


@dataclass(frozen=True, slots=True, eq=False)
class NodeSet(Collection[str]):
    """The members but those `without`, all of which are members, in the members' order."""

    members: Mapping[str, object]
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, nodes: Iterable[str]) -> "NodeSet":
        """Return the set of these nodes."""
        return cls(dict.fromkeys(nodes))

    def __len__(self) -> int:
        """Return how many nodes are in the set."""
        return len(self.members) - len(self.without)

    def __iter__(self) -> Iterator[str]:
        """Yield the nodes."""
        return (node for node in self.members if node not in self.without) if self.without else iter(self.members)

    def __contains__(self, node: object) -> bool:
        """Whether a node is in the set."""
        return node in self.members and node not in self.without

    def __or__(self, other: "NodeSet") -> "NodeSet":
        """Return what is in either: at the cost of the smaller one, where the larger one has all its members."""
        larger, smaller = (self, other) if len(self.members) >= len(other.members) else (other, self)
        if smaller.members is larger.members:
            return NodeSet(larger.members, larger.without & smaller.without)
        if all(node in larger.members for node in smaller.members):
            return NodeSet(larger.members, frozenset(node for node in larger.without if node not in smaller))
        return NodeSet.of((*larger, *smaller))


@dataclass(frozen=True, slots=True, eq=False)
class PlaceSet(Collection[Place]):
    """The places that some nodes have, of all those that cannot be told apart."""

    nodes: NodeSet
    on: Callable[[str], Sequence[Place]]
    _count: int

    @classmethod
    def gathered(cls, by_node: Mapping[str, Sequence[Place]], members: Mapping[str, object]) -> "PlaceSet":
        """Return the set of all these places; `members` are the same nodes, in a mapping that sets of them share."""
        return cls(NodeSet(members), by_node.__getitem__, sum(map(len, by_node.values())))

    @classmethod
    def routed(cls, members: Mapping[str, object], address: IPAddress) -> "PlaceSet":
        """Return the places of an address that is none of the members' own and is routed to them."""
        return cls(NodeSet(members), lambda node: (Place(node, address, "", ""),), len(members))

    @classmethod
    def single(cls, place: Place) -> "PlaceSet":
        """Return the set of one place."""
        return cls(NodeSet.of([place.node]), lambda _: (place,), 1)

    def __len__(self) -> int:
        """Return how many places are in the set."""
        return self._count

    def __iter__(self) -> Iterator[Place]:
        """Yield the places, node by node."""
        return (place for node in self.nodes for place in self.on(node))

    def __contains__(self, place: object) -> bool:
        """Whether a place is in the set."""
        return isinstance(place, Place) and place.node in self.nodes and place in self.on(place.node)

    @property
    def first(self) -> Place:
        """One of the places, the same every time."""
        return next(iter(self))

    def split(self, nodes: Collection[str]) -> "tuple[PlaceSet, PlaceSet]":
        """Return the places on these nodes, and all others."""
        own = [node for node in nodes if node in self.nodes]
        count = sum(len(self.on(node)) for node in own)
        others = NodeSet(self.nodes.members, self.nodes.without.union(own))
        return PlaceSet(NodeSet.of(sorted(own)), self.on, count), PlaceSet(others, self.on, self._count - count)

    def only(self, wanted: Callable[[str], bool]) -> "PlaceSet":
        """Return the places on the nodes that are wanted."""
        own, _ = self.split([node for node in self.nodes if wanted(node)])
        return own
