import pytest

from auditor.network.views.bgp_world import (
    EXCLUDED,
    NODES,
    PEER,
    TOR,
    block,
    calico,
    configured,
    node,
    prefixes,
    ranges,
    service,
    slice_of,
    told,
)
from chaudit import CannotTellError
from chaudit_network.addresses import parse_address


def test_a_range_is_told_by_every_node_whether_or_not_a_service_uses_it() -> None:
    spec = configured(
        serviceClusterIPs=ranges("10.96.0.0/12"),
        serviceExternalIPs=ranges("198.51.100.0/24"),
        serviceLoadBalancerIPs=ranges("203.0.113.0/24"),
    )

    found = told([*NODES, PEER, spec])

    assert prefixes(found) == {"10.96.0.0/12": "a,b,c", "198.51.100.0/24": "a,b,c", "203.0.113.0/24": "a,b,c"}
    assert found.unread == ()


def test_a_local_service_is_told_by_nodes_with_a_ready_endpoint_in_a_family_of_its_own() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    objects = [
        service("local", "203.0.113.7", policy="Local"),
        slice_of("local", "a", ready=None),
        slice_of("local", "b", ready=False),
        slice_of("local", "c", family="IPv6"),
    ]

    found = told([*NODES, PEER, spec, *objects])

    assert prefixes(found) == {"203.0.113.0/24": "a,b,c", "203.0.113.7/32": "a"}
    assert prefixes(found.toward(parse_address("203.0.113.7"))) == {"203.0.113.7/32": "a"}
    assert prefixes(found.toward(parse_address("203.0.113.8"))) == {"203.0.113.0/24": "a,b,c"}
    assert found.toward(parse_address("198.51.100.1")) == ()
    assert prefixes(found.of_service(("web", "local"))) == {"203.0.113.7/32": "a"}


def test_cluster_ips_of_a_told_service_are_told_even_outside_of_the_ranges_for_them() -> None:
    spec = configured(serviceClusterIPs=ranges("10.97.0.0/16"), serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    objects = [service("local", "203.0.113.7", policy="Local"), slice_of("local", "b")]

    found = told([*NODES, PEER, spec, *objects])

    assert prefixes(found)["10.96.0.10/32"] == "b"


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        ({}, {"203.0.113.0/24": "a,b,c"}),
        ({"serviceLoadBalancerAggregation": "Enabled"}, {"203.0.113.0/24": "a,b,c"}),
        ({"serviceLoadBalancerAggregation": "Disabled"}, {"203.0.113.7/32": "a,b,c"}),
    ],
)
def test_a_cluster_wide_service_is_told_by_itself_only_where_ranges_are_not(
    aggregation: dict[str, str], expected: dict[str, str]
) -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"), **aggregation)
    objects = [service("wide", "203.0.113.7"), slice_of("wide", "b"), service("idle", "203.0.113.8")]

    assert prefixes(told([*NODES, PEER, spec, *objects])) == expected


def test_an_address_that_is_named_by_itself_is_told_by_all_nodes_with_endpoints_or_without() -> None:
    spec = configured(
        serviceLoadBalancerIPs=ranges("203.0.113.7/32"), serviceExternalIPs=ranges("198.51.100.9/32", "2001:db8::1/128")
    )
    objects = [
        service("balanced", "203.0.113.7"),
        service("external", type="ClusterIP", externalIPs=["198.51.100.9", "198.51.100.10"]),
        service("local", "203.0.113.7", policy="Local"),
    ]

    assert prefixes(told([*NODES, PEER, spec, *objects])) == {"203.0.113.7/32": "a,b,c", "198.51.100.9/32": "a,b,c"}


def test_a_local_service_is_told_by_nodes_with_endpoints_though_its_address_is_named_by_itself() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.7/32"))
    objects = [service("local", "203.0.113.7", policy="Local"), slice_of("local", "b")]

    assert prefixes(told([*NODES, PEER, spec, *objects])) == {"203.0.113.7/32": "b"}


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"cidr": "203.0.113.0/24", "matchOperator": "In"}, set()),
        ({"cidr": "203.0.113.0/24", "matchOperator": "Equal"}, {"203.0.113.7/32"}),
        ({"cidr": "203.0.113.0/24", "matchOperator": "NotEqual"}, {"203.0.113.0/24"}),
        ({"cidr": "203.0.113.0/28", "matchOperator": "NotIn"}, {"203.0.113.7/32"}),
        ({"cidr": "203.0.113.0/24", "matchOperator": "In", "prefixLength": {"min": 25}}, {"203.0.113.0/24"}),
        ({"cidr": "203.0.113.0/24", "matchOperator": "In", "prefixLength": {"max": 24}}, {"203.0.113.7/32"}),
        ({"peerType": "eBGP"}, set()),
        ({"communities": {"values": ["64500:1"]}}, {"203.0.113.0/24", "203.0.113.7/32"}),
        ({"asPathPrefix": [64500]}, {"203.0.113.0/24", "203.0.113.7/32"}),
        ({}, set()),
    ],
)
def test_a_rule_of_a_filter_means_what_meets_all_that_it_asks_for(rule: dict[str, object], kept: set[str]) -> None:
    peer = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500, filters=["edge"])
    rejecting = calico("BGPFilter", "edge", exportV4=[{"action": "Reject", **rule}], exportV6=[{"action": "Reject"}])
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    objects = [service("local", "203.0.113.7", policy="Local"), slice_of("local", "a")]

    assert set(prefixes(told([*NODES, peer, rejecting, spec, *objects]))) == kept


