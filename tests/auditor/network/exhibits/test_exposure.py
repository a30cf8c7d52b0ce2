"""The exposure exhibit: each way in once, small at any size, and with no place left out."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from auditor.network.views.evidence import Evidence, Object, node
from chaudit_network.exhibits.exposure import At, ExposureRecords, exposure, exposure_records
from chaudit_network.exposure.model import ExposureModel
from chaudit_network.exposure.view import exposure as exposure_view

INTENT = {"networks": {"oam": {"cidrs": ["10.10.10.0/24"], "external": True}}}
NODES = tuple(node(f"n{number}", f"10.10.10.{number}") for number in range(1, 6))


def service(name: str, **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"type": "NodePort", "clusterIP": "10.96.0.1", "ports": [{"port": 80, "nodePort": 30080}], **spec},
    }


def slice_of(name: str, *nodes: str) -> Object:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{name}-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "ports": [{"port": 8080, "protocol": "TCP", "name": ""}],
        "endpoints": [{"addresses": [f"172.16.0.{i}"], "nodeName": on} for i, on in enumerate(nodes)],
    }


def host_pod(name: str, on: str, labels: Mapping[str, str], *, host_port: int = 0) -> Object:
    port = {"containerPort": 9100, "protocol": "TCP", "hostPort": host_port or 9100}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ops", "labels": labels},
        "spec": {"nodeName": on, "hostNetwork": not host_port, "containers": [{"name": "c", "ports": [port]}]},
        "status": {"phase": "Running", "podIPs": [{"ip": f"172.16.1.{on[1:]}"}]},
    }


def records(*objects: Object) -> ExposureRecords:
    return Evidence((*NODES, *objects), INTENT).resolve(exposure_records)


def places_of(found: ExposureRecords, at: Sequence[At]) -> list[tuple[str, str]]:
    """Return node and address of every place that is meant."""
    return [
        (place.node, place.address)
        for one in at
        for place in found.places[one.places].places
        if (not one.only or place.node in one.only) and place.node not in one.without
    ]


def test_a_way_in_is_said_once_for_all_nodes() -> None:
    found = records(service("web"), slice_of("web", "n1"))

    (entry,) = found.entries
    assert (entry.via, entry.port, entry.protocol, entry.address) == ("NodePort", 30080, "TCP", "")
    assert (str(entry.target), entry.pods, entry.backends) == ("Service shop/web:80/TCP", 0, {"n1": 1})
    assert entry.at == (At(0),)
    assert len(places_of(found, entry.at)) == len(NODES)


def test_nodes_that_differ_are_named_by_the_fewest_names() -> None:
    found = records(service("web", externalTrafficPolicy="Local"), slice_of("web", "n1", "n2"))

    assert [entry.at for entry in found.entries] == [(At(0, only=("n1", "n2")),), (At(0, without=("n1", "n2")),)]


def test_classes_of_sources_with_one_verdict_are_named_together() -> None:
    found = records(service("web"), slice_of("web", "n1"))

    (verdict,) = found.entries[0].verdicts
    assert verdict.sources == ("external", "oam", "nodes")


def test_pods_alike_on_many_nodes_are_one_entry_with_their_number() -> None:
    pods = [
        host_pod(f"exporter-{suffix}", f"n{i}", {"app": "exporter", "pod-template-generation": str(i)})
        for i, suffix in enumerate(("abc", "bcd", "cde"), 1)
    ]

    (entry,) = records(*pods).entries

    assert (str(entry.target), entry.pods) == ("Pod ops/exporter-*:9100/TCP", 3)
    assert entry.at == (At(0, without=("n4", "n5")),)


def test_the_nodes_of_one_network_are_not_counted_among_those_of_another() -> None:
    others = [node(f"m{number}", f"192.168.204.{number}") for number in range(1, 5)]
    pods = [host_pod(f"{on}-1", on, {"app": on[0]}) for on in ("m1", "m2", "m3", "n1", "n2", "n3")]

    found = records(*others, *pods)

    assert {entry.at for entry in found.entries} == {(At(0, without=("m4",)),), (At(1, without=("n4", "n5")),)}


def test_host_ports_of_pods_alike_are_one_entry_with_all_their_backends() -> None:
    pods = [host_pod(f"relay-{i}", f"n{i}", {"app": "relay"}, host_port=8125) for i in (1, 2)]

    (entry,) = records(*pods).entries

    assert (str(entry.target), entry.pods, entry.backends) == ("Pod ops/relay-*:9100/TCP", 2, {"n1": 1, "n2": 1})


def test_pods_with_other_labels_or_without_any_stay_apart() -> None:
    pods = [host_pod("a", "n1", {"app": "a"}), host_pod("b", "n2", {}), host_pod("c", "n3", {})]

    assert [str(entry.target) for entry in records(*pods).entries] == [
        "Pod ops/a:9100/TCP",
        "Pod ops/b:9100/TCP",
        "Pod ops/c:9100/TCP",
    ]


def test_an_address_that_is_routed_to_the_nodes_is_one_place_on_each() -> None:
    found = records(service("web", externalIPs=["203.0.113.7"], ports=[{"port": 80}]), slice_of("web", "n1"))

    assert found.entries[0].address == "203.0.113.7"
    assert sorted(chain(*(places_of(found, entry.at) for entry in found.entries))) == [
        (f"n{number}", "") for number in range(1, 6)
    ]


def test_the_records_mean_exactly_the_places_of_the_model() -> None:
    objects = (
        service("web", externalTrafficPolicy="Local", externalIPs=["10.10.10.2", "203.0.113.7"]),
        slice_of("web", "n1", "n2"),
        *(host_pod(f"exporter-{i}", f"n{i}", {"app": "exporter"}) for i in (1, 2)),
    )
    evidence = Evidence((*NODES, *objects), INTENT)
    found, model = evidence.resolve(exposure_records), evidence.resolve(exposure_view)

    meant = {
        (entry.via, entry.port, entry.address, node, address or entry.address)
        for entry in found.entries
        for node, address in places_of(found, entry.at)
        if entry.address in {"", address} or not address
    }
    assert meant == expanded(model)


def expanded(model: ExposureModel) -> set[tuple[str, int, str, str, str]]:
    return {
        (one.via, one.port, str(group.way.address or ""), one.node, one.address)
        for group in model.groups
        for one in group.expand()
    }


def test_what_could_not_be_looked_at_is_a_gap() -> None:
    broken = service("web", externalIPs=["nonsense"])

    assert Evidence((*NODES, broken), INTENT).resolve(exposure).gaps == (
        "Service shop/web: 'nonsense' is not an IP address",
    )
