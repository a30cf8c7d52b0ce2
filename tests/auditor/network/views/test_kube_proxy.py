from collections.abc import Mapping, Sequence
from ipaddress import ip_address

import msgspec
import pytest

from auditor.network.views.evidence import Evidence, Object, node
from chaudit import CannotTellError
from chaudit_network.kinds.core import Node
from chaudit_network.views.kube_proxy import KubeProxy, kube_proxy
from chaudit_network.views.kube_proxy_configuration import KubeProxyConfiguration
from chaudit_network.views.node_proxy import Mode

FILE = """
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
bindAddress: 192.168.206.2
clusterCIDR: 172.16.0.0/16
healthzBindAddress: ""
iptables: {localhostNodePorts: null, masqueradeAll: false}
metricsBindAddress: 127.0.0.1:10249
mode: nftables
nodePortAddresses: [192.168.206.0/24]
"""
NOWHERE = (
    "how kube-proxy is set up is not known: kube-system has no ConfigMap kube-proxy or kube-proxy-config with its "
    "configuration, and the node no kube-proxy pod"
)
EBPF = "Calico's eBPF data plane serves services in place of kube-proxy, which is not modelled"
CILIUM = "Cilium serves services in place of kube-proxy, which is not modelled"


def config_map(name: str, **data: str) -> Object:
    keys = {key.replace("_", "."): text for key, text in data.items()}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "kube-system"},
        "data": keys,
    }


def cilium(**settings: str) -> Object:
    data = {key.replace("_", "-"): text for key, text in settings.items()}
    return {**config_map("cilium-config"), "data": data}


def felix(name: str, *, bpf_enabled: object) -> Object:
    return {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "FelixConfiguration",
        "metadata": {"name": name},
        "spec": {"bpfEnabled": bpf_enabled},
    }


def pod(
    *command: str,
    name: str = "kube-proxy-x",
    node_name: str = "n1",
    namespace: str = "kube-system",
    container: str = "kube-proxy",
    labels: Mapping[str, str] | None = None,
) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
        "spec": {"nodeName": node_name, "containers": [{"name": container, "command": list(command)}]},
    }


def n(name: str) -> Node:
    return msgspec.convert(node(name, "192.168.206.2", kubelet_version="v1.36.2"), Node)


def look(*objects: Object, denied: Sequence[str] = (), absent: Sequence[str] = ()) -> KubeProxy:
    return Evidence(objects, denied=denied, absent=absent).resolve(kube_proxy)


def addresses(found: KubeProxy, node_name: str = "n1") -> tuple[str, ...] | None:
    return found.on(n(node_name)).configuration.node_port_addresses


def reasons(found: KubeProxy, node_name: str = "n1") -> tuple[str, ...]:
    with pytest.raises(CannotTellError) as caught:
        found.judge(ip_address("10.0.0.1"), n(node_name), [])
    return tuple(caught.value.reasons)


@pytest.mark.parametrize(
    "stored", [config_map("kube-proxy", config_conf=FILE), config_map("kube-proxy-config", config=FILE)]
)
def test_the_configuration_is_that_of_the_config_map(stored: Object) -> None:
    found = look(stored)

    configuration = found.on(n("n1")).configuration
    assert configuration.node_port_addresses == ("192.168.206.0/24",)
    assert configuration.bind_address == "192.168.206.2"
    assert configuration.healthz_bind_address == ""
    assert configuration.metrics_bind_address == "127.0.0.1:10249"
    assert found.mode(n("n1")) is Mode.NFTABLES
    assert found.version(n("n1")) == (1, 36)


def test_a_node_is_judged_by_the_configuration() -> None:
    found = look(config_map("kube-proxy", config_conf=FILE))

    assert found.judge(ip_address("192.168.206.9"), n("n1"), []).is_served
    assert not found.judge(ip_address("10.10.10.2"), n("n1"), []).is_served


def test_a_config_map_is_not_believed_where_pods_may_be_started_with_flags_instead() -> None:
    with pytest.raises(CannotTellError, match="pods: denied"):
        addresses(look(config_map("kube-proxy", config_conf=FILE), denied=["pods"]))


