"""The bundled objects: served as an API server does, understood by all kinds, and true to each other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml

from chaudit import Snapshot, Source, State
from chaudit.cluster.client import Patience
from chaudit.cluster.collector import Collector
from chaudit.cluster.connection import connect
from chaudit.engine import sources_of
from chaudit.host import installed
from chaudit.testing import ApiServer
from chaudit_demo.bundled import OBJECTS, VERSION

PAGE_SIZE = 3
Json = Mapping[str, Any]


@pytest.fixture(scope="module")
def objects() -> list[Json]:
    """Read the files without the help of the server."""
    return [document for path in OBJECTS for document in yaml.safe_load_all(path.read_text())]


@pytest.fixture(scope="module")
def sources() -> dict[str, Source[Any]]:
    """Return every source that some rule or kind knows."""
    host = installed()
    return {source.name: source for source in (*host.sources, *sources_of(host.rules))}


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer.from_files(OBJECTS, version=VERSION) as server:
        yield server


@pytest.fixture(scope="module")
def snapshot(server: ApiServer, sources: dict[str, Source[Any]], tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Read all of them in pages that are far too small."""
    connection = connect(str(server.write_kubeconfig(tmp_path_factory.mktemp("bundle") / "kubeconfig")))
    try:
        return Collector(connection, Patience(30, 60), PAGE_SIZE).collect(list(sources.values()))
    finally:
        connection.close()


def test_every_list_is_read_whole_page_by_page(
    objects: list[Json], sources: dict[str, Source[Any]], snapshot: Snapshot, server: ApiServer
) -> None:
    served = Counter((found["apiVersion"], found["kind"]) for found in objects)
    expected = {
        name: served[reading.resource.api_version, reading.resource.kind]
        for name, reading in snapshot.readings.items()
        if reading.resource and not sources[name].only
    }

    read = {name: len(snapshot.readings[name].objects) for name in expected}

    assert read == expected
    assert max(read.values()) > PAGE_SIZE
    assert [request for request in server.requests if request.query.get("continue")]


def test_every_object_decodes(snapshot: Snapshot) -> None:
    assert {name: found.rejected for name, found in snapshot.readings.items() if found.rejected} == {}


def test_every_source_is_read_or_not_installed(sources: dict[str, Source[Any]], snapshot: Snapshot) -> None:
    states = {name: reading.state for name, reading in snapshot.readings.items()}
    of_metallb = [name for name, source in sources.items() if source.served_as[0].group == "metallb.io"]

    assert set(states.values()) == {State.LOADED, State.ABSENT}
    assert {states[name] for name in of_metallb} == {State.ABSENT}


def test_no_object_is_there_twice_and_none_is_a_secret(objects: list[Json]) -> None:
    uids = Counter(found["metadata"]["uid"] for found in objects)

    assert [uid for uid, times in uids.items() if times > 1] == []
    assert [found["metadata"]["name"] for found in objects if found["kind"] == "Secret"] == []


def test_owners_exist(objects: list[Json]) -> None:
    uids = {found["metadata"]["uid"]: (found["kind"], found["metadata"]["name"]) for found in objects}
    owners = [owner for found in objects for owner in found["metadata"].get("ownerReferences", ())]

    assert [(uids.get(owner["uid"]), owner["name"]) for owner in owners] == [
        ((owner["kind"], owner["name"]), owner["name"]) for owner in owners
    ]


def test_namespaces_exist(objects: list[Json]) -> None:
    existing = {found["metadata"]["name"] for found in objects if found["kind"] == "Namespace"}
    used = {found["metadata"].get("namespace", "default") for found in objects}

    assert used == existing - {"kube-public", "kube-node-lease"}


def test_pods_have_an_address_of_their_node(objects: list[Json]) -> None:
    internal = {name: node["status"]["addresses"][0]["address"] for name, node in named(objects, "Node").items()}
    blocks = {found["spec"]["node"]: found["spec"]["cidr"] for found in named(objects, "BlockAffinity").values()}
    pods = named(objects, "Pod").values()
    strays = [
        pod["metadata"]["name"]
        for pod in pods
        if pod["status"]["hostIP"] != internal[pod["spec"]["nodeName"]]
        or (
            pod["status"]["podIP"] != pod["status"]["hostIP"]
            if pod["spec"].get("hostNetwork")
            else ip_address(pod["status"]["podIP"]) not in ip_network(blocks[pod["spec"]["nodeName"]])
        )
    ]
    own = Counter(pod["status"]["podIP"] for pod in pods if not pod["spec"].get("hostNetwork"))

    assert strays == []
    assert [address for address, times in own.items() if times > 1] == []


def test_endpoint_slices_list_the_pods_that_their_service_selects(objects: list[Json]) -> None:
    pods = [found for found in objects if found["kind"] == "Pod"]
    slices = {
        (found["metadata"]["namespace"], found["metadata"]["labels"]["kubernetes.io/service-name"]): found
        for found in objects
        if found["kind"] == "EndpointSlice"
    }
    selecting = [found for found in objects if found["kind"] == "Service" and "selector" in found["spec"]]

    listed = {place: sorted(map(endpoint, slices[place]["endpoints"] or ())) for place in map(place_of, selecting)}

    assert listed == {
        place_of(service): sorted(
            (pod["metadata"]["uid"], pod["spec"]["nodeName"], pod["status"]["podIP"])
            for pod in pods
            if pod["metadata"]["namespace"] == service["metadata"]["namespace"]
            and service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        )
        for service in selecting
    }


def named(objects: list[Json], kind: str) -> dict[str, Json]:
    return {found["metadata"]["name"]: found for found in objects if found["kind"] == kind}


def place_of(found: Json) -> tuple[str, str]:
    return found["metadata"]["namespace"], found["metadata"]["name"]


def endpoint(found: Json) -> tuple[str, str, str]:
    return found["targetRef"]["uid"], found["nodeName"], found["addresses"][0]