def test_addresses_outside_of_the_ranges_and_services_without_address_are_not_told() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/28"))
    objects = [
        service("elsewhere", "203.0.113.77", policy="Local"),
        service("headless", "203.0.113.1", policy="Local", clusterIP="None"),
        service("name", "203.0.113.2", policy="Local", type="ExternalName"),
        *(slice_of(name, "a") for name in ("elsewhere", "headless", "name")),
    ]

    assert prefixes(told([*NODES, PEER, spec, *objects])) == {"203.0.113.0/28": "a,b,c"}


def test_the_label_that_excludes_a_node_says_exactly_true_to_calico() -> None:
    nodes = [
        node(name, number, labels={EXCLUDED: value})
        for number, (name, value) in enumerate({"a": "true", "b": "", "c": "True"}.items(), 1)
    ]
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    objects = [service("local", "203.0.113.7", policy="Local"), slice_of("local", "a", "c")]

    assert prefixes(told([*nodes, PEER, spec, *objects])) == {"203.0.113.0/24": "b,c", "203.0.113.7/32": "c"}


def test_the_environment_of_calico_node_takes_the_place_of_cluster_ip_ranges() -> None:
    backend = {"configMapKeyRef": {"name": "calico-config", "key": "calico_backend"}}
    environment = [
        {"name": "CALICO_ADVERTISE_CLUSTER_IPS", "value": "10.200.0.0/16"},
        {"name": "CALICO_NETWORKING_BACKEND", "valueFrom": backend},
    ]
    daemon_set = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "calico-node", "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": [{"name": "calico-node", "env": environment}]}}},
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "calico-config", "namespace": "kube-system"},
        "data": {"calico_backend": "bird"},
    }
    objects = [*NODES, PEER, configured(serviceClusterIPs=ranges("10.96.0.0/12")), daemon_set]

    assert prefixes(told([*objects, config])) == {"10.200.0.0/16": "a,b,c"}
    assert prefixes(told([*objects, config | {"data": {"calico_backend": "vxlan"}}])) == {}


def test_blocks_of_pod_addresses_are_told_by_their_nodes_unless_their_pool_is_held_back() -> None:
    objects = [
        calico("IPPool", "open", cidr="172.16.0.0/16"),
        calico("IPPool", "held", cidr="172.17.0.0/16", disableBGPExport=True),
        calico("IPPool", "spent", cidr="172.18.0.0/16", disabled=True),
        block("a-open", "172.16.0.0/26", "a"),
        block("b-held", "172.17.0.0/26", "b"),
        block("b-spent", "172.18.0.0/26", "b"),
        block("pending", "172.16.0.64/26", "b", state="pending"),
        block("gone", "172.16.0.128/26", "b", deleted="true"),
        block("virtual", "172.16.0.192/26", "b", type="virtual"),
        block("stranger", "172.16.1.0/26", "z"),
    ]

    assert prefixes(told([*NODES, PEER, *objects])) == {"172.16.0.0/26": "a", "172.18.0.0/26": "b"}


def test_the_first_rule_of_an_export_filter_that_matches_decides() -> None:
    peer = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500, filters=["missing", "first", "second"])
    first = calico(
        "BGPFilter",
        "first",
        exportV4=[
            {"action": "Reject", "cidr": "203.0.113.0/28", "matchOperator": "In", "prefixLength": {"min": 32}},
            {"action": "Reject", "source": "RemotePeers"},
            {"action": "Reject", "peerType": "iBGP"},
            {"action": "Reject", "interface": "*.calico"},
            {
                "action": "Accept",
                "cidr": "203.0.113.0/24",
                "matchOperator": "In",
                "operations": [{"addCommunity": {"value": "64500:1"}}],
            },
        ],
    )
    second = calico(
        "BGPFilter", "second", exportV4=[{"action": "Reject", "cidr": "10.96.0.0/12", "matchOperator": "Equal"}]
    )
    spec = configured(
        serviceClusterIPs=ranges("10.96.0.0/12", "10.112.0.0/12"),
        serviceLoadBalancerIPs=ranges("203.0.113.0/24"),
        prefixAdvertisements=[{"cidr": "0.0.0.0/0", "communities": ["64500:9"]}],
    )
    objects = [
        service("inside", "203.0.113.7", policy="Local", clusterIPs=[], clusterIP="10.96.0.7"),
        service("outside", "203.0.113.77", policy="Local", clusterIPs=[], clusterIP="10.96.0.77"),
        slice_of("inside", "a"),
        slice_of("outside", "b"),
    ]

    found = told([*NODES, peer, first, second, spec, *objects])

    assert {str(one.prefix): one.communities for one in found} == {
        "10.112.0.0/12": ("64500:9",),
        "203.0.113.0/24": ("64500:1",),
        "203.0.113.77/32": ("64500:1",),
        "10.96.0.7/32": ("64500:9",),
        "10.96.0.77/32": ("64500:9",),
    }


