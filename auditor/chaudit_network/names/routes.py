"""The names of Ingresses and of the Gateway API's routes, and the records that external-dns makes for them.

See https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/ingress/ and .../sources/gateway/.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from chaudit import Reading, view
from chaudit_network.kinds.external_dns import HOSTNAME_SOURCE
from chaudit_network.kinds.gateway import GATEWAYS, Gateway
from chaudit_network.kinds.gateway_routes import (
    GRPC_ROUTES,
    HTTP_ROUTES,
    TLS_ROUTES,
    GRPCRoute,
    HTTPRoute,
    Route,
    TLSRoute,
)
from chaudit_network.kinds.ingress import INGRESSES, Ingress
from chaudit_network.names.external_dns import Annotations, ExternalDNSes, external_dnses
from chaudit_network.names.publication import Asked, Port
from chaudit_network.names.publishing import Wish, annotated, ask
from chaudit_network.names.records import canonical
from chaudit_network.views.unread import Unread, unread

_HTTP: Port = (80, "TCP")
_HTTPS: Port = (443, "TCP")


@view(INGRESSES.reading, external_dnses)
def names_of_ingresses(ingresses: Reading[Ingress], publishers: ExternalDNSes) -> Sequence[Asked | Unread]:
    """Gather the hosts of all Ingresses."""
    found: list[Asked | Unread] = [*unread(ingresses)]
    for ingress in ingresses.objects:
        of_tls = _hosts_of_tls(ingress)
        wish = Wish("ingress", ingress, partial(_taken, ingress), partial(_addresses, ingress))
        for host in sorted(_hosts_of_rules(ingress) | of_tls | annotated(ingress)):
            found += ask(wish, host, publishers, frozenset({_HTTPS if host in of_tls else _HTTP}))
    return found


@view(HTTP_ROUTES.reading, GRPC_ROUTES.reading, TLS_ROUTES.reading, GATEWAYS.reading, external_dnses)
def names_of_routes(
    http: Reading[HTTPRoute],
    grpc: Reading[GRPCRoute],
    tls: Reading[TLSRoute],
    gateways: Reading[Gateway],
    publishers: ExternalDNSes,
) -> Sequence[Asked | Unread]:
    """Gather the hosts of all routes that a Gateway accepted; without one, nothing leads to them."""
    readings: Sequence[tuple[Reading[HTTPRoute] | Reading[GRPCRoute] | Reading[TLSRoute], str]] = (
        (http, "gateway-httproute"),
        (grpc, "gateway-grpcroute"),
        (tls, "gateway-tlsroute"),
    )
    found: list[Asked | Unread] = [*unread(gateways)]
    by_name = {(gateway.namespace, gateway.name): gateway for gateway in gateways.objects}
    for reading, source in readings:
        found += unread(reading)
        for route in reading.objects:
            found += _of_route(route, source, by_name, publishers)
    return found


def _of_route(
    route: Route, source: str, gateways: Mapping[tuple[str, str], Gateway], publishers: ExternalDNSes
) -> Iterator[Asked]:
    for key, section in route.gateways:
        if key in gateways:
            gateway = gateways[key]
            listeners = [one for one in gateway.spec.listeners if section in {"", one.name}]
            own = route.spec.hostnames or tuple(one.hostname for one in listeners)
            hosts = frozenset(canonical(host) for host in own if host)
            wish = Wish(source, route, partial(_with_annotated, hosts), partial(_reached, gateway))
            ports = frozenset((one.port, "UDP" if one.protocol == "UDP" else "TCP") for one in listeners)
            for host in sorted(hosts | annotated(route)):
                yield from ask(wish, host, publishers, ports)


def _with_annotated(hosts: frozenset[str], said: Annotations) -> frozenset[str]:
    return hosts | {*said.hostnames}


def _hosts_of_rules(ingress: Ingress) -> frozenset[str]:
    return frozenset(canonical(rule.host) for rule in ingress.spec.rules if rule.host)


def _hosts_of_tls(ingress: Ingress) -> frozenset[str]:
    return frozenset(canonical(host) for tls in ingress.spec.tls for host in tls.hosts if host)


def _taken(ingress: Ingress, said: Annotations) -> frozenset[str]:
    """Return the hosts that external-dns takes from an Ingress: of its rules, its certificates and its annotation."""
    only = said.get(HOSTNAME_SOURCE)
    hosts = frozenset() if only == "defined-hosts-only" else frozenset(said.hostnames)
    if only != "annotation-only":
        hosts |= frozenset() if said.by.is_set("ignore-ingress-rules-spec") else _hosts_of_rules(ingress)
        hosts |= frozenset() if said.by.is_set("ignore-ingress-tls-spec") else _hosts_of_tls(ingress)
    return hosts


def _addresses(ingress: Ingress, said: Annotations) -> Sequence[str]:
    assigned = (text for way in ingress.status.load_balancer.ingress for text in (way.ip, way.hostname) if text)
    return said.targets or [*assigned]


def _reached(gateway: Gateway, said: Annotations) -> Sequence[str]:
    """Return where a Gateway is reached; the annotation that says otherwise is the Gateway's, not the route's."""
    return Annotations(said.by, gateway.metadata.annotations).targets or [one.value for one in gateway.status.addresses]
