"""What a service exposes: the ways in that it asks for, before anybody knows which nodes and addresses serve them."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from chaudit import Reading, printable, view
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.unread import Unread, unread


class Via(StrEnum):
    """By what an exposure comes about."""

    NODE_PORT = "NodePort"
    HEALTH_CHECK_NODE_PORT = "HealthCheckNodePort"
    EXTERNAL_IP = "ExternalIP"
    LOAD_BALANCER_IP = "LoadBalancerIP"


class ServiceExposure(msgspec.Struct, frozen=True):
    """One way in to a service; without an `address` it is open on the nodes' own."""

    via: Via
    port: int
    protocol: str
    address: str = ""

    def __str__(self) -> str:
        """Return `NodePort 30080/TCP` or `ExternalIP 192.0.2.1 80/TCP`."""
        return printable(" ".join(filter(None, (self.via, self.address, f"{self.port}/{self.protocol}"))))


def exposures(service: Service) -> Sequence[ServiceExposure]:
    """Return the ways in to a service, whatever its type is called.

    A health check node port is opened by kube-proxy itself. A load balancer with ipMode Proxy or only a hostname
    leads to the node ports, so the nodes do not answer for its address.
    """
    if not service.is_proxied:
        return ()
    spec = service.spec
    found = [ServiceExposure(Via.NODE_PORT, port.node_port, port.protocol) for port in spec.ports if port.node_port]
    if spec.health_check_node_port:
        found.append(ServiceExposure(Via.HEALTH_CHECK_NODE_PORT, spec.health_check_node_port, "TCP"))
    addresses = [(Via.EXTERNAL_IP, address) for address in spec.external_ips]
    addresses += [(Via.LOAD_BALANCER_IP, way.ip) for way in service.ingress if way.ip and way.ip_mode != "Proxy"]
    found += [
        ServiceExposure(via, port.port, port.protocol, address) for via, address in addresses for port in spec.ports
    ]
    return found


def is_exposed(service: Service) -> bool:
    """Whether outsiders have, or are to get, a way in."""
    return service.is_proxied and (service.is_load_balancer or bool(exposures(service)))


@view(SERVICES.reading)
def exposed_services(services: Reading[Service]) -> Sequence[Service | Unread]:
    """Select the services with a way in from outside, and those that may be: the malformed."""
    return _selected(services, is_exposed)


@view(SERVICES.reading)
def local_services(services: Reading[Service]) -> Sequence[Service | Unread]:
    """Select the exposed services with externalTrafficPolicy Local, and the malformed."""
    return _selected(services, lambda service: service.is_local and is_exposed(service))


@view(SERVICES.reading)
def load_balancers(services: Reading[Service]) -> Sequence[Service | Unread]:
    """Select the services of type LoadBalancer, and the malformed."""
    return _selected(services, lambda service: service.is_load_balancer)


def _selected(services: Reading[Service], wanted: Callable[[Service], bool]) -> Sequence[Service | Unread]:
    return [*filter(wanted, services.records), *unread(services)]
