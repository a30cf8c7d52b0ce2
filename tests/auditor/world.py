"""A tiny world for tests of the engine: one kind, one source, and snapshots made by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.evidence.source import Resource, Source
from chaudit.objects import KubernetesObject, ObjectMeta, Subject

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Thing(KubernetesObject, frozen=True, kw_only=True):
    """Something to judge."""

    size: int = 0


THINGS = Source("things", Thing, (Resource("example.org", "v1", "things", "Thing"),))
OTHERS = Source("others", Thing, (Resource("example.org", "v1", "others", "Other"),))


def thing(name: str, size: int = 0) -> Thing:
    return Thing(metadata=ObjectMeta(name=name), size=size)


def loaded(source: Source[Any], *objects: Thing, rejected: Sequence[str] = ()) -> Reading[Any]:
    return Reading(
        source.name,
        State.LOADED,
        tuple(objects),
        tuple(Rejected(Subject("Thing", name=name), "size is no number") for name in rejected),
    )


def unread(source: Source[Any], state: State) -> Reading[Any]:
    return Reading(source.name, state, reason=f"{source.name}: {state}")


def snapshot(*readings: Reading[Any]) -> Snapshot:
    return Snapshot(Cluster(uid="uid-1"), {reading.source: reading for reading in readings}, NOW, NOW)