@pytest.mark.parametrize(("namespace", "is_known"), [("kube-system", False), ("web", True)])
def test_a_malformed_pod_of_the_system_may_be_a_kube_proxy(namespace: str, is_known: bool) -> None:
    metadata = {"name": "kube-proxy-x", "namespace": namespace}
    found = look(
        config_map("kube-proxy", config_conf=FILE), {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": 1}
    )

    if is_known:
        assert addresses(found) == ("192.168.206.0/24",)
    else:
        with pytest.raises(CannotTellError, match="pods: Pod kube-system/kube-proxy-x is malformed"):
            addresses(found)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("kube-proxy", "--proxy-mode=iptables"), ()),
        (("kube-proxy", "--nodeport-addresses=10.0.0.0/8"), ("10.0.0.0/8",)),
        (("kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--nodeport-addresses="), ("192.168.206.0/24",)),
        (("kube-proxy",), ("192.168.206.0/24",)),
    ],
)
def test_a_config_map_that_kube_proxy_is_not_told_to_read_says_nothing(
    arguments: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    found = look(config_map("kube-proxy", config_conf=FILE), pod(*arguments))

    assert addresses(found) == expected


@pytest.mark.parametrize(
    "command",
    [
        ("kube-proxy", "--proxy-mode=ipvs", "--nodeport-addresses=10.0.0.0/8,fd00::/8", "--bind-address=10.0.0.1"),
        (
            "kube-proxy",
            "--proxy-mode",
            "ipvs",
            "--nodeport-addresses",
            "10.0.0.0/8",
            "--nodeport-addresses",
            "fd00::/8",
            "--bind-address",
            "10.0.0.1",
        ),
        (
            "sh",
            "-c",
            "exec kube-proxy --proxy-mode='ipvs' --nodeport-addresses=\"10.0.0.0/8,fd00::/8\" --bind-address=10.0.0.1",
        ),
    ],
)
def test_without_a_config_map_the_flags_of_the_nodes_own_pod_decide(command: Sequence[str]) -> None:
    found = look(pod(*command), pod("kube-proxy", node_name="n2"))

    assert found.on(n("n1")).configuration == msgspec.structs.replace(
        found.on(n("n2")).configuration,
        mode="ipvs",
        node_port_addresses=("10.0.0.0/8", "fd00::/8"),
        bind_address="10.0.0.1",
    )
    assert found.mode(n("n2")) is Mode.IPTABLES
    assert addresses(found, "n2") == ()


@pytest.mark.parametrize(
    ("flag", "served"),
    [("--iptables-localhost-nodeports=false", False), ("--iptables-localhost-nodeports", True), ("--v=2", True)],
)
def test_a_flag_can_close_node_ports_on_loopback(flag: str, served: bool) -> None:
    found = look(pod("kube-proxy", flag, "--cluster-cidr=10.42.0.0/16"))

    assert found.judge(ip_address("127.0.0.1"), n("n1"), []).is_served is served


@pytest.mark.parametrize("labels", [{"k8s-app": "kube-proxy"}, {"component": "kube-proxy"}])
def test_a_pod_is_kube_proxy_by_its_label_too(labels: Mapping[str, str]) -> None:
    found = look(pod("hyperkube", "--nodeport-addresses=10.0.0.0/8", container="proxy", labels=labels))

    assert addresses(found) == ("10.0.0.0/8",)


@pytest.mark.parametrize(
    "objects",
    [
        [],
        [pod("kube-proxy", node_name="n2")],
        [pod("kube-proxy", node_name="")],
        [pod("kube-proxy", "--nodeport-addresses=127.0.0.0/8", namespace="tenant", labels={"k8s-app": "kube-proxy"})],
        [pod("nginx", container="nginx")],
        [config_map("kube-proxy", kubeconfig_conf="apiVersion: v1")],
    ],
)
def test_nothing_is_known_of_a_node_without_config_map_and_pod_of_kube_system(objects: Sequence[Object]) -> None:
    assert reasons(look(*objects)) == (NOWHERE,)


def test_a_file_on_the_node_is_not_seen() -> None:
    found = look(pod("kube-proxy", "--config=/etc/kube-proxy.yaml", "--proxy-mode=iptables"))

    assert reasons(found) == ("kube-proxy's configuration is a file on its node (--config)",)


def test_pods_of_one_node_that_differ_leave_it_unknown() -> None:
    found = look(pod("kube-proxy", "--proxy-mode=ipvs"), pod("kube-proxy", name="kube-proxy-y"))

    assert reasons(found) == ("the kube-proxy pods on the node are started with different flags",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mode: [", "is not readable: "),
        ("[" * 100_000, "is not readable: "),
        ("a: &a [1]\nnodePortAddresses: *a", "is not readable: aliases are not accepted"),
        ("- a list", "is not readable: Expected `object`, got `array`"),
        ("start: 2026-99-99", "is not readable: "),
        (f"{FILE}\nnodePortAddresses: 10.0.0.0/8", "is not readable: Expected `array | null`, got `str`"),
        ("mode: iptables", "holds no apiVersion, not kubeproxy.config.k8s.io/v1alpha1"),
        ("apiVersion: kubeproxy.config.k8s.io/v1alpha2", "holds kubeproxy.config.k8s.io/v1alpha2, not"),
        ("", "is not readable: Expected `object`, got `null`"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_unknown(text: str, problem: str) -> None:
    (said,) = reasons(look(config_map("kube-proxy", config_conf=text)))

    assert said.startswith(f"ConfigMap kube-system/kube-proxy {problem}")


@pytest.mark.parametrize(
    "settings",
    [
        {"kube_proxy_replacement": "true"},
        {"kube_proxy_replacement": "strict"},
        {"kube_proxy_replacement": "partial"},
        {"kube_proxy_replacement": "false", "enable_node_port": "true"},
    ],
)
def test_cilium_in_place_of_kube_proxy_is_not_modelled(settings: Mapping[str, str]) -> None:
    assert reasons(look(cilium(**settings), config_map("kube-proxy", config_conf=FILE))) == (CILIUM,)


@pytest.mark.parametrize("settings", [{"kube_proxy_replacement": "false"}, {"kube_proxy_replacement": "disabled"}, {}])
def test_cilium_beside_kube_proxy_changes_nothing(settings: Mapping[str, str]) -> None:
    found = look(cilium(**settings), config_map("kube-proxy", config_conf=FILE))

    assert addresses(found) == ("192.168.206.0/24",)


@pytest.mark.parametrize("name", ["default", "node.n2"])
def test_the_ebpf_data_plane_of_calico_is_not_modelled(name: str) -> None:
    found = look(felix(name, bpf_enabled=True), config_map("kube-proxy", config_conf=FILE))

    assert reasons(found) == (EBPF,)


@pytest.mark.parametrize("absent", [[], ["felix-configurations"]])
def test_calico_without_ebpf_or_no_calico_changes_nothing(absent: Sequence[str]) -> None:
    found = look(felix("default", bpf_enabled=False), config_map("kube-proxy", config_conf=FILE), absent=absent)

    assert addresses(found) == ("192.168.206.0/24",)


@pytest.mark.parametrize(
    ("objects", "denied", "reason"),
    [
        ([], ["config-maps"], "config-maps: denied"),
        ([pod("kube-proxy")], ["pods"], "pods: denied"),
        ([config_map("kube-proxy", config_conf=FILE)], ["felix-configurations"], "felix-configurations: denied"),
    ],
)
def test_what_was_denied_leaves_it_unknown_only_when_somebody_asks(
    objects: Sequence[Object], denied: Sequence[str], reason: str
) -> None:
    found = look(*objects, denied=denied)

    assert found.version(n("n1")) == (1, 36)
    assert reasons(found) == (reason,)


def test_a_malformed_object_that_may_decide_leaves_it_unknown() -> None:
    (said,) = reasons(look(felix("default", bpf_enabled="yes"), config_map("kube-proxy", config_conf=FILE)))

    assert said.startswith("felix-configurations: FelixConfiguration default is malformed: ")


def test_a_configuration_of_defaults_is_one_without_settings() -> None:
    found = look(config_map("kube-proxy", config_conf="apiVersion: kubeproxy.config.k8s.io/v1alpha1\nmode: null"))

    assert found.on(n("n1")).configuration == KubeProxyConfiguration("kubeproxy.config.k8s.io/v1alpha1")