def test_a_filter_lets_a_pool_out_that_is_held_back() -> None:
    peer = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500, filters=["all"])
    objects = [
        calico("BGPFilter", "all", exportV4=[{"action": "Accept"}]),
        calico("IPPool", "held", cidr="172.17.0.0/16", disableBGPExport=True),
        block("b-held", "172.17.0.0/26", "b"),
    ]

    assert prefixes(told([*NODES, peer, *objects])) == {"172.17.0.0/26": "b"}


def test_filters_that_are_not_read_or_ask_for_the_unknown_leave_a_doubt() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    peer = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500, filters=["by-priority"])
    by_priority = calico("BGPFilter", "by-priority", exportV4=[{"action": "Reject", "priority": 512}])

    unread = told([*NODES, peer, spec], denied=["calico-bgp-filters"])
    unknown = told([*NODES, peer, spec, by_priority])

    assert [one.doubt for one in unread] == ["calico-bgp-filters: denied"]
    assert [one.doubt for one in unknown] == [
        "a BGPFilter asks for what is only known on the node: interface, path or priority"
    ]


def test_communities_come_by_name_or_value_and_a_node_of_its_own_has_none_of_the_others() -> None:
    spec = configured(
        serviceLoadBalancerIPs=ranges("203.0.113.0/24"),
        communities=[{"name": "no-export", "value": "65535:65281"}],
        prefixAdvertisements=[
            {"cidr": "203.0.113.0/24", "communities": ["no-export", "64500:1:2", "unheard-of"]},
            {"cidr": "198.51.100.0/24", "communities": ["64500:3"]},
        ],
    )
    own = calico("BGPConfiguration", "node.b", prefixAdvertisements=[])

    found = told([*NODES, PEER, spec, own])

    assert {",".join(sorted(one.nodes)): one.communities for one in found} == {
        "a,c": ("65535:65281", "64500:1:2"),
        "b": (),
    }


def test_the_next_hop_is_the_address_from_which_the_node_speaks() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24", "2001:db8:1::/64"))
    peers = [PEER, calico("BGPPeer", "tor6", peerIP="2001:db8::1", asNumber=64500, nodeSelector="all()")]

    found = told([*NODES[:2], *peers, spec])

    assert {str(one.prefix): {name: str(hop) for name, hop in one.next_hops().items()} for one in found} == {
        "203.0.113.0/24": {"a": "10.0.0.1", "b": "10.0.0.2"},
        "2001:db8:1::/64": {"a": "fd00::1", "b": "fd00::2"},
    }


def test_only_nodes_with_a_session_tell_anybody() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    peer = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500, nodeSelector="kubernetes.io/hostname == 'b'")

    assert prefixes(told([*NODES, peer, spec])) == {"203.0.113.0/24": "b"}
    assert prefixes(told([*NODES, spec])) == {}


def test_what_is_not_read_is_said_and_the_rest_is_told() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    objects = [*NODES, PEER, spec, service("local", "203.0.113.7", policy="Local")]

    found = told(objects, denied=["endpoint-slices", "block-affinities"])

    assert prefixes(found) == {"203.0.113.0/24": "a,b,c"}
    assert [str(gap) for gap in found.unread] == ["block-affinities: denied"]
    with pytest.raises(CannotTellError, match="endpoint-slices: denied"):
        found.of_service(("web", "local"))


def test_without_the_configuration_no_range_is_known_not_even_none() -> None:
    found = told([*NODES, PEER], denied=["calico-bgp-configurations"])

    assert prefixes(found) == {}
    assert {str(gap) for gap in found.unread} == {"calico-bgp-configurations: denied"}


def test_services_that_the_same_nodes_tell_share_one_set_of_them_and_one_group_of_neighbours() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"), serviceLoadBalancerAggregation="Disabled")
    peers = [
        calico(
            "BGPPeer",
            name,
            peerIP=f"192.0.2.{number}",
            asNumber=64500,
            nodeSelector=f"kubernetes.io/hostname == '{name}'",
        )
        for number, name in enumerate("abc", start=1)
    ]
    services = [
        one
        for number in range(1, 4)
        for one in (
            service(f"s{number}", f"203.0.113.{number}", externalIPs=["203.0.113.9"], clusterIPs=[f"10.96.0.{number}"]),
            slice_of(f"s{number}", "a"),
        )
    ]

    found = list(told([*NODES, *peers, spec, *services]))

    assert len(found) == len(services) // 2
    assert len({id(one.nodes) for one in found}) == 1
    assert len({id(one.group) for one in found}) == 1
