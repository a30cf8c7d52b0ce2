"""The collector against an API server on a real socket: what comes back, what does not, and why."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chaudit.cluster.client import Patience
from chaudit.cluster.collector import Collector
from chaudit.cluster.connection import connect
from chaudit.cluster.progress import Progress
from chaudit.errors import ClusterUnavailableError, KubeconfigError
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import KUBE_SYSTEM, Snapshot
from chaudit.evidence.source import ObjectName, Source
from chaudit.objects import KubernetesObject
from chaudit.testing import ApiServer, faults

HASTY = Patience(timeout_s=5, deadline_s=20, backoff_s=0.01)


class Service(KubernetesObject, frozen=True, kw_only=True):
    """As much of a Service as these tests need."""


class Widget(KubernetesObject, frozen=True, kw_only=True):
    """A custom kind."""

    size: int = 0


SERVICES = Source("services", Service, (Resource("", "v1", "services", "Service"),))
WIDGETS = Source(
    "widgets",
    Widget,
    (Resource("new.example.org", "v2", "widgets", "Widget"), Resource("example.org", "v1", "widgets", "Widget")),
)


def service(name: str, namespace: str = "shop") -> Mapping[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": {}}


def namespace(name: str) -> Mapping[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def widget(name: str, size: object = 1, group: str = "example.org/v1") -> Mapping[str, Any]:
    return {"apiVersion": group, "kind": "Widget", "metadata": {"name": name}, "size": size}


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer([service(f"s{number:02}") for number in range(25)]) as server:
        yield server


def collect(
    server: ApiServer, folder: Path, *sources: Source[Any], page_size: int = 500, patience: Patience = HASTY
) -> Snapshot:
    connection = connect(str(server.write_kubeconfig(folder / "kubeconfig")))
    try:
        return Collector(connection, patience, page_size).collect([KUBE_SYSTEM, *sources])
    finally:
        connection.close()


def read(server: ApiServer, folder: Path, source: Source[Any], page_size: int = 500) -> Reading[Any]:
    return collect(server, folder, source, page_size=page_size).reading(source)


def names(reading: Reading[Any]) -> list[str]:
    return [record.name for record in reading.records]


@pytest.mark.parametrize("page_size", [1, 10, 25, 500])
def test_every_object_is_read_once_whatever_the_page(server: ApiServer, tmp_path: Path, page_size: int) -> None:
    assert sorted(names(read(server, tmp_path, SERVICES, page_size))) == [f"s{number:02}" for number in range(25)]


def test_a_long_list_is_read_namespace_by_namespace(server: ApiServer, tmp_path: Path) -> None:
    server.add(namespace("shop"), namespace("bank"), service("till", "bank"))

    reading = read(server, tmp_path, SERVICES, page_size=5)

    assert sorted(names(reading)) == [*(f"s{number:02}" for number in range(25)), "till"]
    assert {request.path for request in server.requests if request.path.endswith("services")} == {
        "/api/v1/services",
        "/api/v1/namespaces/shop/services",
        "/api/v1/namespaces/bank/services",
        "/api/v1/namespaces/kube-system/services",
    }


def test_objects_left_behind_by_a_namespace_are_not_missed(server: ApiServer, tmp_path: Path) -> None:
    server.add(namespace("bank"), service("till", "bank"))

    assert len(names(read(server, tmp_path, SERVICES, page_size=5))) == 26


@pytest.mark.parametrize("where", ["namespaces", "/api/v1/namespaces/shop/services"])
def test_a_long_list_is_read_as_a_whole_where_it_may_not_be_divided(
    server: ApiServer, tmp_path: Path, where: str
) -> None:
    server.add(namespace("shop"))
    server.fault(where, faults.denied)

    assert len(names(collect(server, tmp_path, SERVICES, page_size=5).reading(SERVICES))) == 25


def test_a_part_of_a_long_list_is_never_the_list(server: ApiServer, tmp_path: Path) -> None:
    server.add(namespace("shop"))
    server.fault("services", faults.truncated, after_pages=2)

    reading = read(server, tmp_path, SERVICES, page_size=5)

    assert (reading.state, reading.objects) == (State.FAILED, ())


def test_the_cluster_is_named_by_server_context_version_and_uid(server: ApiServer, tmp_path: Path) -> None:
    cluster = collect(server, tmp_path).cluster

    assert (cluster.server, cluster.version) == (server.url, "v1.29.3")
    assert cluster.uid
    assert cluster.context


def test_nothing_is_sent_but_get_and_only_what_is_needed_is_listed(server: ApiServer, tmp_path: Path) -> None:
    collect(server, tmp_path, SERVICES)

    assert {request.method for request in server.requests} == {"GET"}
    assert all(request.user_agent.startswith("chaudit/") for request in server.requests)
    lists = [request.path for request in server.requests if "limit" in request.query]
    assert lists == ["/api/v1/services"]


def test_an_empty_list_is_loaded(server: ApiServer, tmp_path: Path) -> None:
    server.remove(*[service(f"s{number:02}") for number in range(25)])

    reading = read(server, tmp_path, SERVICES)

    assert (reading.state, reading.records) == (State.LOADED, ())


def test_an_api_that_is_not_served_is_absent_even_for_an_account_without_rights(
    server: ApiServer, tmp_path: Path
) -> None:
    server.fault("widgets.example.org", faults.denied)

    reading = read(server, tmp_path, WIDGETS)

    assert reading.state is State.ABSENT
    assert "does not serve widgets of new.example.org/v2 or widgets of example.org/v1" in reading.reason


def test_a_denied_list_says_what_to_grant(server: ApiServer, tmp_path: Path) -> None:
    server.fault("services", faults.denied)

    reading = read(server, tmp_path, SERVICES)

    assert reading.state is State.DENIED
    assert "cannot list resource" in reading.reason
    assert "grant list on services" in reading.reason


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.status(500), "500"),
        (faults.truncated, "IncompleteRead"),
        (faults.reset, "reset"),
        (faults.malformed, "truncated"),
    ],
)
def test_a_list_that_stays_broken_is_failed_and_hands_over_nothing(
    server: ApiServer, tmp_path: Path, fault: faults.Fault, said: str
) -> None:
    server.fault("services", fault, after_pages=1)

    reading = read(server, tmp_path, SERVICES, page_size=10)

    assert (reading.state, reading.objects) == (State.FAILED, ())
    assert said in reading.reason


@pytest.mark.parametrize(
    "fault", [faults.status(429, retry_after_s=0), faults.status(503), faults.truncated, faults.reset]
)
def test_trouble_that_passes_is_waited_out(server: ApiServer, tmp_path: Path, fault: faults.Fault) -> None:
    server.fault("services", fault, after_pages=1, times=2)

    assert len(names(read(server, tmp_path, SERVICES, page_size=10))) == 25


def test_an_expired_list_is_begun_again_and_nothing_counted_twice(server: ApiServer, tmp_path: Path) -> None:
    server.fault("services", faults.expired, after_pages=1, times=1)

    assert sorted(names(read(server, tmp_path, SERVICES, page_size=10))) == [f"s{number:02}" for number in range(25)]


def test_a_list_that_keeps_expiring_is_failed_and_not_shorter(server: ApiServer, tmp_path: Path) -> None:
    server.fault("services", faults.expired)

    reading = read(server, tmp_path, SERVICES, page_size=10)

    assert (reading.state, reading.objects) == (State.FAILED, ())
    assert "410" in reading.reason


def test_one_denied_list_does_not_take_the_others_with_it(server: ApiServer, tmp_path: Path) -> None:
    server.add(widget("w"))
    server.fault("services", faults.denied)

    snapshot = collect(server, tmp_path, SERVICES, WIDGETS)

    assert snapshot.reading(SERVICES).state is State.DENIED
    assert names(snapshot.reading(WIDGETS)) == ["w"]


def test_the_best_api_version_that_is_served_is_read_and_recorded(server: ApiServer, tmp_path: Path) -> None:
    server.add(widget("old"))
    assert read(server, tmp_path, WIDGETS).resource == WIDGETS.served_as[1]

    server.add(widget("new", group="new.example.org/v2"))
    reading = read(server, tmp_path, WIDGETS)
    assert (names(reading), reading.resource) == (["new"], WIDGETS.served_as[0])


def test_an_api_version_without_objects_gives_way_to_one_that_has_them(server: ApiServer, tmp_path: Path) -> None:
    server.add(widget("old"), widget("new", group="new.example.org/v2"))
    server.remove(widget("new", group="new.example.org/v2"))

    assert names(read(server, tmp_path, WIDGETS)) == ["old"]


def test_an_empty_version_proves_nothing_while_another_is_denied(server: ApiServer, tmp_path: Path) -> None:
    server.add(widget("old"), widget("new", group="new.example.org/v2"))
    server.remove(widget("new", group="new.example.org/v2"))
    server.fault("widgets.example.org", faults.denied)

    assert read(server, tmp_path, WIDGETS).state is State.DENIED


def test_an_api_version_that_is_down_gives_way_to_the_next(server: ApiServer, tmp_path: Path) -> None:
    server.add(widget("old"), widget("new", group="new.example.org/v2"))
    server.fault("/apis/new.example.org/v2", faults.status(503))

    assert names(read(server, tmp_path, WIDGETS)) == ["old"]


def test_refused_discovery_is_denied_and_not_absent(server: ApiServer, tmp_path: Path) -> None:
    server.fault("/apis", faults.denied)

    assert read(server, tmp_path, WIDGETS).state is State.DENIED


def test_a_malformed_object_costs_only_itself(server: ApiServer, tmp_path: Path) -> None:
    server.add(widget("good"), widget("bad", size="huge"))

    reading = read(server, tmp_path, WIDGETS)

    assert names(reading) == ["good"]
    assert [(str(one.subject), "`int`" in one.reason) for one in reading.rejected] == [("Widget bad", True)]


def test_bytes_that_are_no_text_are_a_failed_reading(server: ApiServer, tmp_path: Path) -> None:
    server.fault("services", lambda _, answer: replace(answer, body=answer.body.replace(b"s07", b"s\xff7")))

    reading = read(server, tmp_path, SERVICES)

    assert (reading.state, reading.objects) == (State.FAILED, ())
    assert "utf-8" in reading.reason


def test_single_objects_are_read_by_name_and_may_be_missing(server: ApiServer, tmp_path: Path) -> None:
    wanted = (ObjectName("s01", "shop"), ObjectName("nowhere", "shop"))
    few = Source("few", Service, SERVICES.served_as, only=wanted)

    assert names(read(server, tmp_path, few)) == ["s01"]
    assert not any(request.path == "/api/v1/services" for request in server.requests)


def test_what_is_not_read_by_the_deadline_is_failed(server: ApiServer, tmp_path: Path) -> None:
    server.fault("services", faults.late(30))

    snapshot = collect(server, tmp_path, SERVICES, patience=Patience(timeout_s=60, deadline_s=0.5, backoff_s=0.01))

    assert snapshot.reading(SERVICES).state is State.FAILED


def test_progress_counts_up_to_the_total(server: ApiServer, tmp_path: Path) -> None:
    seen: list[Progress] = []
    connection = connect(str(server.write_kubeconfig(tmp_path / "kubeconfig")))

    Collector(connection, HASTY, page_size=10, watch=seen.append).collect([KUBE_SYSTEM, SERVICES])

    services = [(step.objects, step.total) for step in seen if step.source == "services" and not step.done]
    assert services == [(10, 25), (20, 25), (25, 25)]
    assert sorted(step.source for step in seen if step.done) == ["kube-system", "services"]


def edited(path: Path, replacements: Iterable[tuple[str, str]]) -> str:
    text = path.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(("address", "encoding"), [("127.0.0.1", None), ("localhost", None), ("0.0.0.0", "gzip")])  # noqa: S104
def test_pages_come_compressed_but_not_from_this_machine(
    server: ApiServer, tmp_path: Path, address: str, encoding: str | None
) -> None:
    """To the kernel 0.0.0.0 is this machine, too: here it plays another one."""
    server.add(*(service(f"more-{number}") for number in range(2000)))
    kubeconfig = edited(server.write_kubeconfig(tmp_path / "kubeconfig"), [("127.0.0.1", address)])
    connection = connect(kubeconfig)

    answer = connection.get("/api/v1/services", {}, HASTY.timeout_s)
    connection.close()

    assert (answer.headers.get("Content-Encoding"), answer.body.count(b"more-")) == (encoding, 2000)


def test_a_wrong_token_is_no_cluster(server: ApiServer, tmp_path: Path) -> None:
    kubeconfig = edited(server.write_kubeconfig(tmp_path / "kubeconfig"), [(server.token, "stale")])

    with pytest.raises(ClusterUnavailableError, match="refused the credentials: Unauthorized"):
        Collector(connect(kubeconfig), HASTY).collect([KUBE_SYSTEM])


def test_a_closed_port_is_no_cluster(server: ApiServer, tmp_path: Path) -> None:
    path = server.write_kubeconfig(tmp_path / "kubeconfig")
    kubeconfig = edited(path, [(server.url, "http://127.0.0.1:9")])

    with pytest.raises(ClusterUnavailableError, match=r"http://127\.0\.0\.1:9 cannot be reached: .*refused"):
        Collector(connect(kubeconfig), HASTY).collect([KUBE_SYSTEM])


def test_a_kubeconfig_without_credentials_is_told_as_such(server: ApiServer, tmp_path: Path) -> None:
    path = server.write_kubeconfig(tmp_path / "kubeconfig")
    kubeconfig = edited(path, [(f"token: {server.token}", "as-uid: nobody")])

    with pytest.raises(ClusterUnavailableError, match="system:anonymous"):
        Collector(connect(kubeconfig), HASTY).collect([KUBE_SYSTEM])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "file is empty"),
        ("just text", "cannot be used"),
        ("a: [", "cannot be used"),
        ("{apiVersion: v1, kind: Config, clusters: [], contexts: [], users: [], current-context: x}", "cannot be used"),
    ],
)
def test_an_unusable_kubeconfig_is_named(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)

    with pytest.raises(KubeconfigError, match=rf"{path}.*{problem}"):
        connect(str(path))


def test_a_missing_kubeconfig_and_a_missing_context_are_named(server: ApiServer, tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"no kubeconfig at .*nowhere"):
        connect(str(tmp_path / "nowhere"))
    with pytest.raises(KubeconfigError, match="other"):
        connect(str(server.write_kubeconfig(tmp_path / "kubeconfig")), "other")


def test_a_failing_credential_plugin_is_an_error_and_not_an_anonymous_scan(server: ApiServer, tmp_path: Path) -> None:
    plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false, interactiveMode: Never}"
    path = server.write_kubeconfig(tmp_path / "kubeconfig")
    kubeconfig = edited(path, [(f"token: {server.token}", plugin)])

    with pytest.raises(KubeconfigError, match=r"no credentials: .*exec"):
        connect(kubeconfig)
