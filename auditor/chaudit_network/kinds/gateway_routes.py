"""Routes of the Gateway API (https://gateway-api.sigs.k8s.io/concepts/api-overview/#route-resources)."""

from collections.abc import Iterator

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.external_dns import DNSAnnotatedMeta
from chaudit_network.kinds.gateway import GatewayCondition

_GROUP = "gateway.networking.k8s.io"


class ParentReference(Record, frozen=True, gc=False):
    """What a route wants to be part of; without a namespace, in its own. It may be some listeners of a Gateway.

    In a mesh it is a Service.
    """

    name: str
    group: str = _GROUP
    kind: str = "Gateway"
    namespace: str = ""
    section_name: str = ""
    port: int = 0


class ParentStatus(Record, frozen=True, gc=False):
    """What became of that wish."""

    parent_ref: ParentReference
    conditions: tuple[GatewayCondition, ...] = ()


class BackendReference(Record, frozen=True, gc=False):
    """Where requests go, and how many of them; those for weight 0 are none."""

    name: str
    namespace: str = ""
    group: str = ""
    kind: str = "Service"
    port: int = 0
    weight: int = 1


class PathMatch(Record, frozen=True, gc=False):
    """A path that requests must have."""

    value: str = "/"


class RouteMatch(Record, frozen=True, gc=False):
    """What a request must be like, as far as it is read."""

    path: PathMatch = PathMatch()


class RouteRule(Record, frozen=True, gc=False):
    """Requests that meet one of the matches, or all of them where there is none, and where they go."""

    matches: tuple[RouteMatch, ...] = ()
    backend_refs: tuple[BackendReference, ...] = ()


class RouteSpec(Record, frozen=True, gc=False):
    """To what a route is to attach, for which hosts, and where it leads. Without hosts they are the listeners'."""

    parent_refs: tuple[ParentReference, ...] = ()
    hostnames: tuple[str, ...] = ()
    rules: tuple[RouteRule, ...] = ()


class RouteStatus(Record, frozen=True, gc=False):
    """What the controllers of its parents say."""

    parents: tuple[ParentStatus, ...] = ()


class Route(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """What the kinds of routes have in common."""

    metadata: DNSAnnotatedMeta
    spec: RouteSpec = RouteSpec()
    status: RouteStatus = RouteStatus()

    @property
    def gateways(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Namespace and name of the Gateways that accepted it, with the listener where it is for one only."""
        for parent in self.status.parents:
            accepted = any(found.type == "Accepted" and found.status == "True" for found in parent.conditions)
            if accepted and parent.parent_ref.kind == "Gateway":
                namespace = parent.parent_ref.namespace or self.namespace
                yield (namespace, parent.parent_ref.name), parent.parent_ref.section_name


class HTTPRoute(Route, frozen=True, gc=False, kw_only=True):
    """Routes of HTTP."""


class GRPCRoute(Route, frozen=True, gc=False, kw_only=True):
    """Routes of gRPC."""


class TLSRoute(Route, frozen=True, gc=False, kw_only=True):
    """Routes of TLS by the name that the client asks for."""


class TCPRoute(Route, frozen=True, gc=False, kw_only=True):
    """Routes of whatever comes to a port."""


HTTP_ROUTES = Source(
    "http-routes",
    HTTPRoute,
    served_as=tuple(Resource(_GROUP, version, "httproutes", "HTTPRoute") for version in ("v1", "v1beta1")),
)
GRPC_ROUTES = Source(
    "grpc-routes",
    GRPCRoute,
    served_as=tuple(Resource(_GROUP, version, "grpcroutes", "GRPCRoute") for version in ("v1", "v1alpha2")),
)
TLS_ROUTES = Source(
    "tls-routes",
    TLSRoute,
    served_as=tuple(Resource(_GROUP, version, "tlsroutes", "TLSRoute") for version in ("v1", "v1alpha3", "v1alpha2")),
)
TCP_ROUTES = Source(
    "tcp-routes",
    TCPRoute,
    served_as=tuple(Resource(_GROUP, version, "tcproutes", "TCPRoute") for version in ("v1", "v1alpha2")),
)
