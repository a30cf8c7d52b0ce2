"""Reads Kubernetes objects from YAML and JSON files."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

_NOT_AS_GO_READS_THEM = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


class _Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: a time stays text, and so does a MAC address, which is no number to the base 60."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NOT_AS_GO_READS_THEM]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"),
    list("-+0123456789."),
)


def read_objects(paths: Iterable[Path]) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in these files, in order: one a document, and the items of every list.

    Raises:
        ValueError: A file is neither JSON nor YAML, or holds something that is no object.
    """
    for path in paths:
        for document in _documents(path):
            if not (isinstance(document, Mapping) and "kind" in document and "apiVersion" in document):
                raise ValueError(f"{path} holds something that is no Kubernetes object: {str(document)[:200]}")
            yield from _items(document)


def _documents(path: Path) -> Iterator[Any]:
    content = path.read_bytes()
    try:
        if path.suffix == ".json":
            yield msgspec.json.decode(content)
        else:
            yield from (document for document in yaml.load_all(content, _Loader) if document is not None)
    except (msgspec.DecodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path} is neither JSON nor YAML: {error}") from error


def _items(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a list with the type that a list of one kind leaves out, or the document itself."""
    kind = document["kind"]
    if not (kind.endswith("List") and "items" in document):
        yield document
        return
    of_list = {"apiVersion": document["apiVersion"], "kind": kind.removesuffix("List")}
    yield from ({**of_list, **item} for item in document["items"] or ())
