"""Kinds of the Gateway API (https://gateway-api.sigs.k8s.io/reference/spec/), present only where it is installed."""

from collections.abc import Sequence

from chaudit import KubernetesObject, ObjectMeta, Record, Resource, Source

_GROUP = "gateway.networking.k8s.io"


class GatewayMeta(ObjectMeta, frozen=True, gc=False):
    """Metadata with the generation of the spec, by which a condition can be seen to be out of date."""

    generation: int = 0


class GatewayCondition(Record, frozen=True, gc=False):
    """What a controller found, and of which generation; before it has looked, status Unknown for reason Pending."""

    type: str
    status: str
    reason: str = ""
    observed_generation: int = 0


class GatewayStatus(Record, frozen=True, gc=False):
    """What the controller reports."""

    conditions: tuple[GatewayCondition, ...] = ()


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


class GatewaySpec(Record, frozen=True, gc=False):
    """Which class the Gateway is of."""

    gateway_class_name: str


class Gateway(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """One set of listeners."""

    metadata: GatewayMeta
    spec: GatewaySpec
    status: GatewayStatus = GatewayStatus()

    @property
    def conditions(self) -> Sequence[GatewayCondition]:
        """What the controller reports about the Gateway."""
        return self.status.conditions


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
