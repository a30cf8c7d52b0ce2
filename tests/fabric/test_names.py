"""What DNS, a load balancer and connections say is held against the fabric, and each thing is told apart."""

from fabric.addresses import CLIENT, FAMILIES, ROUTERS, address
from fabric.names import ZONE, zone
from fabric.scene import Fabric

SERVER = f"DNS ({address(CLIENT, 4)})"
WANTED = "expected 2 or an address that survives the loss of one"
SECOND = "192.168.206.111"
"""Another address of n1."""


def test_two_records_one_two_of_one_node_and_one_of_a_node_that_is_gone_are_told_apart(fabric: Fabric) -> None:
    fabric.apply(fabric.node("n1", external=[SECOND]), fabric.node("n3", ready=False))
    records = {
        "pair": [address("n1", 4), address("n2", 4)],
        "single": [address("n1", 4)],
        "twice": [address("n1", 4), SECOND],
        "half": [address("n1", 4), address("n3", 4)],
    }
    fabric.dns.replace(ZONE, zone(records))

    found = fabric.scan(rules=["HA-001"], names=[*records, "none"])

    first = f"{address('n1', 4)} (n1)"
    lone = f"failed; IPv4 leads to 1 Ready node (n1), {WANTED}"
    assert found.told == {
        f"HA-001 Hostname pair.{ZONE}": "passed",
        f"HA-001 Hostname single.{ZONE}": f"{lone}: {first}, by {SERVER}",
        f"HA-001 Hostname twice.{ZONE}": f"{lone}: {first}, {SECOND} (n1), by {SERVER}",
        f"HA-001 Hostname half.{ZONE}": f"{lone}: {first}, {address('n3', 4)} (n3), by {SERVER}",
        f"HA-001 Hostname none.{ZONE}": f"failed; it leads nowhere: DNS says no such name ({address(CLIENT, 4)})",
    }


def test_ways_in_by_a_node_that_is_gone_do_not_answer_and_all_others_do(fabric: Fabric) -> None:
    before = fabric.scan("--probe", "tcp", "--probe-rate", "500", rules=["NPT-025"])
    fabric.cut("n3")
    fabric.settle(down=[("n3", router, family) for router in ROUTERS for family in FAMILIES])
    after = fabric.scan("--probe", "tcp", "--probe-rate", "500", rules=["NPT-025"])

    def timed_out(port: int) -> str:
        way = f"port {port} at cluster-host address {address('n3', 4)} of n3, tried from {address(CLIENT, 4)}"
        return f"failed; {way}, is open to cluster-host but timed out (and at 1 more)"

    assert before.told == dict.fromkeys(after.told, "passed")
    assert after.told == {
        "NPT-025 Service lab/call": timed_out(30999),
        "NPT-025 Service lab/call/80/TCP": "passed",
        "NPT-025 Service lab/web/80/TCP": timed_out(30080),
    }
