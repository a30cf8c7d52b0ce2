"""Kinds of the Gateway API (https://gateway-api.sigs.k8s.io/reference/spec/), present only where it is installed."""

from collections.abc import Sequence

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.external_dns import DNSAnnotatedMeta

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


class Listener(Record, frozen=True, gc=False):
    """One port of a Gateway, for one host, all of a domain (`*.example.org`), or, where it is empty, any."""

    name: str = ""
    hostname: str = ""
    port: int = 0
    protocol: str = ""


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
