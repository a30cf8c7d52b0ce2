"""HTTP that comes in beside the ingress controllers."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import INTENT, Intent, NotApplicable, Reading, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import SERVICES, Service, ServicePort
from chaudit_network.views.controller_pods import ControllerPods, controller_pods
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.routes import Routes, routes
from chaudit_network.views.services import exposures
from chaudit_network.views.unread import Unread, unread

_SHOWN = 3
"""How many ways in and routes a message names; the evidence has them all."""

_HTTP = frozenset({"http", "https", "http2", "h2c", "ws", "wss", "web", "websecure"})
_OTHERS = frozenset(
    {"amqp", "grpc", "kafka", "ldap", "ldaps", "mongo", "mqtt", "mqtts", "mysql", "postgres", "redis", "sip", "smtp",
     "ssh", "tcp", "tls", "udp"}
)  # fmt: skip
"""Words in names of ports, or whole appProtocols, that say what is spoken."""

_PORTS = frozenset({80, 443, 8000, 8008, 8080, 8443, 8888})
"""Ports at which HTTP is expected where nothing says what is spoken."""


class HTTPPort(msgspec.Struct, frozen=True):
    """A port of a service that speaks HTTP, as far as can be seen, with the ways in that lead past controllers."""

    service: Service
    port: ServicePort
    ways: Sequence[str]
    routes: Sequence[Subject]

    @property
    def subject(self) -> Subject:
        """The port."""
        return Subject("Service", self.service.namespace, self.service.name, f"{self.port.port}/{self.port.protocol}")


@view(SERVICES.reading, routes, INTENT)
def http_ports(services: Reading[Service], known: Routes, intent: Intent) -> Sequence[HTTPPort | Unread]:
    """Select the ports at which HTTP comes in, directly or by a route, and the services that may have some.

    Ways in that the intent allows are meant to be there.
    """
    found = [one for service in services.records for one in _http_ports(service, known, intent)]
    return [*found, *unread(services)]


@rule(
    "ING-001",
    "HTTP comes in by an ingress controller or a gateway",
    severity=Severity.MEDIUM,
    each=http_ports,
    using=(controller_pods, endpoints, routes),
    remediation="Make the service ClusterIP and let an Ingress or an HTTPRoute lead to it. If it is meant to be "
    "reached directly, put it into `exposure.allow` of the intent file; if it does not speak HTTP, set `appProtocol`.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/ingress/",
        "https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol",
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9", "S15"),),
)
def http_comes_in_by_a_controller(
    port: HTTPPort | Unread, pods: ControllerPods, known: Endpoints, followed: Routes
) -> Verdicts:
    """An ingress controller needs one port for all applications, and asks all clients for the same.

    An application with a port of its own is one more thing for every firewall to know, and brings its own TLS and its
    own idea of who may come in. Where it is behind the controller as well, whatever the controller asks for is left
    out by the one who comes directly.
    """
    if isinstance(port, Unread):
        yield Unknown(port.reason)
        return
    if not port.ways:
        return
    if pods.is_let_in(port.service, known.of(port.service)):
        yield NotApplicable("it is the way in to an ingress controller")
        return
    open_by = f"HTTP is open by {_named(port.ways)}"
    if port.routes:
        how = f", and so is the way by {_named([*map(str, port.routes)])}"
    elif followed.gaps:
        how = ""
    else:
        how = ", and no Ingress or route leads to it"
    yield Violation(open_by + how, {"ways": port.ways, "routes": [*map(str, port.routes)]}, severity=Severity.LOW)


def _http_ports(service: Service, known: Routes, intent: Intent) -> Iterator[HTTPPort]:
    name = f"{service.namespace}/{service.name}"
    for port in filter(_speaks_http, service.spec.ports):
        found = [way for way in exposures(service) if (way.port, way.protocol) in _open_at(port)]
        ways = [str(way) for way in found if not any(one.is_about(name, way.port) for one in intent.exposure.allow)]
        if service.is_load_balancer and not found:
            ways = ["its load balancer"]
        by = list(dict.fromkeys(routed.subject for routed in known.to(service, port)))
        if ways or by:
            yield HTTPPort(service, port, ways, by)


def _open_at(port: ServicePort) -> frozenset[tuple[int, str]]:
    """Return the ports by which outsiders may come to a port of a service: its own, and that of the nodes."""
    return frozenset({(port.port, port.protocol), (port.node_port, port.protocol)})


def _speaks_http(port: ServicePort) -> bool:
    """Judge by what the port says of itself, and by its number if it says nothing; gRPC has needs of its own."""
    if port.protocol != "TCP":
        return False
    if said := port.app_protocol.lower().removeprefix("kubernetes.io/"):
        return said in _HTTP
    words = frozenset(port.name.lower().split("-"))
    if words & (_OTHERS | _HTTP):
        return not words & _OTHERS
    return not _PORTS.isdisjoint({port.port, port.target_port})


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
