"""The objects of the cluster and their history, so that all pages of one list show the same moment."""

from bisect import insort
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from chaudit.testing.api_server.catalogue import Catalogue
from chaudit.testing.api_server.resources import ServedResource

_CREATED = "2024-01-01T00:00:00Z"


class StoredObject(msgspec.Struct):
    """One state of an object, without apiVersion and kind, and at which revisions of the cluster it is current."""

    key: str
    content: Mapping[str, Any]
    since: int
    until: int | None = None

    def is_current(self, revision: int) -> bool:
        """Whether a reader of this revision sees it."""
        return self.since <= revision and (self.until is None or revision < self.until)


class Store:
    """What the cluster holds, and what it held; all versions of a kind show the same objects."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.revision = 0
        self._catalogue = catalogue
        self._current: dict[tuple[str, str], StoredObject] = {}
        self._history: dict[str, list[StoredObject]] = {}

    def put(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Create or replace objects; their kinds are served from now on.

        Raises:
            ValueError: An object lacks apiVersion, kind or name, or has a namespace where its kind knows none.
        """
        copies = [msgspec.json.decode(msgspec.json.encode(body)) for body in bodies]
        for body in copies:
            _require_identity(body)
        self._catalogue.learn(copies)
        for body in copies:
            self._put(body)

    def delete(self, body: Mapping[str, Any]) -> None:
        """Remove the object of this kind, namespace and name.

        Raises:
            LookupError: There is none.
            ValueError: The object lacks apiVersion, kind or name.
        """
        _require_identity(body)
        resource = self._catalogue.resource_of(body)
        key = _key(resource, body["metadata"])
        if (resource.name, key) not in self._current:
            raise LookupError(f"there is no {resource.name} {key}")
        self.revision += 1
        self._current.pop((resource.name, key)).until = self.revision

    def get(self, resource: ServedResource, namespace: str | None, name: str) -> StoredObject | None:
        """The object as it is now, or None."""
        return self._current.get((resource.name, f"{namespace}/{name}" if namespace else name))

    def list(self, resource: ServedResource, namespace: str | None, revision: int) -> list[StoredObject]:
        """The objects as they were at the revision, in the order of their keys in etcd."""
        prefix = f"{namespace}/" if namespace else ""
        history = self._history.get(resource.name, ())
        return [stored for stored in history if stored.key.startswith(prefix) and stored.is_current(revision)]

    def _put(self, body: Mapping[str, Any]) -> None:
        resource = self._catalogue.resource_of(body)
        key = _key(resource, body["metadata"])
        self.revision += 1
        given = {
            "uid": str(uuid5(NAMESPACE_URL, f"{resource.name}/{key}")),
            "resourceVersion": str(self.revision),
            "creationTimestamp": _CREATED,
        }
        if resource.namespaced:
            given["namespace"] = key.partition("/")[0]
        content = {name: value for name, value in body.items() if name not in {"apiVersion", "kind"}}
        stored = StoredObject(key, content | {"metadata": given | body["metadata"]}, self.revision)
        if replaced := self._current.get((resource.name, key)):
            replaced.until = self.revision
        self._current[resource.name, key] = stored
        insort(self._history.setdefault(resource.name, []), stored, key=lambda other: other.key)


def _require_identity(body: Mapping[str, Any]) -> None:
    metadata = body.get("metadata")
    if not (body.get("apiVersion") and body.get("kind") and metadata and metadata.get("name")):
        raise ValueError(f"an object needs apiVersion, kind and metadata.name: {str(body)[:200]}")


def _key(resource: ServedResource, metadata: Mapping[str, Any]) -> str:
    """The object's place in etcd; without a namespace it goes where kubectl would put it."""
    namespace, name = metadata.get("namespace"), metadata["name"]
    if resource.namespaced:
        return f"{namespace or 'default'}/{name}"
    if namespace:
        raise ValueError(f"{resource.name} are cluster-scoped, but {name} is in the namespace {namespace}")
    return str(name)
