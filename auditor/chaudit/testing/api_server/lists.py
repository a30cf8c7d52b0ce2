"""Pages of a list and the continue tokens that lead from one to the next."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from chaudit.testing.api_server.resources import ServedResource
from chaudit.testing.api_server.store import StoredObject

_WHATEVER_IS_CURRENT = -1


class BadListError(Exception):
    """The query of a LIST asks for something that cannot be."""


class ContinueToken(msgspec.Struct, frozen=True):
    """Where the next page starts, of which revision, and how many pages came before it.

    The fields of https://github.com/kubernetes/apiserver/blob/v0.29.3/pkg/storage/continue.go and `page`, the server's
    own.
    """

    v: str
    rv: int
    start: str
    page: int

    def encode(self) -> str:
        """The token as clients carry it, opaque to them."""
        return urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")

    def without_revision(self) -> "ContinueToken":
        """A token for the rest of the list as it will be then."""
        return msgspec.structs.replace(self, rv=_WHATEVER_IS_CURRENT)


class ListQuery(msgspec.Struct, frozen=True):
    """What a client asks of a list: how many objects at most (0: all), and from where on."""

    limit: int
    token: ContinueToken | None

    @property
    def page(self) -> int:
        """How many pages came before."""
        return self.token.page if self.token else 0

    def revision(self, current: int) -> int:
        """The revision to show."""
        return current if self.token is None or self.token.rv == _WHATEVER_IS_CURRENT else self.token.rv


def parse_query(query: Mapping[str, str]) -> ListQuery:
    """Read `limit`, `continue` and `resourceVersion`.

    Raises:
        BadListError: One of them is malformed, or the query wants what this server has not got.
    """
    for name in ("labelSelector", "fieldSelector", "watch"):
        if query.get(name):
            raise BadListError(f"{name} is not supported by this server")
    version = query.get("resourceVersion", "")
    token = _decode(query["continue"]) if query.get("continue") else None
    if token and version not in {"", "0"}:
        raise BadListError("specifying resource version is not allowed when using continue")
    limit = _integer(query.get("limit") or "0")
    # The server's cache answers resourceVersion=0, and it has no pages.
    return ListQuery(0 if version == "0" and token is None else max(limit, 0), token)


def token_in(query: Mapping[str, str]) -> ContinueToken | None:
    """The continue token, if there is one and it can be read."""
    try:
        return parse_query(query).token
    except BadListError:
        return None


def list_document(
    resource: ServedResource, objects: list[StoredObject], query: ListQuery, revision: int, *, built_in: bool
) -> Mapping[str, Any]:
    """The page that the query asks for, with its members in the order of a real server.

    A built-in kind has its metadata first and items without apiVersion and kind; a custom resource is a sorted map:
    https://github.com/kubernetes/apimachinery/blob/v0.33.0/pkg/runtime/serializer/json/collections.go
    """
    rest = [stored for stored in objects if query.token is None or stored.key >= query.token.start]
    shown = rest[: query.limit] if query.limit else rest
    metadata: dict[str, Any] = {"resourceVersion": str(revision)}
    if len(shown) < len(rest):
        following = ContinueToken("meta.k8s.io/v1", revision, f"{shown[-1].key}\0", query.page + 1)
        metadata |= {"continue": following.encode(), "remainingItemCount": len(rest) - len(shown)}
    type_meta = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version}
    if built_in:
        return {**type_meta, "metadata": metadata, "items": [stored.content for stored in shown]}
    items = [object_document(resource, stored) for stored in shown]
    return _sorted({**type_meta, "metadata": _sorted({"continue": "", **metadata}), "items": items})


def object_document(resource: ServedResource, stored: StoredObject) -> dict[str, Any]:
    """One object on its own, in the version that is asked for."""
    return {"apiVersion": resource.api_version, "kind": resource.kind, **stored.content}


def _sorted(members: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(members.items()))


def _decode(token: str) -> ContinueToken:
    try:
        return msgspec.json.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=ContinueToken)
    except ValueError as error:
        raise BadListError(f"invalid continue token: continue key is not valid: {error}") from error


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise BadListError(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error
