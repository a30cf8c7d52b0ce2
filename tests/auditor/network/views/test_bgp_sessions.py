from collections.abc import Iterable, Sequence

import pytest

from auditor.network.views.bgp_world import NODES, TOR, calico, configured, node
from auditor.network.views.evidence import Evidence, Object
from chaudit import CannotTellError
from chaudit_network.bgp.peers import NextHop
from chaudit_network.bgp.sessions import Session
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions

REFLECTOR = {"projectcalico.org/RouteReflectorClusterID": "1.0.0.1"}
UNMESHED = configured(nodeToNodeMeshEnabled=False)


def sessions(objects: Sequence[Object], denied: Sequence[str] = ()) -> Sessions:
    return Evidence(objects, denied=denied).resolve(bgp_sessions)


def ipv4(found: Iterable[Session]) -> list[str]:
    return sorted(one.peer.called for one in found if one.peer.address and one.peer.address.version == 4)


def of(objects: Sequence[Object], name: str = "a") -> list[Session]:
    return list(sessions(objects).of(name))


def test_without_a_configuration_all_nodes_speak_with_all_others_in_each_family() -> None:
    assert sorted(one.peer.called for one in of(NODES)) == ["10.0.0.2", "10.0.0.3", "fd00::2", "fd00::3"]
    assert {one.peer_node for one in of(NODES)} == {"b", "c"}


def test_route_reflectors_are_no_part_of_the_mesh() -> None:
    objects = [node("a", 1), node("b", 2, annotations=REFLECTOR), node("c", 3)]

    assert ipv4(of(objects)) == ["10.0.0.3"]
    assert of(objects, "b") == []


def test_who_is_selected_as_a_peer_answers_unless_that_is_left_to_people() -> None:
    nodes = [node("a", 1), node("b", 2, annotations=REFLECTOR, labels={"role": "reflector"}), node("c", 3)]
    peering = {"nodeSelector": "role != 'reflector'", "peerSelector": "role == 'reflector'"}
    by_itself = [*nodes, UNMESHED, calico("BGPPeer", "reflectors", **peering)]
    by_hand = [*nodes, UNMESHED, calico("BGPPeer", "reflectors", **peering, reversePeering="Manual")]

    assert (ipv4(of(by_itself)), ipv4(of(by_itself, "b"))) == (["10.0.0.2"], ["10.0.0.1", "10.0.0.3"])
    assert (ipv4(of(by_hand)), ipv4(of(by_hand, "b"))) == (["10.0.0.2"], [])
    assert {one.is_client for one in of(by_itself, "b")} == {True}
    assert {one.is_client for one in of(by_itself)} == {False}


def test_the_answer_to_a_session_of_another_as_knows_it_by_that() -> None:
    peer = calico("BGPPeer", "odd", node="a", peerSelector="kubernetes.io/hostname == 'b'", localASNumber=65001)
    objects = [*NODES[:2], UNMESHED, peer]

    (there, *_), (back, *_) = of(objects), of(objects, "b")

    assert (there.local_asn, there.peer.asn, there.is_internal) == (65001, 64512, False)
    assert (back.local_asn, back.peer.asn, back.is_internal) == (64512, 65001, False)


def test_nodes_listen_where_their_own_configuration_says() -> None:
    own = calico("BGPConfiguration", "node.b", listenPort=1790)
    objects = [*NODES, configured(listenPort=1791), own, calico("BGPConfiguration", "other", listenPort=9)]

    assert {(one.peer_node, one.peer.port) for one in of(objects)} == {("b", 1790), ("c", 1791)}


def test_a_node_has_an_as_of_its_own_in_any_spelling() -> None:
    nodes = [node("a", 1, annotations={"projectcalico.org/ASNumber": "1.10"}), node("b", 2)]
    objects = [*nodes, configured(asNumber="64600")]

    assert {(one.local_asn, one.peer.asn) for one in of(objects)} == {(65546, 64600)}
    assert {(one.local_asn, one.peer.asn) for one in of(objects, "b")} == {(64600, 65546)}


