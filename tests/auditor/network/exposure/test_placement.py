"""Places, and what is the same at all of them."""

from ipaddress import ip_address

from auditor.network.exposure.clusters import INTENT, N1, N2, NODES, PROXY, endpoint, pre_dnat
from auditor.network.views.evidence import Evidence, Object, node
from chaudit_network.exposure.placement import Places
from chaudit_network.exposure.view import clients
from chaudit_network.exposure.view import places as places_view

TUNNELS = tuple(
    node(f"n{i}", f"10.10.10.{i}", annotations={"projectcalico.org/IPv4VXLANTunnelAddr": f"172.16.{i}.0"})
    for i in (1, 2)
)
POOL: Object = {
    "apiVersion": "crd.projectcalico.org/v1",
    "kind": "IPPool",
    "metadata": {"name": "default"},
    "spec": {"cidr": "172.16.0.0/16", "natOutgoing": True},
}


def places(*objects: Object, denied: tuple[str, ...] = ()) -> Places:
    return Evidence((PROXY, *objects), INTENT, denied).resolve(places_view)


def classes(found: Places) -> list[list[str]]:
    return [[str(place.address) for place in alike] for alike in found.by_entrance.values()]


def test_nodes_that_do_the_same_are_one_class() -> None:
    assert classes(places(*NODES)) == [["10.10.10.1", "10.10.10.2", "10.10.10.3"]]


def test_host_policy_makes_a_difference_where_it_is_different() -> None:
    guarded = (endpoint("n1-all", "n1", "*"), endpoint("n2-all", "n2", "*"))

    assert classes(places(*NODES, *guarded)) == [["10.10.10.1", "10.10.10.2"], ["10.10.10.3"]]


def test_an_address_that_a_rule_asks_for_is_in_a_class_of_its_own() -> None:
    guarded = (endpoint("n1-all", "n1", "*"), endpoint("n2-all", "n2", "*"))
    asks = pre_dnat("asks", {"action": "Deny", "destination": {"nets": ["10.10.10.2/32"]}})

    assert classes(places(N1, N2, *guarded, asks)) == [["10.10.10.1"], ["10.10.10.2"]]


def test_pods_are_hidden_behind_their_node_but_not_on_the_way_to_an_address_among_theirs() -> None:
    found = places(*TUNNELS, POOL)

    assert classes(found) == [["10.10.10.1", "10.10.10.2"], ["172.16.1.0", "172.16.2.0"]]
    assert [entrance.hides_pods for entrance in found.by_entrance] == [True, False]


def test_a_pool_of_load_balancers_has_no_pods() -> None:
    of_services: Object = {**POOL, "spec": {"cidr": "10.10.10.0/28", "allowedUses": ["LoadBalancer"]}}

    who = Evidence((PROXY, *TUNNELS, POOL, of_services), INTENT).resolve(clients)

    assert [int(ip_address("10.10.10.9")) in one.addresses[4] for one in who.classes if one.name == "pods"] == [False]
    assert who.natted[4]


def test_an_address_that_no_node_has_is_entered_by_the_nodes_that_are_alike_together() -> None:
    found = places(*NODES, endpoint("n1-all", "n1", "*"))

    entered = [[place.node for place in alike] for _, alike in found.entered_for(ip_address("192.0.2.9"))]
    assert entered == [["n1"], ["n2", "n3"]]
    assert [place.node for _, alike in found.entered_for(ip_address("10.10.10.2")) for place in alike] == ["n2"]


def test_whether_an_address_is_a_node_s_is_not_known_while_not_all_are() -> None:
    found = places(N1)

    assert (found.owned(ip_address("10.10.10.1")), found.owned(ip_address("192.0.2.9"))) == (True, None)


def test_without_kube_proxy_s_configuration_node_ports_are_unknown_and_the_places_are_not() -> None:
    found = places(N1, denied=("config-maps",))

    assert classes(found) == [["10.10.10.1"]]
    assert [entrance.node_ports.verdict for entrance in found.by_entrance] == ["unknown"]
