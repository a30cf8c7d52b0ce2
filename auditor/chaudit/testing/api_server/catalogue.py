"""Everything the server serves, with or without objects, and what it learns from the objects it is given."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from chaudit.testing.api_server.resources import (
    ResourceName,
    ServedResource,
    built_in_resources,
    custom_resources,
    resource_of_kind,
)


class Catalogue:
    """The resources of one server, by the apiVersion and kind of their objects."""

    def __init__(self, minor: int, serve: Iterable[ResourceName]) -> None:
        built_in = tuple(built_in_resources(minor))
        self._built_in_groups = {resource.group for resource in built_in}
        self._resources: dict[tuple[str, str], ServedResource] = {}
        self._in_use: set[tuple[str, str]] = set()
        named = (ServedResource(n.group, n.version, n.plural, n.kind, namespaced=None) for n in serve)
        for resource in (*built_in, *named):
            self._add(resource)

    @property
    def resources(self) -> tuple[ServedResource, ...]:
        """All of them, in a stable order."""
        return tuple(self._resources.values())

    def is_built_in(self, group: str) -> bool:
        """Whether the group is part of Kubernetes itself."""
        return group in self._built_in_groups

    def find(self, group: str, version: str, plural: str) -> ServedResource | None:
        """The resource that a URL names, if it is served."""
        wanted = (group, version, plural)
        return next((r for r in self.resources if (r.group, r.version, r.plural) == wanted), None)

    def resource_of(self, body: Mapping[str, Any]) -> ServedResource:
        """The resource that this object belongs to.

        Raises:
            LookupError: Its kind is not served.
        """
        try:
            return self._resources[_type(body)]
        except KeyError:
            raise LookupError("{} {} is not served".format(*_type(body))) from None

    def learn(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        """Serve the kinds of these objects: as a definition among them says, else as they themselves look."""
        bodies = tuple(bodies)
        for body in bodies:
            if body["kind"] == "CustomResourceDefinition":
                for resource in custom_resources(body):
                    self._add(resource)
        in_namespaces = {_type(body) for body in bodies if "namespace" in body["metadata"]}
        for type_ in dict.fromkeys(_type(body) for body in bodies):
            self._learn(*type_, namespaced=type_ in in_namespaces)
            self._in_use.add(type_)

    def _learn(self, api_version: str, kind: str, *, namespaced: bool) -> None:
        guess = resource_of_kind(api_version, kind, namespaced=namespaced)
        for known in self._versions(guess.group, kind):
            if known.namespaced is None:
                self._add(replace(known, namespaced=namespaced))
        if (api_version, kind) in self._resources:
            return
        # Built-in kinds differ from version to version and nothing converts them here, so one without objects gives way
        # to the version at hand: otherwise a reader of the newer version would be told that there are none.
        versions = self._versions(guess.group, kind)
        for known in versions:
            if self.is_built_in(guess.group) and (known.api_version, kind) not in self._in_use:
                del self._resources[known.api_version, kind]
        self._add(replace(versions[0], version=guess.version) if versions else guess)

    def _versions(self, group: str, kind: str) -> list[ServedResource]:
        return [resource for resource in self.resources if (resource.group, resource.kind) == (group, kind)]

    def _add(self, resource: ServedResource) -> None:
        self._resources[resource.api_version, resource.kind] = resource


def _type(body: Mapping[str, Any]) -> tuple[str, str]:
    return body["apiVersion"], body["kind"]
