"""Arrivals: the interfaces at which outsiders meet a node, each with the host endpoint that is active on it."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Subject, printable, view
from chaudit_network.exposure.edge import Edge, edge
from chaudit_network.exposure.host_endpoints import HostEndpoints, host_endpoints
from chaudit_network.exposure.place_sets import Place
from chaudit_network.kinds.calico_policy import HostEndpoint
from chaudit_network.views.node_addresses import NodeAddresses, NodeNetworking, node_addresses
from chaudit_network.views.unread import Unread


class Arrival(msgspec.Struct, frozen=True):
    """An address at which outsiders arrive, or may where its network is not known; `doubt` says what is not known."""

    place: Place
    endpoint: HostEndpoint | None
    doubt: str = ""

    def __str__(self) -> str:
        """Return `eno1 (oam address 10.10.10.3)`."""
        network = f"{self.place.network} address" if self.place.network else "address"
        return printable(f"{self.place.interface or 'the interface'} ({network} {self.place.address})")


class EdgeNode(msgspec.Struct, frozen=True):
    """A node with its arrivals; `gaps` say why it may have more."""

    name: str
    arrivals: Sequence[Arrival]
    gaps: Sequence[str]

    @property
    def subject(self) -> Subject:
        """The node."""
        return Subject("Node", name=self.name)


class EdgeEndpoint(msgspec.Struct, frozen=True):
    """A host endpoint with the addresses behind it at which outsiders surely arrive."""

    endpoint: HostEndpoint
    places: Sequence[Place]

    @property
    def subject(self) -> Subject:
        """The host endpoint."""
        return self.endpoint.subject


class Arrivals(msgspec.Struct, frozen=True, dict=True):
    """The arrivals of all nodes."""

    edge: Edge
    addresses: NodeAddresses
    host_endpoints: HostEndpoints

    @cached_property
    def nodes(self) -> Sequence[EdgeNode]:
        """Every node; one of which no address is known may arrive anywhere."""
        return [self._node(known) for known in self.addresses]

    def _node(self, known: NodeNetworking) -> EdgeNode:
        own = self.edge.model.places.by_node.get(known.node.name, ())
        gaps = self.edge.all_gaps if own else [*self.edge.all_gaps, known.gap or "no address of the node is known"]
        return EdgeNode(known.node.name, [self._arrival(place) for entrance, place in own if entrance.is_edge], gaps)

    @cached_property
    def endpoints(self) -> Sequence[EdgeEndpoint | Unread]:
        """The host endpoints that are active in external networks, and the nodes where that cannot be told."""
        places: dict[str, list[Place]] = defaultdict(list)
        active: dict[str, HostEndpoint] = {}
        unknown: list[Unread] = []
        for node in self.nodes:
            for arrival in node.arrivals:
                if arrival.doubt and arrival.place.network:
                    unknown.append(Unread(node.subject, f"{arrival}: {arrival.doubt}"))
                elif arrival.endpoint and arrival.place.network:
                    active[arrival.endpoint.name] = arrival.endpoint
                    places[arrival.endpoint.name].append(arrival.place)
        return [*(EdgeEndpoint(endpoint, places[name]) for name, endpoint in active.items()), *unknown]

    def _arrival(self, place: Place) -> Arrival:
        beside = self.addresses.of(place.node).beside(place.address, place.interface)
        try:
            return Arrival(place, self.host_endpoints.active(place.node, place.interface, beside))
        except CannotTellError as gap:
            return Arrival(place, None, str(gap))


@view(edge, node_addresses, host_endpoints)
def arrivals(found: Edge, addresses: NodeAddresses, endpoints: HostEndpoints) -> Arrivals:
    """Find where outsiders arrive; without Calico there are no host endpoints to speak of."""
    if endpoints.reading.is_absent:
        raise DoesNotApplyError(endpoints.reading.reason)
    return Arrivals(found, addresses, endpoints)


@view(arrivals)
def edge_nodes(found: Arrivals) -> Sequence[EdgeNode]:
    """Select the nodes."""
    return found.nodes


@view(arrivals)
def edge_endpoints(found: Arrivals) -> Sequence[EdgeEndpoint | Unread]:
    """Select the host endpoints of external networks."""
    if not found.endpoints and (gaps := found.edge.all_gaps):
        raise CannotTellError(*gaps)
    return found.endpoints
