"""Faults: each one befalls what it is planned for, as often as planned, in the shape that it has in the field."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
import urllib3
from msgspec.structs import replace

from auditor.testing.reader import made, pods, serving
from chaudit.testing import ApiServer, faults
from chaudit.testing.api_server.answer import Answer
from chaudit.testing.api_server.call import Call

PODS = pods("a", "b", "c")
MANY = pods(*(f"pod-{number:03}" for number in range(200)))


def test_a_denied_resource_leaves_the_others_alone() -> None:
    with serving(*PODS) as (server, reader):
        server.fault("services", faults.denied)
        denied = reader.get("/api/v1/services")
        one = reader.get("/api/v1/namespaces/default/services/web")
        others = reader.get("/api/v1/pods")

    assert (denied.status, one.status, others.status) == (403, 403, 200)


def test_a_bare_plural_means_every_group_and_a_qualified_one_only_its_own() -> None:
    calico = made("crd.projectcalico.org/v1", "NetworkPolicy", "p", "default")
    paths = ("/apis/networking.k8s.io/v1/networkpolicies", "/apis/crd.projectcalico.org/v1/networkpolicies")
    with serving(calico) as (server, reader):
        server.fault("networkpolicies", faults.denied)
        both = [reader.get(path).status for path in paths]
        server.heal()
        server.fault("networkpolicies.crd.projectcalico.org", faults.denied)
        one = [reader.get(path).status for path in paths]

    assert (both, one) == ([403, 403], [200, 403])


def test_an_absent_resource_can_be_denied_by_its_full_name() -> None:
    path = "/apis/metallb.io/v1beta1/bgppeers"
    with serving() as (server, reader):
        absent = reader.get(path).status
        server.fault("bgppeers.metallb.io", faults.denied)
        denied = reader.get(path).status

    assert (absent, denied) == (404, 403)


def test_a_path_is_befallen_alone() -> None:
    with serving() as (server, reader):
        server.fault("/apis", faults.denied)
        answers = [reader.get(path).status for path in ("/apis", "/apis/apps/v1", "/version")]

    assert answers == [403, 200, 200]


def test_a_plural_that_nothing_has_is_a_mistake_of_the_test() -> None:
    with ApiServer() as server, pytest.raises(ValueError, match="no resource with the plural 'service'"):
        server.fault("service", faults.denied)


def test_a_fault_is_over_after_its_times() -> None:
    with serving() as (server, reader):
        server.fault("pods", faults.status(500), times=2)
        answers = [reader.get("/api/v1/pods").status for _ in range(4)]

    assert answers == [500, 500, 200, 200]


def test_a_fault_spares_the_first_pages_and_counts_no_others() -> None:
    with serving(*PODS) as (server, reader):
        server.fault("pods", faults.status(503), after_pages=1, times=1)
        first = reader.get("/api/v1/pods", {"limit": "1"})
        query = {"limit": "1", "continue": first.json["metadata"]["continue"]}
        second = [reader.get("/api/v1/pods", query).status for _ in range(2)]

    assert (first.status, second) == (200, [503, 200])


def test_healing_ends_all_faults() -> None:
    with serving() as (server, reader):
        server.fault("pods", faults.denied)
        server.fault("*", faults.status(500))
        server.heal()

        assert reader.get("/api/v1/pods").status == 200


def test_a_fault_of_ones_own_is_a_function() -> None:
    def teapot(_: Call, answer: Answer) -> Answer:
        return replace(answer, status=418)

    with serving() as (server, reader):
        server.fault("/version", teapot)

        assert reader.get("/version").status == 418


def test_an_expired_token_is_a_410_and_the_list_can_be_begun_again() -> None:
    with serving(*PODS) as (server, reader):
        server.fault("pods", faults.expired, times=1)
        first = reader.get("/api/v1/pods", {"limit": "2"})
        query = {"limit": "2", "continue": first.json["metadata"]["continue"]}
        second = reader.get("/api/v1/pods", query)
        again = [name for page in reader.pages("/api/v1/pods", 2) for name in page.names]

    assert (first.status, second.status) == (200, 410)
    assert (second.json["reason"], second.json["code"]) == ("Expired", 410)
    assert second.json["message"].startswith("The provided continue parameter is too old")
    assert again == ["a", "b", "c"]


def test_the_token_in_a_410_leads_to_an_inconsistent_rest() -> None:
    with serving(*PODS) as (server, reader):
        first = reader.get("/api/v1/pods", {"limit": "1"})
        server.fault("pods", faults.expired, times=1)
        gone = reader.get("/api/v1/pods", {"continue": first.json["metadata"]["continue"]})
        server.add(*pods("bb"))
        rest = reader.get("/api/v1/pods", {"continue": gone.json["metadata"]["continue"]})

    assert rest.names == ["b", "bb", "c"]
    assert rest.json["metadata"]["resourceVersion"] != first.json["metadata"]["resourceVersion"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (429, b"Too many requests, please try again later.\n"),
        (503, b"service unavailable\n"),
    ],
)
def test_overload_is_a_line_of_text(code: int, body: bytes) -> None:
    with serving() as (server, reader):
        server.fault("pods", faults.status(code, retry_after_s=3))
        reply = reader.get("/api/v1/pods")

    assert (reply.status, reply.content, reply.headers["Retry-After"]) == (code, body, "3")


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        (500, "etcdserver: request timed out", None),
        (504, "Timeout: request did not complete within the allotted duration", "Timeout"),
        (502, "Bad Gateway", "BadGateway"),
    ],
)
def test_other_trouble_is_a_status(code: int, message: str, reason: str | None) -> None:
    with serving() as (server, reader):
        server.fault("pods", faults.status(code))
        reply = reader.get("/api/v1/pods")

    assert reply.status == reply.json["code"] == code
    assert (reply.json["message"], reply.json.get("reason")) == (message, reason)
    assert "Retry-After" not in reply.headers


def test_a_late_answer_is_still_the_right_one() -> None:
    with serving(*PODS) as (server, reader):
        server.fault("pods", faults.late(0.05))

        assert reader.get("/api/v1/pods").names == ["a", "b", "c"]


def test_a_client_that_does_not_wait_for_a_late_answer_times_out() -> None:
    with ApiServer(PODS) as server:
        server.fault("*", faults.late(60))
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=0.05)
        connection.request("GET", "/api/v1/pods", headers={"Authorization": f"Bearer {server.token}"})
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()


@pytest.mark.parametrize("objects", [pods("a"), MANY], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("fault", [faults.truncated, faults.reset], ids=["truncated", "reset"])
def test_a_body_can_break_off(fault: faults.Fault, objects: list[dict[str, object]]) -> None:
    with serving(*objects) as (server, reader):
        server.fault("pods", fault, times=1)
        with pytest.raises(urllib3.exceptions.ProtocolError):
            reader.get("/api/v1/pods")

        assert len(reader.get("/api/v1/pods").names) == len(objects)


def test_a_truncated_connection_is_closed_and_a_reset_one_is_reset() -> None:
    with ApiServer(MANY) as server:
        server.fault("pods", faults.truncated, times=1)
        server.fault("services", faults.reset, times=1)
        with pytest.raises(http.client.IncompleteRead):
            read_all(server, "/api/v1/pods")
        with pytest.raises(ConnectionResetError):
            read_all(server, "/api/v1/services")


def test_a_malformed_document_is_a_complete_answer() -> None:
    with ApiServer(PODS) as server:
        server.fault("pods", faults.malformed)
        content = read_all(server, "/api/v1/pods")

    assert content.startswith(b'{"kind":"PodList"')
    with pytest.raises(json.JSONDecodeError):
        json.loads(content)


def read_all(server: ApiServer, path: str) -> bytes:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
        return connection.getresponse().read()
    finally:
        connection.close()
