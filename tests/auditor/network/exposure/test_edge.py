"""What outsiders find open at the addresses where they arrive, or may arrive."""

from auditor.network.exposure.clusters import INTENT, N1, N2, PROXY, endpoint, pod, pre_dnat, service, slice_of
from auditor.network.views.evidence import Evidence, Object, node
from chaudit_network.exposure.arrivals import edge_nodes
from chaudit_network.exposure.edge import Edge, EdgeWay, edge, node_ports_at_the_edge
from chaudit_network.views.unread import Unread

WEB = (service(), slice_of("web", ("n1", "172.16.0.1")))
MGMT = node("m1", "192.168.204.1")


def at_the_edge(*objects: Object, intent: Object = INTENT) -> Edge:
    return Evidence((PROXY, *objects), intent).resolve(edge)


def the_way(*objects: Object, intent: Object = INTENT) -> EdgeWay:
    (found,) = at_the_edge(*objects, intent=intent).ways
    return found


def said(found: EdgeWay) -> list[tuple[str, str, list[str]]]:
    return [(opening.network, opening.reach, opening.sources) for opening in found.openings]


def test_what_is_open_is_said_once_for_a_network_with_all_outsiders_that_it_is_open_to() -> None:
    assert said(the_way(N1, N2, *WEB)) == [("oam", "open", ["external", "oam"])]


def test_addresses_of_an_internal_network_are_not_the_edge() -> None:
    both: Object = {"networks": {**INTENT["networks"], "mgmt": {"cidrs": ["192.168.204.0/24"]}}}

    assert said(the_way(MGMT, N1, *WEB, intent=both)) == [("oam", "open", ["external", "oam"])]


def test_an_address_of_no_known_network_may_be_the_edge() -> None:
    assert [network for network, *_ in said(the_way(MGMT, N1, *WEB))] == ["", "oam"]


def test_nodes_that_differ_are_said_apart() -> None:
    guarded = (endpoint("n2-all", "n2", "*"), pre_dnat("no", {"action": "Deny"}))

    assert [(reach, sources) for _, reach, sources in said(the_way(N1, N2, *WEB, *guarded))] == [
        ("open", ["external", "oam"]),
        ("closed", ["external", "oam"]),
    ]


def test_without_an_external_network_nobody_knows_where_the_edge_is() -> None:
    found = the_way(N1, *WEB, intent={"networks": {"mgmt": {"cidrs": ["10.10.10.0/24"]}}})

    assert found.gaps == ("no network is known to be external: set networks.NAME.external in the intent file",)


def test_an_external_network_in_which_no_node_has_an_address_is_a_gap() -> None:
    assert the_way(MGMT, *WEB).gaps == ("no node is known to have an IPv4 address in oam (10.10.10.0/24)",)


def test_services_that_could_not_be_looked_at_stand_beside_node_ports_and_pods_do_not() -> None:
    broken_service: Object = {**service("broken"), "spec": 1}
    broken_pod: Object = {**pod("p", "n1", "172.16.0.9"), "spec": 1}

    found = Evidence((PROXY, N1, *WEB, broken_service, broken_pod), INTENT).resolve(node_ports_at_the_edge)

    assert [(one.subject.name, isinstance(one, Unread)) for one in found] == [("web", False), ("broken", True)]


def test_outsiders_arrive_at_the_host_endpoint_that_is_active_there() -> None:
    arrivals = Evidence((PROXY, N1, N2, endpoint("n1-oam", "n1", "", "10.10.10.1")), INTENT).resolve(edge_nodes)

    assert [
        (one.name, [arrival.endpoint and arrival.endpoint.name for arrival in one.arrivals]) for one in arrivals
    ] == [
        ("n1", ["n1-oam"]),
        ("n2", [None]),
    ]
