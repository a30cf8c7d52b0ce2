"""The network exhibit: networks, nodes with their attachments, and load balancers."""

from auditor.network.views.evidence import Evidence, Object, node
from chaudit import Shown, Subject
from chaudit_network.exhibits.network import (
    AddressEntry,
    ClusterNetwork,
    LoadBalancerEntry,
    NetworkEntry,
    network,
    roles_of,
)
from chaudit_network.views.networks import Origin

INTENT = {"networks": {"oam": {"cidrs": ["10.10.10.0/24"], "external": True}}}


def balanced(name: str, *ingress: Object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        "status": {"loadBalancer": {"ingress": ingress}},
    }


def shown(*objects: Object, denied: tuple[str, ...] = ()) -> Shown[ClusterNetwork]:
    return Evidence(objects, INTENT, denied=denied).resolve(network)


def test_networks_are_shown_with_where_they_are_known_from() -> None:
    assert shown(node("n1")).value.networks == (NetworkEntry("oam", ("10.10.10.0/24",), True, Origin.DECLARED),)


def test_a_node_is_shown_with_its_addresses_and_what_may_be_missing() -> None:
    (entry,) = shown(node("n1", "10.10.10.3")).value.nodes

    assert (entry.name, entry.roles, entry.ready) == ("n1", (), False)
    assert entry.addresses == (AddressEntry("10.10.10.3", network="oam"),)
    assert entry.gap == "no NodeNetworkState n1 lists every address"


def test_roles_are_what_labels_give() -> None:
    labels = {"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "", "team": "a"}

    assert roles_of(labels) == ("control-plane", "worker")


def test_load_balancers_are_shown_by_address_by_hostname_or_as_waiting() -> None:
    objects = (balanced("a", {"ip": "10.10.10.9"}), balanced("b", {"hostname": "lb.example.org"}), balanced("c"))

    assert shown(*objects).value.load_balancers == (
        LoadBalancerEntry(Subject("Service", "shop", "a"), "10.10.10.9", network="oam"),
        LoadBalancerEntry(Subject("Service", "shop", "b"), hostname="lb.example.org"),
        LoadBalancerEntry(Subject("Service", "shop", "c")),
    )


def test_an_address_that_is_none_is_a_gap_and_takes_nothing_else_with_it() -> None:
    found = shown(node("n1"), balanced("a", {"ip": "nonsense"}), balanced("b", {"ip": "10.10.10.9"}))

    assert [entry.service.name for entry in found.value.load_balancers] == ["b"]
    assert found.gaps == ("Service shop/a: 'nonsense' is not an IP address",)


def test_nodes_that_may_not_be_read_leave_the_networks() -> None:
    found = shown(denied=("nodes",)).value

    assert (found.nodes, len(found.networks)) == ((), 1)
