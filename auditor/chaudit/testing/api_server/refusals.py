"""The ways in which a real API server says no, in its own words.

Status bodies are worded by k8s.io/apimachinery/pkg/api/errors and by the filters of k8s.io/apiserver.
"""

from collections.abc import Mapping
from http import HTTPStatus

from msgspec.structs import replace

from chaudit.testing.api_server.answer import Answer, json_answer, text_answer
from chaudit.testing.api_server.call import Call, Target

_NO_ROUTE = "the server could not find the requested resource"
_WRONG_METHOD = "the server does not allow this method on the requested resource"
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. "
    "You can start a new list without the continue parameter, or use the continue token in this response "
    "to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent "
    "list - objects that were created, modified, or deleted between the time the first chunk was returned "
    "and now may show up in the list."
)


def unauthorized() -> Answer:
    """401 for a token that is not known, or no longer."""
    return _status(401, "Unauthorized", "Unauthorized")


def forbidden(call: Call) -> Answer:
    """403 as RBAC words it: for a resource, for one object, or for a plain path."""
    target = call.target
    if target is None:
        reason = f'User "{call.user}" cannot get path "{call.path}"'
        return _status(403, f"forbidden: {reason}", "Forbidden", details={})
    subject = f'{target.resource} "{target.name}"' if target.name else target.resource
    verb = "get" if target.name else "list"
    reason = f'User "{call.user}" cannot {verb} resource "{target.plural}" in API group "{target.group}"'
    return _status(403, f"{subject} is forbidden: {reason} {_scope(target)}", "Forbidden", _details(target))


def object_not_found(target: Target) -> Answer:
    """404 for one object."""
    return _status(404, f'{target.resource} "{target.name}" not found', "NotFound", _details(target))


def resource_not_found() -> Answer:
    """404 for a resource in a group version that the server knows."""
    return _status(404, _NO_ROUTE, "NotFound", details={})


def path_not_found() -> Answer:
    """404 for everything else, API groups that are not installed among them: not a Status but a line of text.

    Servers after 1.36 answer with a Status: https://github.com/kubernetes/kubernetes/pull/138219
    """
    return text_answer(404, "404 page not found")


def method_not_allowed() -> Answer:
    """405 for whatever would write."""
    return _status(405, _WRONG_METHOD, "MethodNotAllowed", details={})


def bad_request(message: str) -> Answer:
    """400 with the message as it is."""
    return _status(400, message, "BadRequest")


def expired(restart_token: str) -> Answer:
    """410 for a continue token whose revision etcd has compacted, with a token for an inconsistent rest."""
    return _status(410, _TOO_OLD, "Expired", metadata={"continue": restart_token})


def failure(status: int, retry_after_s: int | None = None) -> Answer:
    """An answer with this status as an API server in trouble gives it.

    Overload (429) and an aggregated API whose server is down (503) are lines of text; an etcd that does not
    answer (500) is a Status without a reason.
    """
    match status:
        case 429:
            answer = text_answer(429, "Too many requests, please try again later.")
        case 500:
            answer = _status(500, "etcdserver: request timed out")
        case 503:
            answer = text_answer(503, "service unavailable")
        case 504:
            answer = _status(504, "Timeout: request did not complete within the allotted duration", "Timeout", {})
        case _:
            phrase = HTTPStatus(status).phrase
            answer = _status(status, phrase, phrase.replace(" ", ""))
    if retry_after_s is None:
        return answer
    return replace(answer, headers={"Retry-After": str(retry_after_s)})


def _scope(target: Target) -> str:
    # The server counts a namespace among its own contents: https://github.com/kubernetes/kubernetes/blob/v1.29.3/
    # staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go
    namespace = target.name if target.resource == "namespaces" else target.namespace
    return f'in the namespace "{namespace}"' if namespace else "at the cluster scope"


def _details(target: Target) -> dict[str, str]:
    fields = {"name": target.name, "group": target.group, "kind": target.plural}
    return {name: value for name, value in fields.items() if value}


def _status(
    code: int,
    message: str,
    reason: str | None = None,
    details: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Answer:
    document = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": metadata or {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
        "code": code,
    }
    return json_answer({name: value for name, value in document.items() if value is not None}, code)
