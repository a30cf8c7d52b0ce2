"""What a cluster serves. Absent is decided only here: LIST is 403 without rights, even for groups that do not exist."""

from collections.abc import Mapping
from threading import Lock
from typing import TypeVar

import msgspec

from chaudit.cluster.client import Client, RequestError
from chaudit.evidence.decoding import UNDECODABLE
from chaudit.evidence.resource import Resource

T = TypeVar("T")


class _Resource(msgspec.Struct):
    name: str
    namespaced: bool = False


class _Versions(msgspec.Struct):
    version: str


class _Group(msgspec.Struct):
    name: str
    versions: list[_Versions] = []


class _Groups(msgspec.Struct):
    groups: list[_Group] = []


class _Resources(msgspec.Struct):
    resources: list[_Resource] = []


class _Version(msgspec.Struct, rename="camel"):
    git_version: str = ""


class Discovery(msgspec.Struct):
    """Answers from `/apis` and `/apis/GROUP/VERSION`, each asked for once."""

    client: Client
    _groups: frozenset[tuple[str, str]] | None = None
    _resources: dict[str, Mapping[str, _Resource]] = msgspec.field(default_factory=dict)
    _lock: Lock = msgspec.field(default_factory=Lock)

    def serves(self, resource: Resource) -> bool:
        """Whether the cluster serves this resource in this version.

        Raises:
            RequestError: discovery was refused or failed, so that nobody knows.
        """
        if resource.group and (resource.group, resource.version) not in self._known_groups():
            return False
        return resource.plural in self._known_resources(resource.discovery_path)

    def is_namespaced(self, resource: Resource) -> bool:
        """Whether the objects of a resource that is served live in namespaces.

        Raises:
            RequestError: discovery was refused or failed.
        """
        return self._known_resources(resource.discovery_path)[resource.plural].namespaced

    def version(self) -> str:
        """Return the server's version, `v1.29.3`.

        Raises:
            RequestError: the server did not answer or refused.
        """
        return _decode("/version", self.client.get("/version"), _Version).git_version

    def _known_groups(self) -> frozenset[tuple[str, str]]:
        with self._lock:
            if self._groups is None:
                groups = _decode("/apis", self.client.get("/apis"), _Groups).groups
                self._groups = frozenset((group.name, served.version) for group in groups for served in group.versions)
            return self._groups

    def _known_resources(self, path: str) -> Mapping[str, _Resource]:
        with self._lock:
            if path not in self._resources:
                try:
                    served = _decode(path, self.client.get(path), _Resources).resources
                except RequestError as error:
                    if not error.is_not_found:
                        raise
                    served = []
                self._resources[path] = {resource.name: resource for resource in served}
            return self._resources[path]


def _decode(path: str, body: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=type_)
    except UNDECODABLE as error:
        raise RequestError(path, 0, f"not an answer of a Kubernetes API server: {error}") from error
