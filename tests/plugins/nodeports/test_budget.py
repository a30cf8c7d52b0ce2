"""The evidence of the node port budget: who opens most."""

from chaudit import Violation
from chaudit_network.views.node_ports import NodePorts
from chaudit_nodeports.budget import Budget, node_ports_stay_within_budget


def test_the_evidence_names_the_five_largest_namespaces_and_services() -> None:
    ports = [(30000 + number, "TCP") for number in range(10)]
    opened = NodePorts(
        {
            ("a", "web"): frozenset(ports[:1]),
            ("b", "web"): frozenset(ports[1:2]),
            ("c", "web"): frozenset(ports[2:3]),
            ("d", "web"): frozenset(ports[3:4]),
            ("z", "web"): frozenset(ports[4:5]),
            ("z", "api"): frozenset(ports[5:6]),
            ("y", "db"): frozenset(ports[6:10]),
        }
    )

    said = list(node_ports_stay_within_budget.judge(opened, Budget(budget=9)))

    assert said == [
        Violation(
            "10 node ports open, expected at most 9; most by y/db (4), a/web (1), b/web (1), c/web (1), d/web (1)",
            {
                "node_ports": 10,
                "budget": 9,
                "namespaces": {"y": 4, "z": 2, "a": 1, "b": 1, "c": 1},
                "services": {"y/db": 4, "a/web": 1, "b/web": 1, "c/web": 1, "d/web": 1},
            },
        )
    ]


def test_a_port_that_two_services_share_is_one_port() -> None:
    opened = NodePorts({("a", "web"): frozenset({(30080, "TCP")}), ("b", "web"): frozenset({(30080, "TCP")})})

    assert list(node_ports_stay_within_budget.judge(opened, Budget(budget=1))) == []
