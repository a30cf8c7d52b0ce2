"""Kinds of the Gateway API (https://gateway-api.sigs.k8s.io/reference/spec/), present only where it is installed."""

from collections.abc import Sequence

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.external_dns import DNSAnnotatedMeta
from chaudit_network.kinds.label_selectors import LabelSelector

_GROUP = "gateway.networking.k8s.io"


class GatewayMeta(DNSAnnotatedMeta, frozen=True, gc=False):
    """Metadata with the generation of the spec, by which a condition can be seen to be out of date."""

    generation: int = 0


class GatewayCondition(Record, frozen=True, gc=False):
    """What a controller found, and of which generation; before it has looked, status Unknown for reason Pending."""

    type: str
    status: str
    reason: str = ""
    observed_generation: int = 0


class GatewayAddress(Record, frozen=True, gc=False):
    """Where a Gateway is reached: type IPAddress or Hostname."""

    value: str = ""


class GatewayStatus(Record, frozen=True, gc=False):
    """What the controller reports."""

    conditions: tuple[GatewayCondition, ...] = ()
    addresses: tuple[GatewayAddress, ...] = ()


class GatewayClassSpec(Record, frozen=True, gc=False):
    """Which controller the class is for."""

    controller_name: str = ""


class GatewayClass(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A class of Gateways, cluster-scoped."""

    metadata: GatewayMeta
    spec: GatewayClassSpec = GatewayClassSpec()
    status: GatewayStatus = GatewayStatus()

    @property
    def conditions(self) -> Sequence[GatewayCondition]:
        """What the controller reports about the class."""
        return self.status.conditions


class RouteNamespaces(Record, frozen=True, gc=False):
    """From which namespaces routes may come: All, Same, or those that a selector finds."""

    from_: str = msgspec.field(default="Same", name="from")
    selector: LabelSelector | None = None

    @property
    def are_all(self) -> bool:
        """Whether every namespace is meant, also by a selector without conditions."""
        is_selector_of_all = self.from_ == "Selector" and self.selector == LabelSelector()
        return self.from_ == "All" or is_selector_of_all


class RouteKind(Record, frozen=True, gc=False):
    """A kind of routes."""

    kind: str
    group: str = _GROUP


class AllowedRoutes(Record, frozen=True, gc=False):
    """Which routes may attach; without kinds, those that fit the protocol."""

    namespaces: RouteNamespaces = RouteNamespaces()
    kinds: tuple[RouteKind, ...] = ()


class Listener(Record, frozen=True, gc=False):
    """One port of a Gateway, for one host, all of a domain (`*.example.org`), or, where it is empty, any."""

    name: str = ""
    hostname: str = ""
    port: int = 0
    protocol: str = ""
    allowed_routes: AllowedRoutes = AllowedRoutes()


class GatewaySpec(Record, frozen=True, gc=False):
    """Which class the Gateway is of, and what it listens to."""

    gateway_class_name: str
    listeners: tuple[Listener, ...] = ()


class Gateway(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """One set of listeners."""

    metadata: GatewayMeta
    spec: GatewaySpec
    status: GatewayStatus = GatewayStatus()

    @property
    def conditions(self) -> Sequence[GatewayCondition]:
        """What the controller reports about the Gateway."""
        return self.status.conditions


class GrantedFrom(Record, frozen=True, gc=False):
    """Objects that may refer: of a kind, in a namespace."""

    kind: str
    namespace: str
    group: str = ""


class GrantedTo(Record, frozen=True, gc=False):
    """Objects that may be referred to: one by its name, or all of a kind."""

    kind: str
    group: str = ""
    name: str = ""


class ReferenceGrantSpec(Record, frozen=True, gc=False):
    """Who may refer to what in the namespace of the grant."""

    from_: tuple[GrantedFrom, ...] = msgspec.field(default=(), name="from")
    to: tuple[GrantedTo, ...] = ()


class ReferenceGrant(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """What objects of other namespaces may refer to."""

    spec: ReferenceGrantSpec = ReferenceGrantSpec()


GATEWAYS = Source(
    "gateways",
    Gateway,
    served_as=(
        Resource(_GROUP, "v1", "gateways", "Gateway"),
        Resource(_GROUP, "v1beta1", "gateways", "Gateway"),
    ),
)
GATEWAY_CLASSES = Source(
    "gateway-classes",
    GatewayClass,
    served_as=(
        Resource(_GROUP, "v1", "gatewayclasses", "GatewayClass"),
        Resource(_GROUP, "v1beta1", "gatewayclasses", "GatewayClass"),
    ),
)
REFERENCE_GRANTS = Source(
    "reference-grants",
    ReferenceGrant,
    served_as=(
        Resource(_GROUP, "v1", "referencegrants", "ReferenceGrant"),
        Resource(_GROUP, "v1beta1", "referencegrants", "ReferenceGrant"),
    ),
)
