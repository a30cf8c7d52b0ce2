"""What outsiders meet where they ask for a process of the node itself, whether or not anybody knows that it listens."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import Subject, printable, view
from chaudit_network.exposure.edge import Edge, edge
from chaudit_network.exposure.place_sets import Place
from chaudit_network.exposure.placement import Entrance
from chaudit_network.exposure.sources import EXTERNAL, SourceClass
from chaudit_network.exposure.verdict import Verdict
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.policy.matching import Packet


class Doorstep(msgspec.Struct, frozen=True):
    """An address of a node at which outsiders arrive, or may where its network is not known."""

    entrance: Entrance
    place: Place

    @property
    def has_guard(self) -> bool:
        """Whether a host endpoint is active there, or that cannot be told."""
        return any(guard.policy or guard.doubt for guard in self.entrance.guards)

    def __str__(self) -> str:
        """Return `oam address 10.10.10.3`."""
        return printable(f"{self.place.network} address {self.place.address}".strip())


class NodeFront(msgspec.Struct, frozen=True):
    """A node with its doorsteps; `gaps` say why it may have more."""

    node: Node
    doorsteps: Sequence[Doorstep]
    gaps: Sequence[str]

    @property
    def subject(self) -> Subject:
        """The node."""
        return self.node.subject


class HostProcesses(msgspec.Struct, dict=True):
    """Judges ports of nodes by the policy for their own processes."""

    edge: Edge

    def outsiders(self, doorstep: Doorstep, protocol: str, port: int) -> Verdict:
        """Return whether packets of anybody from elsewhere reach a process on a port."""
        packet = Packet(doorstep.place.address, protocol, port)
        return self.edge.model.journeys.host_guards.passing(doorstep.entrance.guards, packet, (), self._external)

    @cached_property
    def _external(self) -> SourceClass:
        return next(source for source in self.edge.model.sources if source.name == EXTERNAL)


host_processes = view(edge)(HostProcesses)
"""The view that answers with `HostProcesses`."""


@view(NODES, edge)
def node_fronts(nodes: Sequence[Node], found: Edge) -> Sequence[NodeFront]:
    """Select the nodes, each with the addresses at which outsiders arrive."""
    by_node: Mapping[str, Sequence[tuple[Entrance, Place]]] = found.model.places.by_node
    return [
        NodeFront(
            node,
            [Doorstep(entrance, place) for entrance, place in by_node.get(node.name, ()) if entrance.is_edge],
            found.all_gaps,
        )
        for node in nodes
    ]
