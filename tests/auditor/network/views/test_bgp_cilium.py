"""Cilium: with whom its agents speak BGP, and what they tell."""

from collections.abc import Mapping

import pytest

from auditor.network.views.bgp_world import prefixes, service, slice_of, told
from auditor.network.views.evidence import Object

NODES: list[Object] = [
    {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"rack": rack}},
        "spec": {"podCIDRs": [cidr]},
    }
    for name, rack, cidr in (("a", "one", "172.16.0.0/24"), ("b", "two", "172.16.1.0/24"))
]


def cilium(kind: str, name: str, labels: Mapping[str, str] | None = None, **spec: object) -> Object:
    return {
        "apiVersion": "cilium.io/v2",
        "kind": kind,
        "metadata": {"name": name, "labels": labels or {}},
        "spec": spec,
    }


def peering(*families: str) -> list[Object]:
    peer = {"name": "tor", "peerASN": 64500, "peerAddress": "192.0.2.3", "peerConfigRef": {"name": "tor"}}
    selector = {"matchLabels": {"advertise": "bgp"}}
    offered = [{"afi": family, "safi": "unicast", "advertisements": selector} for family in families]
    return [
        cilium("CiliumBGPClusterConfig", "edge", bgpInstances=[{"name": "edge", "localASN": 64501, "peers": [peer]}]),
        cilium("CiliumBGPPeerConfig", "tor", families=offered),
    ]


def advertising(*advertisements: Mapping[str, object], **labels: str) -> Object:
    return cilium("CiliumBGPAdvertisement", "some", labels or {"advertise": "bgp"}, advertisements=list(advertisements))


def of_services(*addresses: str, **fields: object) -> Mapping[str, object]:
    selector = {"matchExpressions": [{"key": "somekey", "operator": "NotIn", "values": ["never-used-value"]}]}
    return {"advertisementType": "Service", "service": {"addresses": list(addresses)}, "selector": selector, **fields}


SHOP = [service("shop", "198.51.100.10", externalIPs=["203.0.113.9"]), slice_of("shop", "a")]


def test_each_node_tells_the_networks_of_its_own_pods_in_the_families_that_are_offered() -> None:
    found = told([*NODES, *peering("ipv4"), advertising({"advertisementType": "PodCIDR"})])

    assert prefixes(found) == {"172.16.0.0/24": "a", "172.16.1.0/24": "b"}


def test_networks_that_cilium_gives_out_itself_take_the_place_of_those_of_kubernetes() -> None:
    own = {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNode",
        "metadata": {"name": "a"},
        "spec": {"ipam": {"podCIDRs": ["10.5.0.0/24"]}},
    }

    found = told([*NODES, own, *peering("ipv4"), advertising({"advertisementType": "PodCIDR"})])

    assert prefixes(found) == {"10.5.0.0/24": "a", "172.16.1.0/24": "b"}


def test_of_services_the_named_addresses_are_told_by_every_node() -> None:
    found = told(
        [*NODES, *peering("ipv4"), advertising(of_services("LoadBalancerIP", "ClusterIP", "ExternalIP")), *SHOP]
    )

    assert prefixes(found) == {"198.51.100.10/32": "a,b", "10.96.0.10/32": "a,b", "203.0.113.9/32": "a,b"}


def test_a_local_service_is_told_by_nodes_with_an_endpoint() -> None:
    local = [service("local", "198.51.100.10", policy="Local"), slice_of("local", "b")]

    assert prefixes(told([*NODES, *peering("ipv4"), advertising(of_services("LoadBalancerIP")), *local])) == {
        "198.51.100.10/32": "b"
    }


@pytest.mark.parametrize(
    "advertisement",
    [
        of_services("LoadBalancerIP", selector=None),
        of_services("LoadBalancerIP", selector={"matchLabels": {"public": "yes"}}),
        {"advertisementType": "Service", "selector": {}},
        {"advertisementType": "Interface"},
    ],
)
def test_without_a_selector_that_means_it_nothing_of_a_service_is_told(advertisement: Mapping[str, object]) -> None:
    assert prefixes(told([*NODES, *peering("ipv4"), advertising(advertisement), *SHOP])) == {}


def test_what_the_settings_of_a_peer_do_not_select_it_does_not_hear() -> None:
    other = advertising({"advertisementType": "PodCIDR"}, advertise="elsewhere")

    assert prefixes(told([*NODES, *peering("ipv4"), other])) == {}
    assert prefixes(told([*NODES, *peering("ipv6"), advertising({"advertisementType": "PodCIDR"})])) == {}


def test_a_service_of_another_load_balancer_is_left_to_it_and_prefixes_may_be_shorter() -> None:
    options = {"addresses": ["LoadBalancerIP"], "aggregationLengthIPv4": 24}
    shorter = of_services("LoadBalancerIP", service=options, attributes={"communities": {"standard": ["64500:1"]}})
    other = [service("other", "198.51.200.1", loadBalancerClass="metallb"), slice_of("other", "a")]

    found = told([*NODES, *peering("ipv4"), advertising(shorter), *SHOP, *other])

    assert {(str(one.prefix), one.communities) for one in found} == {("198.51.100.0/24", ("64500:1",))}
