"""Finds the CustomResourceDefinitions of upstream projects, which the checkout does not hold, and their schemas."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Schema = Mapping[str, Any]
"""A part of an OpenAPI v3 schema, as definitions have it."""


@dataclass(frozen=True)
class Definition:
    """One definition: what it names, and the schema of each version that is served."""

    name: str
    path: Path
    group: str
    kind: str
    plural: str
    schemas: Mapping[str, Schema]


def definitions(folders: Iterable[Path]) -> Iterator[Definition]:
    """Yield the definitions in all files below these folders."""
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            yield from _of_file(path)


@cache
def _of_file(path: Path) -> tuple[Definition, ...]:
    with path.open("rb") as text:
        documents = list(yaml.load_all(text, yaml.CSafeLoader))
    return tuple(
        _definition(path, document) for document in documents if document["kind"] == "CustomResourceDefinition"
    )


def _definition(path: Path, document: Mapping[str, Any]) -> Definition:
    spec = document["spec"]
    return Definition(
        name=document["metadata"]["name"],
        path=path,
        group=spec["group"],
        kind=spec["names"]["kind"],
        plural=spec["names"]["plural"],
        schemas={
            version["name"]: version["schema"]["openAPIV3Schema"] for version in spec["versions"] if version["served"]
        },
    )
