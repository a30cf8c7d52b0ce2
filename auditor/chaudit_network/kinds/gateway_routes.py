"""Routes of the Gateway API that name hosts (https://gateway-api.sigs.k8s.io/concepts/api-overview/#route-resources)."""

from collections.abc import Iterator

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.external_dns import DNSAnnotatedMeta
from chaudit_network.kinds.gateway import GatewayCondition

_GROUP = "gateway.networking.k8s.io"


class ParentReference(Record, frozen=True, gc=False):
    """What a route wants to be part of; without a namespace, in its own. It may be one listener of a Gateway."""

    name: str
    kind: str = "Gateway"
    namespace: str = ""
    section_name: str = ""


class ParentStatus(Record, frozen=True, gc=False):
    """What became of that wish."""

    parent_ref: ParentReference
    conditions: tuple[GatewayCondition, ...] = ()


class RouteSpec(Record, frozen=True, gc=False):
    """The hosts of a route; without any they are those of the listeners."""

    hostnames: tuple[str, ...] = ()


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
