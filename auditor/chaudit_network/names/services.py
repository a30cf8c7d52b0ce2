"""The names of services, and the records that external-dns makes for them by their type.

See https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/service/ and source/service.go there.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.addresses import parse_address
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.external_dns import ACCESS
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.names.external_dns import Annotations, ExternalDNSes, external_dnses
from chaudit_network.names.publication import Asked, Port
from chaudit_network.names.publishing import Wish, annotated, ask
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.unread import Unread, unread


class _Targets(msgspec.Struct):
    """Where the records of services lead."""

    nodes: Reading[Node]
    endpoints: Endpoints

    def of(self, service: Service, said: Annotations) -> Sequence[str]:
        """Return the targets that external-dns gives to a service's names."""
        spec = service.spec
        match spec.type:
            case _ if said.targets:
                return said.targets
            case "LoadBalancer":
                assigned = tuple(text for way in service.ingress for text in (way.ip, way.hostname) if text)
                return spec.external_ips or assigned
            case "NodePort":
                return self._node_addresses(service, said.get(ACCESS))
            case "ExternalName":
                return spec.external_ips or (spec.external_name,)
            case other:
                raise CannotTellError(f"what external-dns makes of type {printable(other)} is not evaluated")

    def _node_addresses(self, service: Service, access: str) -> Sequence[str]:
        """Return the addresses of all nodes, Ready or not; with policy Local, of those with a pod of the service."""
        nodes: Sequence[Node] = self.nodes.complete_records
        if service.is_local:
            behind = self.endpoints.of(service)
            names = frozenset(behind.nodes or (endpoint.node for endpoint in behind.listed))
            nodes = [node for node in nodes if node.name in names]
        reported = [found for node in nodes for found in node.status.addresses]
        internal = [found.address for found in reported if found.type == "InternalIP"]
        external = [found.address for found in reported if found.type == "ExternalIP"]
        if access == "private" or (not external and access != "public"):
            return internal
        return external + [text for text in internal if parse_address(text).version == 6]  # noqa: PLR2004


@view(SERVICES.reading, external_dnses, NODES.reading, endpoints)
def names_of_services(
    services: Reading[Service], publishers: ExternalDNSes, nodes: Reading[Node], behind: Endpoints
) -> Sequence[Asked | Unread]:
    """Gather the names of all services."""
    targets = _Targets(nodes, behind)
    found: list[Asked | Unread] = [*unread(services)]
    for service in services.objects:
        wish = Wish("service", service, partial(_taken, service), partial(targets.of, service))
        for host in sorted(annotated(service)):
            found += ask(wish, host, publishers, frozenset(_ports(service)))
    return found


def _taken(service: Service, said: Annotations) -> Sequence[str]:
    types = said.by.flags.get("service-type-filter", (service.spec.type,))
    return said.hostnames if service.spec.type in types else ()


def _ports(service: Service) -> Iterator[Port]:
    """Yield the ports at which clients come: those of the nodes, or those of the load balancer."""
    for port in service.spec.ports:
        number = port.port if service.is_load_balancer or service.spec.external_ips else port.node_port
        if number:
            yield number, port.protocol
