"""Every route from a host and a path to a service: by Ingresses and by the routes of the Gateway API."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, view
from chaudit_network.kinds.gateway_routes import (
    GRPC_ROUTES,
    HTTP_ROUTES,
    TCP_ROUTES,
    TLS_ROUTES,
    GRPCRoute,
    HTTPRoute,
    Route,
    TCPRoute,
    TLSRoute,
)
from chaudit_network.kinds.ingress import INGRESSES, Ingress, IngressBackend
from chaudit_network.kinds.services import SERVICES, Service, ServicePort
from chaudit_network.views.endpoints import Backends, Endpoints, endpoints
from chaudit_network.views.gateway_routes import GatewayRoutes, gateway_routes
from chaudit_network.views.routed_path import RoutedPath, ServiceName
from chaudit_network.views.unread import Unread, unread


class RouteObjects(msgspec.Struct, frozen=True):
    """The routes of the Gateway API, and what of them could not be read."""

    found: Sequence[Route]
    gaps: Sequence[Unread]


@view(HTTP_ROUTES.reading, GRPC_ROUTES.reading, TLS_ROUTES.reading, TCP_ROUTES.reading)
def route_objects(
    http: Reading[HTTPRoute], grpc: Reading[GRPCRoute], tls: Reading[TLSRoute], tcp: Reading[TCPRoute]
) -> RouteObjects:
    """Gather the routes of all kinds."""
    return RouteObjects(
        (*http.objects, *grpc.objects, *tls.objects, *tcp.objects),
        [gap for reading in (http, grpc, tls, tcp) for gap in unread(reading)],
    )


class Routes(msgspec.Struct, dict=True):
    """All routes; services and their endpoints are looked up when somebody asks where one leads."""

    ingresses: Reading[Ingress]
    objects: RouteObjects
    gateways: GatewayRoutes
    services: Reading[Service]
    endpoints: Endpoints

    @property
    def known(self) -> Sequence[RoutedPath]:
        """The routes that can be followed, also those that are refused."""
        return self._followed[0]

    @property
    def gaps(self) -> Sequence[Unread]:
        """Why there may be others: what was not read, and objects whose routes cannot be followed."""
        return self._followed[1]

    def to(self, service: Service, port: ServicePort) -> Sequence[RoutedPath]:
        """Return the routes by which requests come to a port of a service."""
        return self._by_port.get((service.namespace, service.name, port.port), ())

    def target(self, routed: RoutedPath) -> tuple[Service, ServicePort] | None:
        """Return the port to which a route leads; None where there is no such service or port.

        Raises:
            CannotTellError: the services were not read, or the one it leads to is malformed.
        """
        service = self._services.get(routed.service)
        for rejected in () if service else self.services.rejected:
            if (rejected.subject.namespace, rejected.subject.name) == routed.service:
                raise CannotTellError(f"{rejected.subject} is malformed: {rejected.reason}")
        ports = service.spec.ports if service else ()
        port = next(
            (port for port in ports if routed.port == (port.name if isinstance(routed.port, str) else port.port)), None
        )
        return (service, port) if service and port else None

    def backends(self, routed: RoutedPath, family: int) -> Backends:
        """Return the endpoints to which a route leads in an address family, none where it leads nowhere.

        Raises:
            CannotTellError: as for `target`, or the endpoints were not all read.
        """
        target = self.target(routed)
        if target is None or routed.refusal:
            return Backends()
        service, port = target
        return self.endpoints.of(service).backends(port.name, port.protocol, family)

    @cached_property
    def _followed(self) -> tuple[Sequence[RoutedPath], Sequence[Unread]]:
        found = [routed for ingress in self.ingresses.objects for routed in _of_ingress(ingress)]
        gaps = [*unread(self.ingresses), *self.objects.gaps]
        for one in self.objects.found:
            try:
                found += self.gateways.of(one)
            except CannotTellError as gap:
                gaps.append(Unread(one.subject, str(gap)))
        return found, gaps

    @cached_property
    def _services(self) -> Mapping[ServiceName, Service]:
        return {(service.namespace, service.name): service for service in self.services.records}

    @cached_property
    def _by_port(self) -> Mapping[tuple[str, str, int], Sequence[RoutedPath]]:
        found: dict[tuple[str, str, int], list[RoutedPath]] = defaultdict(list)
        for routed in self.known:
            if not routed.refusal and routed.service in self._services and (target := self.target(routed)):
                service, port = target
                found[service.namespace, service.name, port.port].append(routed)
        return found


routes = view(INGRESSES.reading, route_objects, gateway_routes, SERVICES.reading, endpoints)(Routes)
"""The view that answers with `Routes`."""


def _of_ingress(ingress: Ingress) -> Iterator[RoutedPath]:
    entry = Subject("IngressClass", name=ingress.class_name or ingress.class_annotation)
    for host, path, backend in _asked_for(ingress):
        if backend and backend.target:
            name, port = backend.target
            yield RoutedPath(ingress.subject, entry, host, path, (ingress.namespace, name), port)


def _asked_for(ingress: Ingress) -> Iterator[tuple[str, str, IngressBackend | None]]:
    """Yield hosts and paths with their backends; the default one gets what no path takes, of every host."""
    for rule in ingress.spec.rules:
        for path in rule.http.paths:
            yield rule.host, path.path, path.backend
        if not rule.http.paths:
            yield rule.host, "", ingress.default_backend
    yield "", "", ingress.default_backend
