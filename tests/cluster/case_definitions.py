"""The definitions of all custom kinds that rules look at, served or taken away as a case would have it."""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chaudit.engine import sources_of
from chaudit.evidence.resource import Resource
from chaudit.evidence.source import Source
from chaudit.host import installed
from cluster.control_plane import ControlPlane
from crd_schemas import Schema, definitions

_CALICO = "v3.32.1"
"""Of the releases of Calico the one that has its published group as definitions too."""

_TAKES_NO_MORE = {"networking.k8s.io"}
"""Groups that are built in, and to which nobody can add a kind."""

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_POLLS = 300
_POLL_SECONDS = 0.1


class CaseDefinitions:
    """Upstream's definitions, and for kinds whose definitions are not at hand ones that let everything through."""

    def __init__(self, plane: ControlPlane, crds: Path, folder: Path) -> None:
        """Teach an empty control plane every kind that rules look at and that is not built in.

        Definitions that are not among ``crds`` are written into ``folder``.
        """
        self._plane = plane
        self._sources = {source.name: source for source in sources_of(installed().rules)}
        wanted = {str(one) for source in self._sources.values() for one in source.served_as}
        folders = [crds / "calico" / _CALICO, *(one for one in sorted(crds.iterdir()) if one.name != "calico")]
        upstream = [one for one in definitions(folders) if one.name in wanted]
        self.schemas: Mapping[tuple[str, str], Schema] = {
            (f"{one.group}/{version}", one.kind): schema for one in upstream for version, schema in one.schemas.items()
        }
        self._files = {one.name: one.path for one in upstream}
        plane.apply_crds(*self._files.values())
        without = {str(one): _write(folder, one, source) for source in self._without() for one in source.served_as}
        self.without_schema: Collection[str] = without.keys()
        plane.apply_crds(*without.values())
        self._files |= without
        self._absent: frozenset[str] = frozenset()

    def built_in(self, names: Iterable[str]) -> list[str]:
        """Return those of these sources that every server has, so that they cannot be absent."""
        return [name for name in names if name in self._sources and not set(self._names([name]))]

    def serve_all_but(self, absent: Iterable[str]) -> None:
        """Take the definitions of these sources away, and bring back those of others."""
        unwanted = frozenset(self._names(absent))
        self._plane.apply_crds(*(self._files[name] for name in sorted(self._absent - unwanted)))
        going = sorted(unwanted - self._absent)
        for name in going:
            self._plane.request("DELETE", f"{_DEFINITIONS}/{name}")
        for name in going:
            self._wait_until_gone(name)
        self._absent = unwanted

    def _names(self, sources: Iterable[str]) -> Iterator[str]:
        """Yield the names of the definitions of these sources."""
        for name in sources:
            if name in self._sources:
                yield from {str(one) for one in self._sources[name].served_as} & self._files.keys()

    def _without(self) -> Iterator[Source[Any]]:
        """Yield the sources that upstream's definitions are not of, and that are not built in in any version."""
        for source in self._sources.values():
            if not any(
                str(one) in self._files or one.group in _TAKES_NO_MORE or self._is_served(one)
                for one in source.served_as
            ):
                yield source

    def _is_served(self, resource: Resource) -> bool:
        return self._plane.request("GET", f"{resource.list_path}?limit=1").status == 200

    def _is_discovered(self, resource: Resource) -> bool:
        found = self._plane.request("GET", resource.discovery_path)
        return found.status == 200 and resource.plural in {one["name"] for one in found.body["resources"]}

    def _wait_until_gone(self, name: str) -> None:
        """Wait until the definition is gone, its objects are not served, and discovery does not tell of them."""
        versions = [one for source in self._sources.values() for one in source.served_as if str(one) == name]
        for _ in range(_POLLS):
            known = self._plane.request("GET", f"{_DEFINITIONS}/{name}").status != 404
            if not (known or any(self._is_served(one) or self._is_discovered(one) for one in versions)):
                return
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"{name} was not gone within {_POLLS * _POLL_SECONDS:g} s")


def _write(folder: Path, resource: Resource, source: Source[Any]) -> Path:
    """Write a definition of a cluster-scoped kind that lets everything through; JSON is YAML."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [one.version for one in source.served_as]
    path = folder / f"{resource}.yaml"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                # Who extends Kubernetes' own groups has to say who approved of it.
                "metadata": {"name": str(resource), "annotations": {"api-approved.kubernetes.io": "unapproved"}},
                "spec": {
                    "group": resource.group,
                    "scope": "Cluster",
                    "names": {"plural": resource.plural, "kind": resource.kind},
                    "versions": [
                        {"name": one, "served": True, "storage": one == versions[0], "schema": schema}
                        for one in versions
                    ],
                },
            }
        )
    )
    return path
