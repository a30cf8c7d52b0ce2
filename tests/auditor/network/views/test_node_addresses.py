import json
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any

import pytest

from auditor.network.views.evidence import Evidence, Object, address_pool, host_endpoint, node, platform_network
from chaudit import CannotTellError
from chaudit_network.views.node_addresses import NodeAddresses, NodeNetworking, node_addresses

NO_STATE = "no NodeNetworkState {} lists every address"
CALICO_LIST = "annotation projectcalico.org/Interfaces leaves out lo and virtual interfaces"
OAM = (
    platform_network("oam", "oam-ipv4"),
    address_pool(
        "oam-ipv4",
        "10.10.10.0",
        floatingAddress="10.10.10.2",
        controller0Address="10.10.10.3",
        controller1Address="10.10.10.4",
    ),
)


def state(name: str, *interfaces: Mapping[str, Any], **status: object) -> Object:
    return {
        "apiVersion": "nmstate.io/v1beta1",
        "kind": "NodeNetworkState",
        "metadata": {"name": name},
        "status": {"currentState": {"interfaces": list(interfaces)}, **status},
    }


def interface(name: object, *addresses: str, **fields: object) -> dict[str, Any]:
    families = {
        family: {"enabled": True, "address": [{"ip": ip, "prefix-length": 24} for ip in own]}
        for family, own in (
            ("ipv4", [ip for ip in addresses if ":" not in ip]),
            ("ipv6", [ip for ip in addresses if ":" in ip]),
        )
    }
    return {"name": name, "state": "up", "type": "ethernet", **families, **fields}


def known(objects: Sequence[Object], name: str = "n1", denied: Sequence[str] = ()) -> NodeNetworking:
    return Evidence(objects, denied=denied).resolve(node_addresses).of(name)


def placed(networking: NodeNetworking) -> list[tuple[str, str, str]]:
    return [(str(one.address), one.interface, one.network) for one in networking.addresses]


def owners(addresses: NodeAddresses, address: str) -> tuple[str, ...]:
    return addresses.owners(ip_address(address))


def test_kubelet_and_calico_report_single_addresses_which_need_not_be_all() -> None:
    annotations = {
        "projectcalico.org/IPv4Address": "192.168.206.3/24",
        "projectcalico.org/IPv6Address": "fd00::3/64",
        "projectcalico.org/IPv4IPIPTunnelAddr": "172.16.0.1",
        "projectcalico.org/IPv4VXLANTunnelAddr": "172.16.0.2",
        "projectcalico.org/IPv6VXLANTunnelAddr": "fd16::2",
        "projectcalico.org/IPv4WireguardInterfaceAddr": "172.16.0.3",
        "projectcalico.org/IPv6WireguardInterfaceAddr": "fd16::3",
    }

    networking = known([node("n1", "192.168.206.3", annotations=annotations)])

    assert [(str(one.address), one.interface, one.known_from) for one in networking.addresses] == [
        ("192.168.206.3", "", "InternalIP of the Node"),
        ("fd00::3", "", "annotation projectcalico.org/IPv6Address"),
        ("172.16.0.1", "tunl0", "annotation projectcalico.org/IPv4IPIPTunnelAddr"),
        ("172.16.0.2", "vxlan.calico", "annotation projectcalico.org/IPv4VXLANTunnelAddr"),
        ("fd16::2", "vxlan-v6.calico", "annotation projectcalico.org/IPv6VXLANTunnelAddr"),
        ("172.16.0.3", "wireguard.cali", "annotation projectcalico.org/IPv4WireguardInterfaceAddr"),
        ("fd16::3", "wg-v6.cali", "annotation projectcalico.org/IPv6WireguardInterfaceAddr"),
    ]
    assert not networking.is_complete
    assert networking.gap == NO_STATE.format("n1")


