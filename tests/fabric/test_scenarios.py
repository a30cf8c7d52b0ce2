"""What goes wrong on the fabric changes the findings that it should, and no others."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

import pytest

from fabric.addresses import NODES, PUBLIC, ROUTERS, address, block
from fabric.findings import Findings
from fabric.objects import endpoints, pool
from fabric.scene import Fabric
from fabric.wording import alone, failed, not_heard, not_heard_from, one_way


def test_where_all_is_well_everything_that_applies_passes(healthy: Findings) -> None:
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in healthy.content["findings"]:
        counted[finding["rule"]][finding["outcome"]] += 1

    assert healthy.code == 0
    assert {rule: dict(counter) for rule, counter in counted.items()} == {
        "BGP-001": {"passed": 4},
        "BGP-002": {"passed": 2},
        "BGP-003": {"passed": 7},
        "BGP-004": {"passed": 6},
        "BGP-005": {"passed": 6},
        "BGP-006": {"passed": 6},
        "BGP-007": {"passed": 3},
        "BGP-008": {"passed": 1},
        "BGP-009": {"passed": 2},
        "BGP-010": {"passed": 3},
        "BGP-011": {"not-applicable": 1},
        "BGP-012": {"passed": 1},
        "BGP-013": {"passed": 1},
        "BGP-014": {"passed": 4},
        "BGP-015": {"passed": 4},
        "BGP-016": {"passed": 4},
        "BGP-017": {"passed": 1},
        "HA-001": {"passed": 3},
        "HA-002": {"passed": 1, "not-applicable": 2},
        "HA-003": {"passed": 1},
        "HA-004": {"not-applicable": 2},
        "HA-005": {"passed": 2},
        "HA-006": {"passed": 2},
        "HA-007": {"passed": 1},
        "HA-008": {"not-applicable": 1},
        "HA-009": {"not-applicable": 1},
        "HA-010": {"passed": 1, "not-applicable": 2},
        "HA-011": {"passed": 1},
        "HA-012": {"passed": 3},
    }


def test_a_service_that_one_node_announces(fabric: Fabric, healthy: Findings) -> None:
    fabric.apply(*endpoints("call", ["n1"]))
    fabric.settle()

    assert fabric.scan().changes(healthy) == {
        **alone("n1"),
        "HA-003 Service lab/call": failed("usable endpoints on n1 only, expected on at least 2 nodes"),
    }


@pytest.fixture
def without_state(fabric: Fabric, healthy: Findings) -> Callable[[str, str], Mapping[str, str]]:
    """Scan when a session is down, and check what is said of its state apart: BIRD is in one of several by chance."""

    def scanned(node: str, router: str) -> Mapping[str, str]:
        changes = dict(fabric.scan().changes(healthy))
        state = changes.pop(f"BGP-003 Peer {router}")
        assert re.fullmatch(
            rf"failed; the session is (Active|Connect|Idle|OpenSent) on {node}, expected Established", state
        )
        return changes

    return scanned


def test_a_session_that_a_router_has_shut_down(
    fabric: Fabric, without_state: Callable[[str, str], Mapping[str, str]]
) -> None:
    fabric.routers["tor-1"].shut("n2", 4)
    fabric.settle(down=[("n2", "tor-1", 4)])

    assert without_state("n2", address("tor-1", 4)) == {
        **not_heard_from("n2", "tor-1", 4),
        **one_way("n1", ["tor-1"], 4),
    }


def test_a_password_that_the_router_does_not_expect(
    fabric: Fabric, without_state: Callable[[str, str], Mapping[str, str]]
) -> None:
    fabric.routers["tor-2"].expect("n1", 6, "something-else")
    fabric.settle(down=[("n1", "tor-2", 6)])

    assert without_state("n1", address("tor-2", 6)) == {
        **not_heard_from("n1", "tor-2", 6),
        **one_way("n2", ["tor-2"], 6),
    }


def test_a_router_that_filters_what_it_should_hear(fabric: Fabric, healthy: Findings) -> None:
    fabric.routers["tor-1"].refuse(PUBLIC[4])
    fabric.settle()

    assert fabric.scan().changes(healthy) == not_heard("tor-1", 4)


def test_pods_that_routers_are_told_of(fabric: Fabric, healthy: Findings) -> None:
    fabric.apply(pool(4, is_held_back=False))
    fabric.settle()

    allowed = f"bgp.prefixes allows {', '.join(PUBLIC.values())}"
    routers = ", ".join(address(router, 4) for router in ROUTERS)
    blocks = {node: block(node, 4) for node in NODES}
    every = ", ".join(blocks.values())
    assert fabric.scan().changes(healthy) == {
        "BGP-007 IPPool pods-ipv4": failed(f"{every} (pods) is told to {routers}: {allowed}"),
        "BGP-013 BGPConfiguration default": failed(f"{every} is told to the outside without a community"),
        **{f"BGP-014 Prefix {cidr}": "passed" for cidr in blocks.values()},
        **{
            f"BGP-015 Prefix {cidr}": failed(f"{routers} heard of it by way of {address(node, 4)}: {allowed}")
            for node, cidr in blocks.items()
        },
        **{f"BGP-016 Prefix {cidr}": "passed" for cidr in blocks.values()},
    }


def test_a_node_that_is_excluded_from_load_balancing(fabric: Fabric, healthy: Findings) -> None:
    label = "node.kubernetes.io/exclude-from-external-load-balancers"
    fabric.apply(fabric.node("n1", labels={label: "true"}))
    fabric.settle()

    excluded = f"records lead to nodes that are labelled {label}: {address('n1', 4)} (n1)"
    assert fabric.scan().changes(healthy) == {
        **alone("n2"),
        "HA-002 Hostname pair.example.test": failed(excluded),
    }
