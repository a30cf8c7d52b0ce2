"""Who may read: tokens, strangers, and the log of everything that was asked."""

import pytest

from auditor.testing.reader import pods, serving
from chaudit.testing import Request, faults


@pytest.mark.parametrize("path", ["/api/v1/pods", "/apis", "/version"])
def test_a_wrong_token_is_a_401(path: str) -> None:
    with serving() as (_, reader):
        reply = reader.get(path, Authorization="Bearer wrong")

    assert reply.status == 401
    assert reply.json["message"] == reply.json["reason"] == "Unauthorized"


@pytest.mark.parametrize(
    ("path", "subject", "refusal"),
    [
        ("/api/v1/pods", "pods is ", 'list resource "pods" in API group "" at the cluster scope'),
        ("/apis", "", 'get path "/apis"'),
    ],
)
@pytest.mark.parametrize("authorization", ["", "Basic dXNlcjpwYXNzd29yZA=="])
def test_without_a_token_one_is_anonymous_and_forbidden(
    path: str, subject: str, refusal: str, authorization: str
) -> None:
    with serving() as (_, reader):
        reply = reader.get(path, Authorization=authorization)

    assert reply.status == 403
    assert reply.json["message"] == f'{subject}forbidden: User "system:anonymous" cannot {refusal}'


def test_strangers_may_ask_for_the_version() -> None:
    with serving() as (_, reader):
        assert reader.get("/version", Authorization="").status == 200


@pytest.mark.parametrize(
    ("path", "subject", "refusal", "details"),
    [
        (
            "/api/v1/services",
            "services",
            'list resource "services" in API group "" at the cluster scope',
            {"kind": "services"},
        ),
        (
            "/apis/networking.k8s.io/v1/namespaces/team/ingresses/web",
            'ingresses.networking.k8s.io "web"',
            'get resource "ingresses" in API group "networking.k8s.io" in the namespace "team"',
            {"name": "web", "group": "networking.k8s.io", "kind": "ingresses"},
        ),
        (
            "/api/v1/namespaces/kube-system",
            'namespaces "kube-system"',
            'get resource "namespaces" in API group "" in the namespace "kube-system"',
            {"name": "kube-system", "kind": "namespaces"},
        ),
        (
            "/apis/example.org/v1/gizmos",
            "gizmos.example.org",
            'list resource "gizmos" in API group "example.org" at the cluster scope',
            {"group": "example.org", "kind": "gizmos"},
        ),
    ],
)
def test_a_denial_is_worded_by_rbac_whether_or_not_the_thing_exists(
    path: str, subject: str, refusal: str, details: dict[str, str]
) -> None:
    with serving() as (server, reader):
        server.fault("*", faults.denied)
        reply = reader.get(path)

    assert (reply.status, reply.json["reason"], reply.json["code"]) == (403, "Forbidden", 403)
    user = 'User "system:serviceaccount:chaudit:chaudit"'
    assert reply.json["message"] == f"{subject} is forbidden: {user} cannot {refusal}"
    assert reply.json["details"] == details


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written_and_the_attempt_is_logged(method: str) -> None:
    with serving(*pods("p")) as (server, reader):
        reply = reader.send(method, "/api/v1/namespaces/default/pods/p")
        still_there = reader.get("/api/v1/pods").names

    assert (reply.status, reply.json["reason"]) == (405, "MethodNotAllowed")
    assert still_there == ["p"]
    assert (server.requests[0].method, server.requests[0].status) == (method, 405)


def test_the_log_has_what_was_asked_and_what_was_answered() -> None:
    with serving(*pods("p")) as (server, reader):
        reader.get("/api/v1/pods", {"limit": "5"}, User_Agent="first/1.0")
        reader.get("/api/v1/namespaces/default/pods/nobody", Authorization="Bearer wrong")

    assert server.requests == (
        Request("GET", "/api/v1/pods", {"limit": "5"}, "first/1.0", 200),
        Request("GET", "/api/v1/namespaces/default/pods/nobody", {}, "reader", 401),
    )