def test_a_node_network_state_is_the_whole_inventory() -> None:
    networking = known(
        [
            node("n1", "192.168.206.3"),
            state(
                "n1",
                interface("lo", "127.0.0.1", "::1", "203.0.113.7", type="loopback"),
                interface("eno1", "10.10.10.3", "fe80::1"),
                interface("cluster0", "192.168.206.3", "fd00:0:0:206::3"),
                interface("docker0", "172.17.0.1", state="ignore"),
                interface("eno2", "192.0.2.1", state="down"),
                interface(1234, "169.254.202.3"),
            ),
        ]
    )

    assert placed(networking) == [
        ("203.0.113.7", "lo", ""),
        ("10.10.10.3", "eno1", ""),
        ("192.168.206.3", "cluster0", ""),
        ("fd00:0:0:206::3", "cluster0", ""),
        ("172.17.0.1", "docker0", ""),
        ("169.254.202.3", "1234", ""),
    ]
    assert {one.known_from for one in networking.addresses} == {"NodeNetworkState"}
    assert networking.is_complete
    assert networking.gap == ""


def test_calico_names_interfaces_but_its_list_is_no_inventory() -> None:
    listed = json.dumps([{"name": "eno1", "addresses": ["10.10.10.3"]}, {"name": "eno2"}])

    networking = known([node("n1", "192.168.206.3", annotations={"projectcalico.org/Interfaces": listed})])

    assert placed(networking) == [("10.10.10.3", "eno1", ""), ("192.168.206.3", "", "")]
    assert networking.gap == f"{CALICO_LIST}; {NO_STATE.format('n1')}"


def test_an_interface_comes_from_whatever_names_it() -> None:
    objects = [
        *OAM,
        platform_network("mgmt", "mgmt"),
        address_pool("mgmt", "192.168.204.0"),
        platform_network("cluster-host", "cluster-host"),
        address_pool("cluster-host", "192.168.206.0"),
        node("n1", "192.168.206.3", annotations={"projectcalico.org/IPv4Address": "192.168.204.3/24"}),
        host_endpoint("n1-oam", "n1", "eno1", "10.10.10.3", networks="oam"),
        host_endpoint("n1-mgmt", "n1", "mgmt0", networks="mgmt.pxeboot"),
        host_endpoint("n2-cluster", "n2", "cluster9", "192.168.206.3", networks="cluster-host"),
        host_endpoint("n1-all", "n1", "*", "192.0.2.3", networks="cluster-host"),
    ]

    assert placed(known(objects)) == [
        ("192.168.206.3", "", "cluster-host"),
        ("192.168.204.3", "mgmt0", "mgmt"),
        ("192.0.2.3", "", ""),
        ("10.10.10.3", "eno1", "oam"),
    ]


def test_an_address_is_known_from_its_first_mention_and_has_its_interface_from_any() -> None:
    networking = known([node("n1", "10.10.10.3"), host_endpoint("n1-oam", "n1", "eno1", "10.10.10.3")])

    assert [(str(one.address), one.interface, one.known_from) for one in networking.addresses] == [
        ("10.10.10.3", "eno1", "InternalIP of the Node")
    ]


def test_an_interface_without_a_named_network_does_not_lead_to_unnamed_ones() -> None:
    assert placed(known([node("n1", "10.10.10.3"), host_endpoint("n1-eno2", "n1", "eno2")])) == [("10.10.10.3", "", "")]


def test_two_interfaces_to_one_network_leave_it_open_which_has_the_address() -> None:
    objects = [
        *OAM,
        node("n1", "10.10.10.9"),
        host_endpoint("a", "n1", "eno1", networks="oam"),
        host_endpoint("b", "n1", "eno2", networks="oam"),
    ]

    assert placed(known(objects)) == [("10.10.10.9", "", "oam")]


def test_controllers_have_the_addresses_of_their_pools_and_may_have_the_floating_one() -> None:
    names = ("controller-0", "controller-1", "compute-0")

    addresses = Evidence([*OAM, *map(node, names)]).resolve(node_addresses)

    floating = ("10.10.10.2", "AddressPool oam-ipv4, floating: on the active controller", True)
    assert [
        [(str(one.address), one.known_from, one.is_floating) for one in addresses.of(name).addresses] for name in names
    ] == [
        [("10.10.10.3", "AddressPool oam-ipv4", False), floating],
        [("10.10.10.4", "AddressPool oam-ipv4", False), floating],
        [],
    ]


def test_an_address_that_floats_does_so_wherever_it_was_seen_first() -> None:
    networking = known([*OAM, node("controller-0", "10.10.10.2")], "controller-0")

    floating = networking.addresses[0]
    assert (str(floating.address), floating.known_from) == ("10.10.10.2", "InternalIP of the Node")
    assert floating.is_floating


