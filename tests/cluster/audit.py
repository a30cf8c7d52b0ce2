"""Reads the API server's audit log, the witness of what a scan has really asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

AUDIT_LOG = "audit.log"
# JSON is YAML, which is what the server expects; `apiVersion` as of Kubernetes 1.12.
# https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
POLICY = """{
  "apiVersion": "audit.k8s.io/v1", "kind": "Policy",
  "omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}]
}"""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One answered request; a watch is there twice, when its answer began and when it ended.

    ``user`` is empty where the server did not accept the credentials. ``resource`` has the subresource behind a
    slash, as in RBAC rules, and is empty for ``/version`` and such.
    """

    user: str
    verb: str
    group: str
    resource: str
    namespace: str
    name: str
    uri: str
    code: int


class _User(msgspec.Struct):
    username: str = ""


class _ObjectRef(msgspec.Struct, rename="camel"):
    api_group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""


class _Status(msgspec.Struct):
    code: int = 0


class _Line(msgspec.Struct, rename="camel"):
    user: _User
    verb: str
    request_uri: str = msgspec.field(name="requestURI")
    object_ref: _ObjectRef = msgspec.field(default_factory=_ObjectRef)
    response_status: _Status = msgspec.field(default_factory=_Status)


def read_audit_log(path: Path) -> Iterator[AuditEvent]:
    """Yield the events in the order of the log.

    The server writes the line before it ends its answer (``--audit-log-mode=blocking``, the default): every
    request whose answer was read to the end is there.
    """
    decoder = msgspec.json.Decoder(_Line)
    with path.open("rb") as log:
        for text in log:
            if text.endswith(b"\n"):  # else the server is just writing it
                yield _event(decoder.decode(text))


def _event(line: _Line) -> AuditEvent:
    ref = line.object_ref
    return AuditEvent(
        user=line.user.username,
        verb=line.verb,
        group=ref.api_group,
        resource=f"{ref.resource}/{ref.subresource}" if ref.subresource else ref.resource,
        namespace=ref.namespace,
        name=ref.name,
        uri=line.request_uri,
        code=line.response_status.code,
    )
