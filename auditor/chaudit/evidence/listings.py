"""Snapshots from `kubectl get -o json|yaml`: a file, a folder of files, or what came in on standard input.

Such a dump cannot tell "there are none" from "nobody asked", so a kind without an object in it is a failed reading,
unless the dump holds an empty list of that very kind (`kubectl get --raw`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from chaudit.errors import SnapshotError
from chaudit.evidence.archive import read_file
from chaudit.evidence.decoding import UNDECODABLE, ListDecoder
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import KUBE_SYSTEM, Cluster, Namespace, Snapshot, cluster_uid
from chaudit.evidence.source import Source
from chaudit.text import reason_of

_SUFFIXES = (".json", ".yaml", ".yml", ".json.gz", ".yaml.gz", ".yml.gz")


class _Document(msgspec.Struct, rename="camel"):
    api_version: str
    kind: str
    items: list[msgspec.Raw] | None = None


class _Item(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""


class _Loader(yaml.CSafeLoader):
    """YAML as JSON would have it: a time stays the text that it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class Listing(msgspec.Struct):
    """Objects by (apiVersion, kind), as bytes; a kind is present as soon as a list of it was seen, even empty."""

    objects: dict[tuple[str, str], list[msgspec.Raw]] = msgspec.field(default_factory=lambda: defaultdict(list))

    def add(self, content: bytes, name: str) -> None:
        """Take in one file's content; `name` is the file's, for messages.

        Raises:
            SnapshotError: it is neither JSON nor YAML, or not made of Kubernetes objects.
        """
        for body in _documents(content, name):
            try:
                document = msgspec.json.decode(body, type=_Document)
                self._take(document, body)
            except UNDECODABLE as error:
                wanted = "give what `kubectl get -o json|yaml` or `chaudit collect` writes"
                raise SnapshotError(f"{name}: not a Kubernetes object or list: {error}; {wanted}") from error

    def _take(self, document: _Document, body: bytes) -> None:
        if not document.kind.endswith("List"):
            self.objects[document.api_version, document.kind].append(msgspec.Raw(body))
            return
        of = (document.api_version, document.kind.removesuffix("List"))
        if of != ("v1", ""):
            self.objects[of].extend(())
        for item in document.items or ():
            own = msgspec.json.decode(item, type=_Item)
            self.objects[own.api_version or of[0], own.kind or of[1]].append(item)


def load(contents: Iterable[tuple[str, bytes]], sources: Iterable[Source[Any]]) -> Snapshot:
    """Return a snapshot of the given (name, content) pairs.

    Raises:
        SnapshotError: one of them is unusable, or there is none.
    """
    listing = Listing()
    for name, content in contents:
        listing.add(content, name)
    if not listing.objects:
        raise SnapshotError("the snapshot holds no Kubernetes objects")
    now = datetime.now(UTC)
    wanted = {source.name: source for source in (KUBE_SYSTEM, *sources)}
    readings = {name: _reading(source, listing, now) for name, source in wanted.items()}
    identity: Reading[Namespace] = readings[KUBE_SYSTEM.name]
    return Snapshot(Cluster(uid=cluster_uid(identity)), readings, now, now)


def files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a file, or of all JSON and YAML files below a folder.

    Raises:
        SnapshotError: a file cannot be read, or the folder has none.
    """
    if not path.is_dir():
        yield str(path), read_file(path)
        return
    found = sorted(child for child in path.rglob("*") if child.is_file() and child.name.endswith(_SUFFIXES))
    if not found:
        raise SnapshotError(f"{path}: no JSON or YAML files in this folder")
    for child in found:
        yield str(child), read_file(child)


def _documents(content: bytes, name: str) -> Iterator[bytes]:
    if content.lstrip()[:1] in {b"{", b"["}:
        yield content
        return
    try:
        for document in yaml.load_all(content, _Loader):
            if document is not None:
                yield msgspec.json.encode(document)
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        raise SnapshotError(f"{name}: neither JSON nor YAML: {reason_of(error)}") from error


def _reading(source: Source[Any], listing: Listing, now: datetime) -> Reading[Any]:
    present = [resource for resource in source.served_as if _key(resource) in listing.objects]
    served = next((one for one in present if listing.objects[_key(one)]), present[0] if present else None)
    if served is None:
        reason = f"{source.name}: no {source.served_as[0]} in the snapshot: none, or not asked for"
        return Reading(source.name, State.FAILED, reason=reason)
    decoded = ListDecoder(source.record).objects(listing.objects[_key(served)])
    wanted = {(only.namespace, only.name) for only in source.only}
    return Reading(
        source=source.name,
        state=State.LOADED,
        objects=tuple(record for record in decoded.records if not wanted or (record.namespace, record.name) in wanted),
        rejected=decoded.rejected,
        resource=served,
        read_at=now,
    )


def _key(resource: Resource) -> tuple[str, str]:
    return resource.api_version, resource.kind
