"""On which addresses NodePorts are served; numbers in names of cases are those of the measurements with packets."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import msgspec
import pytest

from auditor.network.views.evidence import node
from chaudit import CannotTellError
from chaudit_network.kinds.core import Node
from chaudit_network.views.kube_proxy_configuration import KubeProxyConfiguration
from chaudit_network.views.node_proxy import Mode, NodeProxy, version_of

OWN = ("192.168.206.2", "10.10.10.3", "10.10.10.2", "172.16.0.1", "fd00:206::2", "fd00:10::3")
IPV4, IPV6 = OWN[:4], OWN[4:]
CLUSTER_HOST = ("192.168.206.2", "fd00:206::2")


def proxy(
    configuration: Mapping[str, Any], version: str = "v1.36.2", internal_ips: Sequence[str] = CLUSTER_HOST
) -> NodeProxy:
    record = msgspec.convert(node("n1", *internal_ips, kubelet_version=version), Node)
    return NodeProxy(msgspec.convert(configuration, KubeProxyConfiguration), record)


def served(found: NodeProxy, addresses: Sequence[str] = OWN) -> tuple[str, ...]:
    own = [ip_address(address) for address in OWN]
    return tuple(address for address in addresses if found.judge(ip_address(address), own).is_served)


def because(found: NodeProxy, address: str, own: Sequence[str] = OWN) -> str:
    return found.judge(ip_address(address), [ip_address(one) for one in own]).because


@pytest.mark.parametrize("mode", ["", "iptables", "ipvs"])
@pytest.mark.parametrize("addresses", [None, []])
def test_without_a_list_every_address_is_open_oam_and_tunnel_too(mode: str, addresses: list[str] | None) -> None:
    assert served(proxy({"mode": mode, "nodePortAddresses": addresses})) == OWN


@pytest.mark.parametrize(
    "configuration", [{"mode": "nftables"}, {"mode": "nftables", "nodePortAddresses": ["primary"]}]
)
def test_without_a_list_nftables_serves_primary_addresses_only(configuration: Mapping[str, Any]) -> None:
    assert served(proxy(configuration)) == CLUSTER_HOST


def test_primary_means_the_same_in_iptables_mode() -> None:
    assert served(proxy({"nodePortAddresses": ["primary"]})) == CLUSTER_HOST


@pytest.mark.parametrize("mode", ["iptables", "ipvs", "nftables"])
@pytest.mark.parametrize(
    ("addresses", "open_on"),
    [
        (["10.10.10.0/24"], ("10.10.10.3", "10.10.10.2", *IPV6)),
        (["fd00:206::/64"], (*IPV4, "fd00:206::2")),
        (["192.168.206.0/24", "fd00:206::/64"], CLUSTER_HOST),
        (["192.168.206.0/24", "0.0.0.0/0", "fd00:206::/64"], (*IPV4, "fd00:206::2")),
        (["192.0.2.0/24", "2001:db8::/64"], ()),
    ],
)
def test_a_list_restricts_only_the_families_that_it_has_networks_of(
    mode: str, addresses: list[str], open_on: Sequence[str]
) -> None:
    assert served(proxy({"mode": mode, "nodePortAddresses": addresses})) == open_on


@pytest.mark.parametrize(
    ("bind_address", "open_on"),
    [
        (str(IPv4Address(0)), CLUSTER_HOST),
        (str(IPv6Address(0)), CLUSTER_HOST),
        ("10.10.10.3", ("10.10.10.3", "fd00:206::2")),
        ("fd00:10::3", ("192.168.206.2", "fd00:10::3")),
    ],
)
def test_an_address_to_bind_to_is_the_primary_one_of_its_family(bind_address: str, open_on: Sequence[str]) -> None:
    assert served(proxy({"mode": "nftables", "bindAddress": bind_address})) == open_on


def test_the_first_internal_address_of_each_family_is_primary_and_an_external_one_only_in_want_of_it() -> None:
    object_ = node("n1", "192.168.206.2", "10.10.10.3", kubelet_version="v1.36.0")
    object_["status"]["addresses"].insert(0, {"type": "ExternalIP", "address": "172.16.0.1"})
    object_["status"]["addresses"].append({"type": "ExternalIP", "address": "fd00:10::3"})
    found = NodeProxy(KubeProxyConfiguration(mode="nftables"), msgspec.convert(object_, Node))

    assert served(found) == ("192.168.206.2", "fd00:10::3")


def test_an_internal_address_that_is_none_is_passed_over() -> None:
    assert served(proxy({"mode": "nftables"}, internal_ips=["n1.example", *CLUSTER_HOST])) == CLUSTER_HOST


def test_primary_leaves_a_family_open_in_which_the_node_reports_no_address() -> None:
    found = proxy({"mode": "nftables"}, internal_ips=["192.168.206.2"])

    assert served(found) == ("192.168.206.2", *IPV6)


@pytest.mark.parametrize(
    ("configuration", "open_on"),
    [
        ({}, ("127.0.0.1",)),
        ({"iptables": {"localhostNodePorts": None}}, ("127.0.0.1",)),
        ({"iptables": {"localhostNodePorts": False}}, ()),
        ({"nodePortAddresses": ["10.0.0.0/8", "::/0"]}, ()),
        ({"nodePortAddresses": ["127.0.0.0/8"]}, ("127.0.0.1",)),
        ({"mode": "ipvs"}, ()),
        ({"mode": "nftables", "nodePortAddresses": ["0.0.0.0/0", "127.0.0.0/8"]}, ()),
    ],
)
def test_loopback_is_served_for_ipv4_in_iptables_mode_only(
    configuration: Mapping[str, Any], open_on: Sequence[str]
) -> None:
    assert served(proxy(configuration), ["127.0.0.1", "::1"]) == open_on


def test_whether_newer_nftables_serves_loopback_hangs_on_a_feature_that_is_not_seen() -> None:
    found = proxy({"mode": "nftables", "nodePortAddresses": ["primary", "localhost"]}, "v1.37.0")

    assert served(found) == CLUSTER_HOST
    with pytest.raises(CannotTellError, match="KubeProxyNFTablesLocalhostNodePorts"):
        found.judge(ip_address("127.0.0.1"), [])


def test_newer_nftables_does_not_serve_loopback_that_is_not_named() -> None:
    assert served(proxy({"mode": "nftables", "nodePortAddresses": ["0.0.0.0/0"]}, "v1.37.0"), ["127.0.0.1"]) == ()


@pytest.mark.parametrize("addresses", [["all"], ["localhost"], ["primary", "10.0.0.0/8"]])
def test_keywords_of_1_37_are_not_understood_by_older_ones(addresses: list[str]) -> None:
    configuration = {"nodePortAddresses": addresses}

    with pytest.raises(CannotTellError, match=r"since 1\.37"):
        proxy(configuration, "v1.36.2").judge(ip_address("10.0.0.1"), [])
    assert served(proxy(configuration, "v1.37.0"), ["192.168.206.2"]) == served(
        proxy(configuration, ""), ["192.168.206.2"]
    )


@pytest.mark.parametrize(
    ("configuration", "problem"),
    [
        ({"mode": "userspace"}, "mode userspace is not modelled"),
        ({"mode": "kernel\x1bspace"}, r"mode kernel\\x1bspace is not modelled"),
        ({"nodePortAddresses": ["10.0.0.1"]}, "'10.0.0.1' is neither a network nor a keyword"),
        ({"nodePortAddresses": ["primary"], "bindAddress": "eth0"}, "'eth0' is not an IP address"),
    ],
)
def test_a_configuration_that_is_not_understood_is_unknown(configuration: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(CannotTellError, match=problem):
        proxy(configuration).judge(ip_address("10.0.0.1"), [])


@pytest.mark.parametrize(
    ("configuration", "address", "words"),
    [
        (
            {},
            "10.10.10.2",
            "kube-proxy (iptables) serves NodePorts on every IPv4 address: nodePortAddresses is not set",
        ),
        (
            {"nodePortAddresses": ["10.0.0.0/8"]},
            "fd00:10::3",
            "kube-proxy (iptables) serves NodePorts on every IPv6 address: nodePortAddresses lists no IPv6 network",
        ),
        (
            {"mode": "ipvs", "nodePortAddresses": ["0.0.0.0/0"]},
            "10.10.10.2",
            "kube-proxy (ipvs) serves NodePorts on every IPv4 address: nodePortAddresses lists all of IPv4",
        ),
        (
            {"nodePortAddresses": ["10.0.0.0/8", "192.168.0.0/16"]},
            "10.10.10.2",
            "kube-proxy (iptables) serves NodePorts on 10.0.0.0/8, 192.168.0.0/16, which nodePortAddresses lists",
        ),
        (
            {"nodePortAddresses": ["192.168.206.0/24"]},
            "10.10.10.2",
            "kube-proxy (iptables) serves IPv4 NodePorts only on 192.168.206.0/24, which nodePortAddresses lists",
        ),
        (
            {"nodePortAddresses": ["192.0.2.1/32"]},
            "10.10.10.2",
            (
                "kube-proxy (iptables) serves no IPv4 NodePorts: the node is not known to have an IPv4 address among "
                "192.0.2.1/32, which nodePortAddresses lists"
            ),
        ),
        (
            {"mode": "nftables"},
            "10.10.10.2",
            (
                "kube-proxy (nftables) serves IPv4 NodePorts only on the node's primary address, "
                "as nodePortAddresses is not set"
            ),
        ),
        (
            {"mode": "nftables", "nodePortAddresses": ["primary"]},
            "192.168.206.2",
            "kube-proxy (nftables) serves NodePorts on the node's primary address, which nodePortAddresses lists",
        ),
        ({"mode": "ipvs"}, "::1", "kube-proxy (ipvs) serves no NodePorts on IPv6 loopback in this mode"),
        (
            {"iptables": {"localhostNodePorts": False}},
            "127.0.0.1",
            "kube-proxy (iptables) serves no NodePorts on loopback, as iptables.localhostNodePorts is false",
        ),
    ],
)
def test_the_reason_names_the_setting_that_decides(configuration: Mapping[str, Any], address: str, words: str) -> None:
    assert because(proxy(configuration), address) == words


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({"mode": "nftables"}, "is not set, which means primary, but the node reports no IPv6 address"),
        ({"nodePortAddresses": ["primary"]}, "lists primary, but the node reports no IPv6 address"),
    ],
)
def test_the_reason_tells_when_primary_restricts_nothing(configuration: Mapping[str, Any], words: str) -> None:
    found = proxy(configuration, internal_ips=["192.168.206.2"])

    assert because(found, "fd00:10::3") == (
        f"kube-proxy ({found.mode}) serves NodePorts on every IPv6 address: nodePortAddresses {words}"
    )


def test_addresses_that_are_alike_have_the_same_reason() -> None:
    found = proxy({"nodePortAddresses": ["10.10.10.0/24"]})

    assert because(found, "10.10.10.2") == because(found, "10.10.10.3")
    assert because(found, "192.168.206.2") == because(found, "172.16.0.1")


@pytest.mark.parametrize(
    ("configuration", "version", "dropped"),
    [
        ({"nodePortAddresses": ["192.0.2.1/32"]}, "v1.20.2", True),
        ({"nodePortAddresses": ["192.0.2.1/32"]}, "v1.36.2", False),
        ({"nodePortAddresses": ["192.0.2.1/32", "10.10.10.0/24"]}, "v1.20.2", False),
        ({"nodePortAddresses": ["127.0.0.0/8"]}, "v1.20.2", False),
        ({"nodePortAddresses": ["fd00::/64"]}, "v1.20.2", False),
        ({}, "v1.20.2", False),
        ({"mode": "ipvs", "nodePortAddresses": ["192.0.2.1/32"]}, "v1.20.2", False),
    ],
)
def test_old_iptables_proxies_drop_whole_services_where_the_list_matches_nothing(
    configuration: Mapping[str, Any], version: str, dropped: bool
) -> None:
    assert proxy(configuration, version).drops_services(4, [ip_address(address) for address in OWN]) is dropped


@pytest.mark.parametrize("version", ["", "v1.21.14", "v1.23.0"])
def test_what_versions_between_the_measured_do_is_unknown(version: str) -> None:
    with pytest.raises(CannotTellError, match="lists no address of the node"):
        proxy({"nodePortAddresses": ["192.0.2.1/32"]}, version).drops_services(4, [ip_address("10.0.0.1")])


@pytest.mark.parametrize(
    ("kubelet_version", "version"),
    [
        ("v1.29.2", (1, 29)),
        ("v1.24.4+k3s1", (1, 24)),
        ("v1.37.0-alpha.1.12+0123456789abcd", (1, 37)),
        ("1.9", (1, 9)),
        ("", None),
        ("unknown", None),
    ],
)
def test_the_version_is_the_kubelets(kubelet_version: str, version: tuple[int, int] | None) -> None:
    assert version_of(msgspec.convert(node("n1", kubelet_version=kubelet_version), Node)) == version


def test_no_mode_means_iptables() -> None:
    assert proxy({"mode": None}).mode is Mode.IPTABLES
