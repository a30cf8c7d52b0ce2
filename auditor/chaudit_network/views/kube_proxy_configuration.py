"""Where kube-proxy's configuration is found: in a ConfigMap for all nodes, or in the flags of each node's pod."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import CannotTellError, Reading, Record, printable
from chaudit_network.documents import parse_yaml
from chaudit_network.flags import Flags, flags_of
from chaudit_network.kinds.calico_policy import FelixConfiguration
from chaudit_network.kinds.configuration import ConfigMap
from chaudit_network.kinds.core import SYSTEM_NAMESPACE, Container, Pod

_API_VERSION = "kubeproxy.config.k8s.io/v1alpha1"
_FILES = (("kube-proxy", "config.conf"), ("kube-proxy-config", "config"))
"""ConfigMaps of kube-system with the key of the file: of kubeadm (and so StarlingX), and of EKS."""

_LABELS = frozenset({("k8s-app", "kube-proxy"), ("component", "kube-proxy")})
_PROGRAM = "kube-proxy"


class IptablesConfiguration(Record, frozen=True, gc=False):
    """Options of the iptables mode."""

    localhost_node_ports: bool | None = None


class KubeProxyConfiguration(Record, frozen=True, gc=False):
    """What of the configuration bears on exposure; null and absent are one, and have kube-proxy's default.

    See https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/.
    """

    api_version: str | None = None
    mode: str | None = None
    node_port_addresses: tuple[str, ...] | None = None
    bind_address: str | None = None
    healthz_bind_address: str | None = None
    metrics_bind_address: str | None = None
    iptables: IptablesConfiguration | None = None


class Configurations(msgspec.Struct, frozen=True):
    """One configuration for all nodes and where it is written, or each node's own, or why neither is known.

    A ConfigMap is no more than a file: a kube-proxy that is started with flags, and not told to read it, does not.
    """

    everywhere: KubeProxyConfiguration | None = None
    written_in: ConfigMap | None = None
    containers: Mapping[str, Sequence[Container]] = msgspec.field(default_factory=dict)
    gaps: tuple[str, ...] = ()

    def on(self, node_name: str) -> KubeProxyConfiguration:
        """Return the configuration of one node's kube-proxy.

        Raises:
            CannotTellError: it is not known, or something else than kube-proxy serves services.
        """
        if self.gaps:
            raise CannotTellError(*self.gaps)
        own = self.containers.get(node_name, ())
        if self.everywhere and not (own and all(map(_has_flags_alone, own))):
            return self.everywhere
        found = {_from_flags(container) for container in own}
        if len(found) > 1:
            raise CannotTellError("the kube-proxy pods on the node are started with different flags")
        if not found:
            raise CannotTellError(
                "how kube-proxy is set up is not known: kube-system has no ConfigMap kube-proxy or kube-proxy-config "
                "with its configuration, and the node no kube-proxy pod"
            )
        return found.pop()


def find_configurations(
    config_maps: Reading[ConfigMap], pods: Reading[Pod], felix: Reading[FelixConfiguration]
) -> Configurations:
    """Look for the configuration; pods have to be read, too: they tell whether kube-proxy is to read a ConfigMap."""
    try:
        if replacement := find_replacement(config_maps, felix):
            gap = f"{replacement.name} serves services in place of kube-proxy, which is not modelled"
            return Configurations(gaps=(gap,))
        by_name = {found.name: found for found in config_maps.complete_records}
        for name, key in _FILES:
            if name in by_name and key in by_name[name].data:
                found = _from_file(name, by_name[name].data[key])
                return Configurations(found, by_name[name], _containers(pods.records), tuple(_unseen(pods)))
        return Configurations(containers=_containers(pods.records))
    except CannotTellError as gap:
        return Configurations(gaps=tuple(gap.reasons))


class Replacement(msgspec.Struct, frozen=True):
    """What serves services in place of kube-proxy, or beside it where it is partial."""

    name: str
    is_partial: bool = False


def find_replacement(config_maps: Reading[ConfigMap], felix: Reading[FelixConfiguration]) -> Replacement | None:
    """Look for what replaces kube-proxy.

    Older Cilium has `strict`, `partial`, `probe` and `disabled`, and can serve NodePorts beside kube-proxy.

    Raises:
        CannotTellError: the configuration of Cilium or of Felix was not read.
    """
    cilium = next((found.data for found in config_maps.complete_records if found.name == "cilium-config"), {})
    setting = cilium.get("kube-proxy-replacement", "false").lower()
    if setting not in {"false", "disabled"} or cilium.get("enable-node-port", "false").lower() == "true":
        return Replacement("Cilium", is_partial=setting not in {"true", "strict"})
    if any(found.spec.bpf_enabled for found in felix.complete_records):
        return Replacement("Calico's eBPF data plane")
    return None


def _from_file(name: str, text: str) -> KubeProxyConfiguration:
    try:
        found = parse_yaml(text, KubeProxyConfiguration)
    except CannotTellError as gap:
        raise CannotTellError(f"ConfigMap kube-system/{name} is not readable: {gap}") from gap
    if found.api_version != _API_VERSION:
        raise CannotTellError(
            f"ConfigMap kube-system/{name} holds {printable(found.api_version or 'no apiVersion')}, not {_API_VERSION}"
        )
    return found


def _containers(pods: Sequence[Pod]) -> Mapping[str, Sequence[Container]]:
    found: dict[str, list[Container]] = defaultdict(list)
    for pod in pods:
        if pod.spec.node_name:
            found[pod.spec.node_name] += kube_proxies_in(pod)
    return found


def _unseen(pods: Reading[Pod]) -> Iterator[str]:
    """Yield the pods that may be kube-proxies which are started with flags, and so read no ConfigMap."""
    for rejected in pods.rejected:
        if rejected.subject.namespace == SYSTEM_NAMESPACE:
            yield f"pods: {rejected.subject} is malformed: {rejected.reason}"


def kube_proxies_in(pod: Pod) -> Sequence[Container]:
    """Return the containers of a pod that are kube-proxy."""
    if pod.namespace != SYSTEM_NAMESPACE:
        return ()
    named = [container for container in pod.spec.containers if container.name == _PROGRAM]
    return named or (pod.spec.containers if _LABELS & pod.metadata.labels.items() else ())


def _has_flags_alone(container: Container) -> bool:
    flags = flags_of(container)
    return bool(flags) and "config" not in flags


def _from_flags(container: Container) -> KubeProxyConfiguration:
    flags = flags_of(container)
    if "config" in flags:
        raise CannotTellError("kube-proxy's configuration is a file on its node (--config)")
    localhost = _last(flags, "iptables-localhost-nodeports") or ""
    return KubeProxyConfiguration(
        mode=_last(flags, "proxy-mode"),
        node_port_addresses=tuple(
            entry.strip() for value in flags.get("nodeport-addresses", ()) for entry in value.split(",") if entry
        ),
        bind_address=_last(flags, "bind-address"),
        healthz_bind_address=_last(flags, "healthz-bind-address"),
        metrics_bind_address=_last(flags, "metrics-bind-address"),
        iptables=IptablesConfiguration(localhost.lower() not in {"false", "f", "0"}),
    )


def _last(flags: Flags, name: str) -> str | None:
    return flags[name][-1] if name in flags else None
