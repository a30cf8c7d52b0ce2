"""ConfigMaps that say how a cluster is set up, of kube-proxy, kubeadm, Cilium and ingress-nginx.

They are read one by one, and never listed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from chaudit import KubernetesObject, ObjectMeta, ObjectName, Record, Resource, Source
from chaudit_network.kinds.core import SYSTEM_NAMESPACE


class ManagedFields(Record, frozen=True, gc=False):
    """When one of those who write an object wrote to it last."""

    time: Annotated[datetime, Meta(tz=True)] | None = None


class ConfigMapMeta(ObjectMeta, frozen=True, gc=False):
    """Metadata with who wrote when; `kubectl get` leaves that out unless told `--show-managed-fields`."""

    managed_fields: tuple[ManagedFields, ...] = ()


class ConfigMap(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 ConfigMap."""

    metadata: ConfigMapMeta
    data: Mapping[str, str] = {}

    @property
    def changed_at(self) -> datetime | None:
        """When it was last written to, None where that is not said."""
        return max((entry.time for entry in self.metadata.managed_fields if entry.time), default=None)


CONFIG_MAPS = Source(
    "config-maps",
    ConfigMap,
    served_as=(Resource("", "v1", "configmaps", "ConfigMap"),),
    only=tuple(
        ObjectName(name, SYSTEM_NAMESPACE)
        for name in ("kube-proxy", "kube-proxy-config", "kubeadm-config", "cilium-config")
    ),
)
INGRESS_CONFIG_MAPS = Source(
    "ingress-config-maps",
    ConfigMap,
    served_as=(Resource("", "v1", "configmaps", "ConfigMap"),),
    only=(
        # What the chart and the manifests of ingress-nginx call it, StarlingX, RKE2 and MicroK8s.
        ObjectName("ingress-nginx-controller", "ingress-nginx"),
        ObjectName("ingress-nginx-controller", SYSTEM_NAMESPACE),
        ObjectName("ic-nginx-ingress-ingress-nginx-controller", SYSTEM_NAMESPACE),
        ObjectName("rke2-ingress-nginx-controller", SYSTEM_NAMESPACE),
        ObjectName("nginx-load-balancer-microk8s-conf", "ingress"),
    ),
)
