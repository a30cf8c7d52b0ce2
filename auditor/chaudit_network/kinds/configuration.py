"""ConfigMaps that say how a cluster is set up: kube-proxy, kubeadm, Cilium. Read one by one, never listed."""

from collections.abc import Mapping

from chaudit import KubernetesObject, ObjectName, Resource, Source


class ConfigMap(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 ConfigMap."""

    data: Mapping[str, str] = {}


CONFIG_MAPS = Source(
    "config-maps",
    ConfigMap,
    served_as=(Resource("", "v1", "configmaps", "ConfigMap"),),
    only=tuple(
        ObjectName(name, "kube-system")
        for name in ("kube-proxy", "kube-proxy-config", "kubeadm-config", "cilium-config")
    ),
)