def test_owners_are_all_nodes_that_have_or_may_have_an_address() -> None:
    addresses = Evidence([*OAM, node("controller-0", "192.168.206.2"), node("controller-1")]).resolve(node_addresses)

    assert owners(addresses, "10.10.10.2") == ("controller-0", "controller-1")
    assert owners(addresses, "192.168.206.2") == ("controller-0",)
    assert owners(addresses, "10.10.10.99") == ()


def test_nodes_are_gone_through_by_name_in_whatever_order_they_came() -> None:
    addresses = Evidence([node("n2"), node("n1")]).resolve(node_addresses)

    assert [networking.node.name for networking in addresses] == ["n1", "n2"]


@pytest.mark.parametrize(
    ("states", "gap"),
    [
        (
            [state("n1", interface("eno1", "10.0.0.1"), conditions=[{"type": "Failing", "status": "True"}])],
            "NodeNetworkState n1 is failing and shows what was",
        ),
        ([], NO_STATE.format("n1")),
        ([state("n1")], NO_STATE.format("n1")),
        ([state("n2", interface("eno1", "10.0.0.1"))], NO_STATE.format("n1")),
        (
            [state("n1", currentState=[])],
            "NodeNetworkState n1 is malformed: Expected `object`, got `array` - at `$.status.currentState`",
        ),
        (
            [state("n1", interface("eno1", "10.0.0.300"))],
            "NodeNetworkState: '10.0.0.300' is not an IP address with prefix",
        ),
    ],
)
def test_without_a_sound_state_the_addresses_are_not_known_to_be_all(states: Sequence[Object], gap: str) -> None:
    networking = known([node("n1"), *states])

    assert not networking.is_complete
    assert networking.gap == gap


def test_denied_states_are_the_gap_and_absent_ones_are_missed() -> None:
    denied = known([node("n1")], denied=["node-network-states"])
    absent = Evidence([node("n1")], absent=["node-network-states"]).resolve(node_addresses).of("n1")

    assert (denied.gap, absent.gap) == ("node-network-states: denied", NO_STATE.format("n1"))


@pytest.mark.parametrize(
    ("annotation", "text", "gap"),
    [
        ("IPv4Address", "autodetect", "annotation projectcalico.org/IPv4Address: 'autodetect' is not an IP address"),
        ("Interfaces", "[{", "annotation projectcalico.org/Interfaces is not readable: Input data was truncated"),
        ("Interfaces", '{"eno1": []}', "annotation projectcalico.org/Interfaces is not readable: Expected `array"),
        (
            "Interfaces",
            '[{"a":' + "[" * 100_000,
            "annotation projectcalico.org/Interfaces is not readable: maximum recursion",
        ),
    ],
)
def test_an_annotation_that_cannot_be_read_is_a_gap_of_its_node(annotation: str, text: str, gap: str) -> None:
    networking = known([node("n1", "192.168.206.3", annotations={f"projectcalico.org/{annotation}": text})])

    assert placed(networking) == [("192.168.206.3", "", "")]
    assert networking.gap.startswith(gap)


def test_unread_pools_are_a_gap_of_controllers_only() -> None:
    objects = [*OAM, node("controller-0"), node("compute-0")]

    gaps = [known(objects, name, denied=["address-pools"]).gap for name in ("controller-0", "compute-0")]

    assert gaps == [f"address-pools: denied; {NO_STATE.format('controller-0')}", NO_STATE.format("compute-0")]


def test_denied_host_endpoints_cost_interfaces_not_addresses() -> None:
    networking = known([node("n1", "192.168.206.3")], denied=["host-endpoints"])

    assert placed(networking) == [("192.168.206.3", "", "")]


@pytest.mark.parametrize(
    ("name", "denied", "reason"),
    [("n1", ["nodes"], "nodes: denied"), ("n\x1b2", [], r"nodes: there is no readable Node n\x1b2")],
)
def test_a_node_that_was_not_read_is_unknown(name: str, denied: Sequence[str], reason: str) -> None:
    addresses = Evidence([node("n1")], denied=denied).resolve(node_addresses)

    with pytest.raises(CannotTellError) as caught:
        addresses.of(name)

    assert str(caught.value) == reason
