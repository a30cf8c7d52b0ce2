"""Snapshots as files (`chaudit.snapshot/v1`): one JSON document of readings, compressed if its name ends in `.gz`."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from chaudit.errors import SnapshotError
from chaudit.evidence.decoding import UNDECODABLE, ListDecoder
from chaudit.evidence.readable import Readable
from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.objects import Record
from chaudit.text import reason_of
from chaudit.version import VERSION

SCHEMA = "chaudit.snapshot/v1"


class _ArchivedReading(msgspec.Struct, frozen=True, omit_defaults=True):
    source: str
    state: State
    fields: str
    objects: list[msgspec.Raw] = []
    rejected: tuple[Rejected, ...] = ()
    reason: str = ""
    resource: Resource | None = None
    read_at: datetime | None = None
    targets: int | None = None


class _Archive(msgspec.Struct, frozen=True):
    schema: Literal["chaudit.snapshot/v1"]
    tool: str
    cluster: Cluster
    started: datetime
    finished: datetime
    readings: list[_ArchivedReading]


def is_archive(content: bytes) -> bool:
    """Whether the content is chaudit's own file rather than a list of Kubernetes objects."""
    return SCHEMA.encode() in content[:200]


def read_file(path: Path) -> bytes:
    """Return a file's content, decompressed where it is gzip.

    Raises:
        SnapshotError: it cannot be read or is cut short.
    """
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as error:
        raise SnapshotError(f"{path}: cannot be read: {reason_of(error)}") from error


def save(snapshot: Snapshot, readables: Iterable[Readable[Any]], path: Path) -> None:
    """Write a snapshot, with a mark for each source and probe of which fields were kept.

    Raises:
        SnapshotError: the file cannot be written.
    """
    encode = msgspec.json.Encoder().encode
    archive = _Archive(
        schema="chaudit.snapshot/v1",
        tool=VERSION,
        cluster=snapshot.cluster,
        started=snapshot.started,
        finished=snapshot.finished,
        readings=[
            _ArchivedReading(
                source=readable.name,
                state=(reading := snapshot.reading(readable)).state,
                fields=_fields(readable.record),
                objects=[msgspec.Raw(encode(record)) for record in reading.objects],
                rejected=reading.rejected,
                reason=reading.reason,
                resource=reading.resource,
                read_at=reading.read_at,
                targets=reading.targets,
            )
            for readable in sorted(readables, key=lambda readable: readable.name)
        ],
    )
    content = encode(archive)
    try:
        path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be written: {error.strerror}") from error


def load(content: bytes, name: str, readables: Iterable[Readable[Any]]) -> Snapshot:
    """Return the snapshot with these sources and probes decoded; `name` is the file's, for messages.

    Raises:
        SnapshotError: the content is damaged or of another schema.
    """
    try:
        archive = msgspec.json.decode(content, type=_Archive)
    except UNDECODABLE as error:
        raise SnapshotError(f"{name}: not a usable {SCHEMA} file: {error}") from error
    archived = {reading.source: reading for reading in archive.readings}
    return Snapshot(
        archive.cluster, dict(_readings(archived, archive.tool, readables)), archive.started, archive.finished
    )


def _readings(
    archived: Mapping[str, _ArchivedReading], tool: str, readables: Iterable[Readable[Any]]
) -> Iterable[tuple[str, Reading[Any]]]:
    for readable in readables:
        if (found := archived.get(readable.name)) is None:
            continue
        if found.fields != _fields(readable.record):
            reason = (
                f"{readable.name}: the snapshot was taken by chaudit {tool}, which kept other fields; collect again"
            )
            yield (
                readable.name,
                Reading(readable.name, State.FAILED, reason=reason, resource=found.resource, targets=found.targets),
            )
            continue
        decoded = ListDecoder(readable.record).objects(found.objects)
        yield (
            readable.name,
            Reading(
                source=readable.name,
                state=found.state,
                objects=decoded.records,
                rejected=found.rejected + decoded.rejected,
                reason=found.reason,
                resource=found.resource,
                read_at=found.read_at,
                targets=found.targets,
            ),
        )


def _fields(record: type[Record]) -> str:
    """Return a digest of the fields a record keeps: with another one, a field that is not there proves nothing."""
    schema = msgspec.json.encode(msgspec.json.schema(record), order="sorted")
    return hashlib.sha256(schema).hexdigest()[:16]
