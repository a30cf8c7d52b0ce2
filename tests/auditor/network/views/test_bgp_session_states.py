"""What routers on the nodes report of their sessions."""

import json
from typing import Any

import pytest

from auditor.network.views.bgp_world import NODES, PEER, calico, configured, node
from auditor.network.views.evidence import NOW, Evidence, Object
from chaudit import CannotTellError
from chaudit_network.bgp.sessions import Session
from chaudit_network.views.bgp_session_states import NOT_THERE, SessionStates, bgp_session_states
from chaudit_network.views.bgp_sessions import bgp_sessions
from fixtures_folder import fixture

READY: Object = {"conditions": [{"type": "Ready", "status": "True"}]}


def ready(one: Object) -> Object:
    return {**one, "status": READY}


def reporting(node_name: str, **bgp: object) -> Object:
    status = {"lastUpdated": NOW.isoformat(), "bgp": bgp}
    return {
        **calico("CalicoNodeStatus", node_name, node=node_name, classes=["BGP"], updatePeriodSeconds=10),
        "status": status,
    }


def of(objects: list[Object], node_name: str) -> tuple[SessionStates, list[Session]]:
    evidence = Evidence(objects)
    return evidence.resolve(bgp_session_states), list(evidence.resolve(bgp_sessions).of(node_name))


def test_a_session_is_as_calico_itself_writes_down_what_bird_says() -> None:
    cases: list[dict[str, Any]] = json.loads(fixture("calico-bird-status", "cases.shared.json").read_text())
    (written,) = (case["expected_caliconodestatus_peer"] for case in cases if "expected_caliconodestatus_peer" in case)
    other = {"projectcalico.org/IPv6Address": f"{written['peerIP']}/64"}
    nodes = [ready(node("a", 1)), ready(node("b", 2, annotations=other))]

    states, sessions = of([*nodes, configured(), reporting("a", peersV6=[written])], "a")

    assert {session.peer.called: states.of(session).state for session in sessions} == {
        "10.0.0.2": NOT_THERE,
        "2001:20::8": "Established",
    }
    assert [states.of(session).is_established for session in sessions if session.peer.called == "2001:20::8"] == [True]


def test_nothing_is_believed_of_a_node_that_is_not_ready() -> None:
    states, (session, *_) = of([*NODES, PEER, configured(), reporting("a")], "a")

    with pytest.raises(CannotTellError, match="not Ready"):
        states.of(session)


def test_peers_of_two_instances_of_cilium_may_have_one_name() -> None:
    def instance(name: str, address: str, **fields: object) -> Object:
        return {
            "name": name,
            "localASN": 64501,
            "peers": [{"name": "tor", "peerASN": 64500, "peerAddress": address, **fields}],
        }

    instances = ("one", "192.0.2.1", "established"), ("two", "192.0.2.2", "active")
    objects: list[Object] = [
        ready(node("a", 1)),
        {
            "apiVersion": "cilium.io/v2",
            "kind": "CiliumBGPClusterConfig",
            "metadata": {"name": "edge"},
            "spec": {"bgpInstances": [instance(name, address) for name, address, _ in instances]},
        },
        {
            "apiVersion": "cilium.io/v2",
            "kind": "CiliumBGPNodeConfig",
            "metadata": {"name": "a"},
            "status": {
                "bgpInstances": [instance(name, address, peeringState=state) for name, address, state in instances]
            },
        },
    ]

    states, sessions = of(objects, "a")

    assert {session.peer.called: states.of(session).state for session in sessions} == {
        "192.0.2.1": "established",
        "192.0.2.2": "active",
    }
