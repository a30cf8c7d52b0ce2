"""The BGP exhibit: sessions by router, in the words of the routers on the nodes, and what is told over them."""

import pytest

from auditor.network.views.bgp_world import NODES, PEER, TOR, block, calico, configured, node, ranges, service, slice_of
from auditor.network.views.evidence import Evidence, Object
from chaudit import DoesNotApplyError, Shown, Subject
from chaudit_network.bgp.peers import Password, Speaker
from chaudit_network.bgp.routes import Origin
from chaudit_network.exhibits.bgp import Peering, PrefixEntry, RouterEntry, SessionsEntry, bgp

UNREPORTED = (
    "no CalicoNodeStatus reports on it: --allow-node-status lets chaudit create one; else create one with spec.node, "
    "spec.classes [BGP] and spec.updatePeriodSeconds, or run `calicoctl node status` there"
)


def ready(one: Object) -> Object:
    return {**one, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}


READY = tuple(map(ready, NODES))


def status(of: str, state: str) -> Object:
    return {
        **calico("CalicoNodeStatus", f"status-{of}", node=of, classes=["BGP"], updatePeriodSeconds=10),
        "status": {
            "lastUpdated": "2026-01-01T00:00:00Z",
            "bgp": {"peersV4": [{"peerIP": TOR, "type": "GlobalPeer", "state": state}]},
        },
    }


def shown(*objects: Object, denied: tuple[str, ...] = ()) -> Shown[Peering]:
    intent = {"networks": {"fabric": {"cidrs": ["192.0.2.0/24"], "external": True}}}
    return Evidence(objects, intent, denied=denied).resolve(bgp)


def test_a_router_is_shown_once_with_its_sessions_by_state() -> None:
    found = shown(*READY, PEER, status("a", "Established"), status("b", "Active"))

    assert found.value.routers == (
        RouterEntry(
            name=TOR,
            network="fabric",
            asn=64500,
            local_asns=(64512,),
            speaker=Speaker.CALICO,
            password=Password.NONE,
            bfd=False,
            configured_by=(Subject("BGPPeer", name="tor"),),
            sessions=(
                SessionsEntry("Established", established=True, nodes=("a",)),
                SessionsEntry("Active", established=False, nodes=("b",)),
                SessionsEntry("unknown", established=False, nodes=("c",), because=UNREPORTED),
            ),
        ),
    )


def test_prefixes_that_go_to_the_same_routers_are_shown_together() -> None:
    told = configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))
    objects = (
        service("local", "203.0.113.7", policy="Local"),
        slice_of("local", "a"),
        block("b1", "172.16.0.0/26", "b"),
    )

    found = shown(*READY, PEER, told, *objects).value.advertised

    assert [(one.origin, one.routers, one.prefixes) for one in found] == [
        (Origin.PODS, (TOR,), (PrefixEntry("172.16.0.0/26", (), 1, ("b",)),)),
        (
            Origin.LOAD_BALANCER_IPS,
            (TOR,),
            (
                PrefixEntry("203.0.113.0/24", (), 3, ("a", "b", "c")),
                PrefixEntry("203.0.113.7/32", (Subject("Service", "web", "local"),), 1, ("a",)),
            ),
        ),
    ]


def test_of_many_nodes_that_tell_a_prefix_only_the_number_is_shown() -> None:
    nodes = [ready(node(f"n{number}", number)) for number in range(1, 10)]

    (told,) = shown(*nodes, PEER, configured(serviceLoadBalancerIPs=ranges("203.0.113.0/24"))).value.advertised

    assert told.prefixes == (PrefixEntry("203.0.113.0/24", (), 9, ()),)


def test_what_could_not_be_read_may_configure_more() -> None:
    found = shown(*READY, PEER, denied=("metallb-bgp-peers",))

    assert "metallb-bgp-peers: denied" in found.gaps


def test_a_cluster_without_routers_outside_has_nothing_to_show() -> None:
    with pytest.raises(DoesNotApplyError, match="no BGP peer outside"):
        shown(*READY)