def test_what_is_for_all_nodes_comes_before_what_is_for_one_and_no_node_speaks_with_itself() -> None:
    peers = [
        calico("BGPPeer", "own", node="a", peerIP=TOR, asNumber=64501),
        calico("BGPPeer", "for-all", peerIP=TOR, asNumber=64500),
        calico("BGPPeer", "itself", peerIP="10.0.0.1", asNumber=64512),
    ]
    found = sessions([*NODES, UNMESHED, *peers])

    assert [(one.peer.called, one.peer.asn) for one in found.of("a") if not one.peer_node] == [(TOR, 64500)]
    assert {(one.node, one.peer.asn) for one in found.external} == {("a", 64500), ("b", 64500), ("c", 64500)}
    assert ipv4(found.of("b")) == ["10.0.0.1", TOR]


def test_who_is_taken_for_another_by_as_or_port_does_not_answer() -> None:
    peers = [
        calico("BGPPeer", "as", node="a", peerIP="10.0.0.2", asNumber=65000),
        calico("BGPPeer", "port", node="a", peerIP="10.0.0.3:1790", asNumber=64512),
    ]
    objects = [*NODES, configured(nodeToNodeMeshEnabled=False, listenPort=179), *peers]

    assert ipv4(of(objects)) == ["10.0.0.2", "10.0.0.3"]
    assert (of(objects, "b"), of(objects, "c")) == ([], [])


def test_peers_with_an_address_of_a_node_are_not_outside_by_whichever_address() -> None:
    kubelet = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "k"},
        "status": {"addresses": [{"type": "InternalIP", "address": "10.9.0.9"}]},
    }
    peers = [calico("BGPPeer", "k", peerIP="10.9.0.9", asNumber=1), calico("BGPPeer", "tor", peerIP=TOR, asNumber=1)]

    assert {one.peer.called for one in sessions([*NODES, kubelet, *peers]).external} == {TOR}


def test_a_node_without_an_address_in_the_family_of_a_peer_does_not_speak_with_it() -> None:
    only_ipv4 = node("d", 4, annotations={"projectcalico.org/IPv6Address": ""})

    found = sessions([only_ipv4, calico("BGPPeer", "tor6", peerIP="2001:db8::1", asNumber=64500)])

    assert found.external == []


def test_how_the_next_hop_is_told_is_said_by_the_newer_field() -> None:
    def mode(**spec: object) -> NextHop:
        (session,) = sessions([NODES[0], calico("BGPPeer", "tor", peerIP=TOR, asNumber=1, **spec)]).external
        return session.peer.next_hop

    assert mode() is NextHop.AUTO
    assert mode(keepOriginalNextHop=True) is NextHop.KEEP
    assert mode(keepOriginalNextHop=True, nextHopMode="Self") is NextHop.SELF


def test_local_workloads_and_peers_that_name_nobody_are_none() -> None:
    peers = [calico("BGPPeer", "pods", localWorkloadSelector="all()"), calico("BGPPeer", "nobody", asNumber=64500)]
    found = sessions([*NODES, UNMESHED, *peers])

    assert (found.external, list(found.of("a")), found.unread) == ([], [], ())


def test_what_cannot_be_understood_is_said_and_the_rest_counts() -> None:
    broken = [
        calico("BGPPeer", "selector", nodeSelector="role =", peerIP=TOR, asNumber=1),
        calico("BGPPeer", "asn", peerIP="192.0.2.2", asNumber="many"),
        calico("BGPPeer", "address", peerIP="tor.example", asNumber=1),
        calico("BGPPeer", "fine", peerIP="192.0.2.3", asNumber=64500),
        node("x", 9, annotations={"projectcalico.org/ASNumber": "-1"}),
        configured(asNumber="64512.64512.64512"),
    ]
    found = sessions([*NODES, *broken])

    assert {one.peer.called for one in found.external} == {"192.0.2.3"}
    assert [str(gap).partition(", character")[0] for gap in found.unread] == [
        "Node x: '-1' is not an AS number",
        "BGPConfiguration default: '64512.64512.64512' is not an AS number",
        "BGPPeer address: 'tor.example' is not an IP address",
        "BGPPeer asn: 'many' is not an AS number",
        "BGPPeer selector: selector 'role ='",
    ]
    with pytest.raises(CannotTellError, match="there is no readable Node x"):
        list(found.of("x"))


def test_denied_nodes_leave_everything_open_and_denied_peers_are_a_gap() -> None:
    with pytest.raises(CannotTellError, match="nodes: denied"):
        sessions([], denied=["nodes"])
    found = sessions(NODES, denied=["calico-bgp-peers", "frr-configurations"])

    assert [str(gap) for gap in found.unread] == ["calico-bgp-peers: denied", "frr-configurations: denied"]
