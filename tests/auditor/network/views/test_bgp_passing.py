"""What nodes pass on of routes to services, which they heard from other nodes."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_network

from msgspec.structs import replace

from auditor.network.views.bgp_world import (
    EXCLUDED,
    NODES,
    PEER,
    TOR,
    calico,
    configured,
    node,
    ranges,
    service,
    slice_of,
)
from auditor.network.views.evidence import Evidence, Object
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.routes import Origin, Route
from chaudit_network.views.bgp_passing import bgp_passing
from chaudit_network.views.bgp_routes import bgp_routes

REFLECTOR = node("c", 3, annotations={"projectcalico.org/RouteReflectorClusterID": "1.0.0.1"}, labels={"rr": "true"})
CLIENTS = calico("BGPPeer", "reflectors", nodeSelector="all()", peerSelector="rr == 'true'")
LOCAL = [service("local", "203.0.113.7", policy="Local"), slice_of("local", "a")]


def passed_on(objects: Sequence[Object]) -> Mapping[str, str]:
    """Return by prefix the nodes that pass it on."""
    evidence = Evidence(objects)
    passing, routes = evidence.resolve(bgp_passing), evidence.resolve(bgp_routes)
    return {
        str(route.prefix): ",".join(sorted(one.nodes))
        for route in routes.found
        for one in passing.of(route)
        if one.nodes
    }


def meshed(*, is_meshed: bool = True) -> Object:
    return configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"), nodeToNodeMeshEnabled=is_meshed)


def test_in_the_mesh_every_node_passes_on_what_it_does_not_tell_itself() -> None:
    assert passed_on([*NODES, PEER, meshed(), *LOCAL]) == {"203.0.113.7/32": "b,c"}


def test_without_the_mesh_nothing_is_passed_on() -> None:
    assert passed_on([*NODES, PEER, meshed(is_meshed=False), *LOCAL]) == {}


def test_a_node_that_tells_no_services_passes_none_on() -> None:
    excluded = node("c", 3, labels={EXCLUDED: "true"})

    assert passed_on([*NODES[:2], excluded, PEER, meshed(), *LOCAL]) == {"203.0.113.7/32": "b"}


def test_nodes_without_a_router_pass_on_to_none() -> None:
    peer = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500, node="b")

    assert passed_on([*NODES, peer, meshed(), *LOCAL]) == {"203.0.113.7/32": "b"}


def test_by_a_route_reflector_its_clients_hear_what_others_tell() -> None:
    objects = [*NODES[:2], REFLECTOR, CLIENTS, PEER, meshed(is_meshed=False), *LOCAL]

    assert passed_on(objects) == {"203.0.113.7/32": "b,c"}


def test_a_route_reflector_passes_on_what_lies_in_a_range_that_nobody_tells_as_a_whole() -> None:
    spec = configured(
        serviceLoadBalancerIPs=ranges("203.0.113.0/24"),
        serviceLoadBalancerAggregation="Disabled",
        nodeToNodeMeshEnabled=False,
    )

    assert passed_on([*NODES[:2], REFLECTOR, CLIENTS, PEER, spec, *LOCAL]) == {"203.0.113.7/32": "c"}


def test_cluster_ips_are_passed_on_where_their_range_is_told() -> None:
    def spec(cidr: str) -> Object:
        return configured(serviceClusterIPs=ranges(cidr))

    assert passed_on([*NODES, PEER, spec("10.96.0.0/16"), *LOCAL]) == {"10.96.0.10/32": "b,c"}
    assert passed_on([*NODES, PEER, spec("10.97.0.0/16"), *LOCAL]) == {}


def test_where_ranges_are_not_known_services_may_be_passed_on_and_pods_are() -> None:
    spec = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/99"))
    passing = Evidence([*NODES, PEER, spec]).resolve(bgp_passing)
    route = Route(ip_network("203.0.113.7/32"), Origin.LOAD_BALANCER_IPS, Speaker.CALICO, frozenset("a"))

    assert [(set(one.nodes), "203.0.113.0/99" in one.doubt) for one in passing.of(route)] == [({"b", "c"}, True)]
    assert [one.doubt for one in passing.of(replace(route, origin=Origin.PODS))] == [""]
