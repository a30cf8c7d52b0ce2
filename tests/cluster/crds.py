"""Teaches the API server custom kinds from CustomResourceDefinition files, new ones on an old server too."""

import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from cluster.api import Api
from cluster.manifests import ApplyError, Manifests

_SERVED_SECONDS = 60.0
_POLL_SECONDS = 0.1


class NotServedError(Exception):
    """The API server took a definition but did not serve its objects in time."""


def apply_crds(api: Api, manifests: Manifests, sources: Iterable[Path]) -> tuple[str, ...]:
    """Apply every definition in these files and folders (searched to the bottom), and return the names.

    Other objects in the files are skipped. Returns when each version that is meant to be served is, and is to be
    seen in discovery.

    Raises:
        ApplyError: The server refused a definition.
        NotServedError: A definition was not in effect within a minute.
    """
    definitions = [crd for source in sources for path in _files(source) for crd in _definitions(path)]
    for crd in definitions:
        _apply(manifests, crd)
    deadline = time.monotonic() + _SERVED_SECONDS
    for crd in definitions:
        for version in crd["spec"]["versions"]:
            if version["served"]:
                _wait_until_served(api, crd["spec"], version["name"], deadline)
    return tuple(crd["metadata"]["name"] for crd in definitions)


def _files(source: Path) -> list[Path]:
    if source.is_dir():
        return sorted([*source.rglob("*.yaml"), *source.rglob("*.yml")])
    return [source]


def _definitions(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as text:
        for document in yaml.load_all(text, yaml.CSafeLoader):
            if document and document["kind"] == "CustomResourceDefinition":
                # Generators leave an empty status behind, which would overwrite the server's.
                document.pop("status", None)
                yield document


def _apply(manifests: Manifests, crd: dict[str, Any]) -> None:
    try:
        manifests.apply([crd])
    except ApplyError as error:
        if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        # The 1.20.2 of the archive takes the default "" for null and refuses it.
        _drop_empty_defaults(crd)
        manifests.apply([crd])


def _drop_empty_defaults(node: object) -> None:
    if isinstance(node, dict):
        if node.get("default") == "":
            del node["default"]
        for child in node.values():
            _drop_empty_defaults(child)
    elif isinstance(node, list):
        for child in node:
            _drop_empty_defaults(child)


def _wait_until_served(api: Api, spec: dict[str, Any], version: str, deadline: float) -> None:
    while not _is_served(api, spec["group"], version, spec["names"]["plural"]):
        if time.monotonic() > deadline:
            raise NotServedError(f"{spec['names']['plural']} were not served within {_SERVED_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)


def _is_served(api: Api, group: str, version: str, plural: str) -> bool:
    """Ask both levels of discovery and for the objects: three controllers of the server, each at its own pace."""
    group_version = f"{group}/{version}"
    groups = api.request("GET", "/apis").body["groups"]
    resources = api.request("GET", f"/apis/{group_version}")
    return (
        any(entry["groupVersion"] == group_version for found in groups for entry in found["versions"])
        and resources.status == HTTPStatus.OK
        and any(resource["name"] == plural for resource in resources.body["resources"])
        and api.request("GET", f"/apis/{group_version}/{plural}?limit=1").status == HTTPStatus.OK
    )
