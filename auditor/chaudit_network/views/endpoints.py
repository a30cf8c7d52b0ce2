"""The endpoints of services, gathered from all slices, and which of them get traffic."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.kinds.endpointslices import ENDPOINT_SLICES, Endpoint, EndpointSlice
from chaudit_network.kinds.services import Service
from chaudit_network.policy.matching import Packet


class Backend(msgspec.Struct, frozen=True):
    """One endpoint as traffic meets it: address and port, the node it is on, and the pod behind it, where known."""

    address: IPAddress
    port: int
    node: str
    pod: tuple[str, str] | None

    def packet(self, protocol: str) -> Packet:
        """Return a packet as it comes to the endpoint."""
        return Packet(self.address, protocol, self.port)


class Backends(msgspec.Struct, frozen=True):
    """Where one port of a service leads in one address family.

    `ready` ones get new connections. `draining` ones serve while they terminate; newer kube-proxies fall back on them.
    """

    ready: Sequence[Backend] = ()
    draining: Sequence[Backend] = ()


class ServiceEndpoints(msgspec.Struct, frozen=True):
    """All endpoints of one service. A pod with two address families is there twice, once from a slice of each."""

    slices: Sequence[EndpointSlice] = ()

    @property
    def listed(self) -> Sequence[Endpoint]:
        """Every endpoint of every slice."""
        return [endpoint for piece in self.slices for endpoint in piece.endpoints]

    def backends(self, port_name: str, protocol: str, family: int) -> Backends:
        """Return where a port of the service, by its name, leads in a family (4 or 6).

        Raises:
            CannotTellError: an endpoint has an address that is none.
        """
        ready: list[Backend] = []
        draining: list[Backend] = []
        for piece in self.slices:
            port = next((port for port in piece.ports if (port.name, port.protocol) == (port_name, protocol)), None)
            if port is None or piece.address_type != f"IPv{family}":
                continue
            for endpoint in piece.endpoints:
                if endpoint.conditions.ready:
                    ready += _backends(endpoint, port.port)
                elif endpoint.conditions.serving and endpoint.conditions.terminating:
                    draining += _backends(endpoint, port.port)
        return Backends(ready, draining)

    @property
    def usable(self) -> Sequence[Endpoint]:
        """The endpoints that get new connections: the ready ones, or else those that serve while they terminate.

        See https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-to-terminating-endpoints.
        """
        ready = [endpoint for endpoint in self.listed if endpoint.conditions.ready]
        return ready or [
            endpoint for endpoint in self.listed if endpoint.conditions.serving and endpoint.conditions.terminating
        ]

    @property
    def nodes(self) -> Sequence[str]:
        """The names of the nodes with a usable endpoint, sorted; an endpoint without a node name is on none."""
        return sorted({endpoint.node for endpoint in self.usable if endpoint.node})


def _backends(endpoint: Endpoint, port: int) -> list[Backend]:
    target = endpoint.target_ref
    pod = (target.namespace, target.name) if target and target.kind == "Pod" else None
    return [Backend(parse_address(address), port, endpoint.node, pod) for address in endpoint.addresses]


class Endpoints(msgspec.Struct, frozen=True):
    """The endpoints of every service of the cluster."""

    slices: Reading[EndpointSlice]
    by_service: Mapping[tuple[str, str], Sequence[EndpointSlice]]
    gaps: Mapping[str, str]

    def of(self, service: Service) -> ServiceEndpoints:
        """Return a service's endpoints.

        Raises:
            CannotTellError: EndpointSlices were not read, or a malformed one may belong to the service.
        """
        if not self.slices.is_loaded:
            raise CannotTellError(self.slices.reason)
        gap = self.gaps.get(service.namespace) or self.gaps.get("")
        if gap:
            raise CannotTellError(gap)
        return ServiceEndpoints(self.by_service.get((service.namespace, service.name), ()))


@view(ENDPOINT_SLICES.reading)
def endpoints(slices: Reading[EndpointSlice]) -> Endpoints:
    """Gather endpoints by service.

    A slice of type FQDN holds names, to which kube-proxy sends nothing. Of a malformed slice only the namespace is
    known, and not even that where its metadata are part of the damage.
    """
    found: dict[tuple[str, str], list[EndpointSlice]] = defaultdict(list)
    for piece in slices.objects:
        if piece.address_type != "FQDN":
            found[piece.namespace, piece.service_name].append(piece)
    gaps = {
        rejected.subject.namespace: f"{slices.source}: {rejected.subject} is malformed: {rejected.reason}"
        for rejected in slices.rejected
    }
    return Endpoints(slices, found, gaps)
