"""The names exhibit: where each name leads, and what is there."""

from collections.abc import Sequence

from auditor.network.views.evidence import Evidence, Object, node
from chaudit import Shown
from chaudit_network.exhibits.names import DestinationEntry, NameEntry, PublicationEntry, PublishedNames, names
from chaudit_network.names.destinations import Kind

INTENT = {
    "networks": {"oam": {"cidrs": ["10.10.10.0/24"], "external": True}},
    "names": [{"host": "Shop.example.org.", "ports": [443], "targets": 3}],
}


def ready(one: Object) -> Object:
    return {**one, "status": {**one["status"], "conditions": [{"type": "Ready", "status": "True"}]}}


NODES = (ready(node("n1", "10.10.10.1")), node("n2", "10.10.10.2"))


def endpoint(host: str, targets: Sequence[str], kind: str = "A") -> Object:
    return {
        "apiVersion": "externaldns.k8s.io/v1alpha1",
        "kind": "DNSEndpoint",
        "metadata": {"name": host, "namespace": "apps", "generation": 1},
        "spec": {"endpoints": [{"dnsName": host, "recordType": kind, "targets": list(targets)}]},
        "status": {"observedGeneration": 1},
    }


def shown(*objects: Object, denied: tuple[str, ...] = ()) -> Shown[PublishedNames]:
    return Evidence((*NODES, *objects), INTENT, denied=denied).resolve(names)


def test_a_name_is_shown_as_it_is_declared_and_as_it_is_published() -> None:
    found = shown(endpoint("shop.example.org", ["10.10.10.1", "10.10.10.2"])).value

    assert found.names == (
        NameEntry(
            host="shop.example.org",
            declared=True,
            wanted=3,
            ports=("443/TCP",),
            publications=(PublicationEntry("DNSEndpoint apps/shop.example.org", ("10.10.10.1", "10.10.10.2")),),
            missing="",
            gaps=(),
        ),
    )


def test_an_address_is_shown_once_with_the_nodes_that_are_reached_by_it() -> None:
    found = shown(
        endpoint("shop.example.org", ["10.10.10.1", "10.10.10.2"]), endpoint("old.example.org", ["10.10.10.1"])
    ).value

    kind = Kind.NODE
    assert [(one.address, one.network, one.kind, one.nodes, one.ready, one.survives) for one in found.destinations] == [
        ("10.10.10.1", "oam", kind, ("n1",), ("n1",), False),
        ("10.10.10.2", "oam", kind, ("n2",), (), False),
    ]


def test_an_address_that_nobody_here_has_is_unknown_with_the_reason() -> None:
    (found,) = shown(endpoint("shop.example.org", ["203.0.113.9"])).value.destinations

    assert found == DestinationEntry(
        address="203.0.113.9",
        network="",
        kind=Kind.UNKNOWN,
        nodes=(),
        ready=(),
        survives=False,
        because="no node and no load balancer here is known to have it",
    )


def test_a_name_that_nobody_publishes_says_so() -> None:
    (name,) = shown().value.names

    assert (name.publications, name.gaps) == ((), ("nothing in the cluster publishes it",))


def test_an_alias_to_nowhere_known_leaves_a_gap_in_its_publication() -> None:
    (name,) = shown(endpoint("shop.example.org", ["elsewhere.example.net"], "CNAME")).value.names

    (published,) = name.publications
    assert published.addresses == ()
    assert published.gaps == ("no record of elsewhere.example.net is known, to which a CNAME leads",)


def test_addresses_are_not_taken_for_anything_where_services_may_not_be_read() -> None:
    found = shown(endpoint("shop.example.org", ["10.10.10.1"]), denied=("services",))

    (destination,) = found.value.destinations
    assert (destination.kind, destination.because) == (Kind.UNKNOWN, "services: denied")


def test_objects_that_may_not_be_read_may_ask_for_other_names() -> None:
    assert "ingresses: denied" in shown(denied=("ingresses",)).gaps
