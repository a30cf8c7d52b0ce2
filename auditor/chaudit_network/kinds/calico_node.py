"""How calico-node was started, as far as its environment overrides what objects say."""

import msgspec

from chaudit import KubernetesObject, ObjectName, Record, Resource, Source
from chaudit_network.kinds.configuration import ConfigMap

ADVERTISE_CLUSTER_IPS = "CALICO_ADVERTISE_CLUSTER_IPS"
"""A CIDR that takes the place of serviceClusterIPs."""

NETWORKING_BACKEND = "CALICO_NETWORKING_BACKEND"
"""`bird` where nodes speak BGP, `vxlan` or `none` where they do not."""

OF_FELIX = "felix_"
"""How the names of variables begin, in any case, that are stronger than FelixConfigurations."""

_KEPT = frozenset({ADVERTISE_CLUSTER_IPS, NETWORKING_BACKEND})


class ConfigMapKeySelector(Record, frozen=True, gc=False):
    """One key of a ConfigMap."""

    name: str = ""
    key: str = ""


class EnvVarSource(Record, frozen=True, gc=False):
    """Where a variable has its value from, if not from the object itself."""

    config_map_key_ref: ConfigMapKeySelector | None = None


class EnvVar(Record, frozen=True, gc=False):
    """A variable; the values of those that nothing is read from are forgotten, for they may be secret."""

    name: str = ""
    value: str = ""
    value_from: EnvVarSource | None = None

    def __post_init__(self) -> None:
        """Forget a value that is not asked for."""
        if self.name not in _KEPT and not self.name.lower().startswith(OF_FELIX):
            msgspec.structs.force_setattr(self, "value", "")


class ConfigMapReference(Record, frozen=True, gc=False):
    """A ConfigMap of the same namespace."""

    name: str = ""


class EnvFromSource(Record, frozen=True, gc=False):
    """Variables that are all entries of a ConfigMap, or else of a Secret."""

    config_map_ref: ConfigMapReference | None = None


class Container(Record, frozen=True, gc=False):
    """A container and its environment."""

    name: str = ""
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFromSource, ...] = ()


class PodSpec(Record, frozen=True, gc=False):
    """What the pods run."""

    containers: tuple[Container, ...] = ()


class PodTemplate(Record, frozen=True, gc=False):
    """What the pods are made from."""

    spec: PodSpec = PodSpec()


class DaemonSetSpec(Record, frozen=True, gc=False):
    """What runs on every node."""

    template: PodTemplate = PodTemplate()


class DaemonSet(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """apps/v1 DaemonSet."""

    spec: DaemonSetSpec = DaemonSetSpec()


CALICO_NODE = Source(
    "calico-node",
    DaemonSet,
    served_as=(Resource("apps", "v1", "daemonsets", "DaemonSet"),),
    only=(
        ObjectName("calico-node", "kube-system"),
        ObjectName("calico-node", "calico-system"),
        ObjectName("canal", "kube-system"),
        ObjectName("rke2-canal", "kube-system"),
    ),
)
"""The DaemonSet where manifests install it, where the operator does, and as part of Canal."""

CALICO_CONFIG = Source(
    "calico-config",
    ConfigMap,
    served_as=(Resource("", "v1", "configmaps", "ConfigMap"),),
    only=(ObjectName("calico-config", "kube-system"),),
)
"""The ConfigMap of Calico's manifests."""
