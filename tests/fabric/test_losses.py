"""What is lost between two scans: `chaudit diff` names the findings that it should change, and no others."""

import json
import subprocess
import sys
from collections.abc import Mapping

from fabric.addresses import CLIENT, FAMILIES, NODES, PUBLIC, ROUTERS, address
from fabric.findings import Findings, key
from fabric.names import RECORDS, ZONE, zone
from fabric.objects import endpoints
from fabric.scene import Fabric
from fabric.wording import CALL, failed

SECONDS = 60
PREFIXES = [*PUBLIC.values(), *CALL.values()]
NEW, UNKNOWN = "new", "incomparable"


def compared(then: Findings, now: Findings) -> Mapping[str, str]:
    """Return what `chaudit diff` says has become of findings."""
    command = [sys.executable, "-P", "-m", "chaudit", "diff", "--format", "json", str(then.report), str(now.report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.stderr == ""
    return {key(change["now"] or change["then"]): change["kind"] for change in json.loads(done.stdout)["changes"]}


def test_a_router(fabric: Fabric, healthy: Findings) -> None:
    fabric.cut("tor-1")
    fabric.settle(down=[(node, "tor-1", family) for node in NODES for family in FAMILIES])

    assert compared(healthy, fabric.scan()) == {
        **{f"BGP-003 Peer {address('tor-1', family)}": NEW for family in FAMILIES},
        **{f"BGP-014 Prefix {prefix}": NEW for prefix in PREFIXES},
    }


def test_a_node_with_all_that_runs_there(fabric: Fabric, healthy: Findings) -> None:
    fabric.cut("n2")
    fabric.apply(fabric.node("n2", ready=False), *endpoints("web", ["n1"]), *endpoints("call", ["n1"]))
    fabric.settle(down=[("n2", router, family) for router in ROUTERS for family in FAMILIES])
    fabric.wait_until(lambda: fabric.balancer.holds(n2="DOWN"), "HAProxy")

    assert compared(healthy, fabric.scan()) == {
        **{f"BGP-003 Peer {address(router, family)}": UNKNOWN for router in ROUTERS for family in FAMILIES},
        "BGP-009 Service lab/call": NEW,
        **{f"BGP-014 Prefix {prefix}": NEW for prefix in PUBLIC.values()},
        **{f"BGP-016 Prefix {prefix}": NEW for prefix in CALL.values()},
        f"HA-001 Hostname pair.{ZONE}": NEW,
        f"HA-002 Hostname pair.{ZONE}": NEW,
        "HA-003 Service lab/call": NEW,
        "HA-006 Service lab/call": NEW,
        f"HA-011 LoadBalancer {address(CLIENT, 4)}/web": NEW,
    }


def test_a_bgp_daemon_without_a_farewell(fabric: Fabric, healthy: Findings) -> None:
    """Routers wait for it to start again and go on sending to the node: only `stale` tells it in their tables."""
    fabric.birds["n2"].stop(at_once=True)
    fabric.settle(down=[("n2", router, family) for router in ROUTERS for family in FAMILIES])

    now = fabric.scan()

    for family in FAMILIES:
        kept = (f"{address(router, family)} still sends to n2, though the session is gone" for router in ROUTERS)
        assert now.told[f"BGP-014 Prefix {PUBLIC[family]}"] == failed(*kept)
    assert compared(healthy, now) == {
        "BGP-003 CalicoNodeStatus n2": UNKNOWN,
        **{f"BGP-003 Peer {address(router, family)}": UNKNOWN for router in ROUTERS for family in FAMILIES},
        **{f"BGP-014 Prefix {prefix}": NEW for prefix in PREFIXES},
        **{f"BGP-016 Prefix {prefix}": NEW for prefix in CALL.values()},
    }


def test_a_record(fabric: Fabric, healthy: Findings) -> None:
    fabric.dns.replace(ZONE, zone({**RECORDS, "pair": RECORDS["pair"][:1]}))

    now = fabric.scan()

    address_of_n1 = address("n1", 4)
    assert now.told[f"HA-001 Hostname pair.{ZONE}"] == failed(
        "IPv4 leads to 1 Ready node (n1), expected 2 or an address that survives the loss of one: "
        f"{address_of_n1} (n1), by DNS ({address(CLIENT, 4)})"
    )
    assert compared(healthy, now) == {
        f"HA-001 Hostname pair.{ZONE}": NEW,
        # It is about names with several records.
        f"HA-010 Hostname pair.{ZONE}": "changed",
    }


def test_a_backend_and_it_comes_back(fabric: Fabric, healthy: Findings) -> None:
    fabric.stop_listening("n2")
    fabric.wait_until(lambda: fabric.balancer.holds(n1="UP", n2="DOWN"), "HAProxy")
    without = fabric.scan()
    fabric.restore()
    balancer = f"HA-011 LoadBalancer {address(CLIENT, 4)}/web"

    up = "backend web: up are 1 server on 1 node (n1), expected 2 nodes; down: n2 (DOWN)"
    assert without.told[balancer] == failed(up)
    assert compared(healthy, without) == {balancer: NEW}
    assert compared(without, fabric.scan()) == {balancer: "fixed"}
