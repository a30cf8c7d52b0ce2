"""A tiny world for tests of the engine: one kind, one source, and snapshots made by hand."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from chaudit.errors import UsageError
from chaudit.evidence.asking import Asking
from chaudit.evidence.probe import Probe
from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.evidence.source import Source
from chaudit.evidence.view import view
from chaudit.objects import KubernetesObject, ObjectMeta, Record, Subject

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Thing(KubernetesObject, frozen=True, kw_only=True):
    """Something to judge."""

    size: int = 0


THINGS = Source("things", Thing, (Resource("example.org", "v1", "things", "Thing"),))
OTHERS = Source("others", Thing, (Resource("example.org", "v1", "others", "Other"),))


class Answer(Record, frozen=True):
    """What a thing answered."""

    name: str
    said: str = ""

    @property
    def subject(self) -> Subject:
        """The thing that was asked."""
        return Subject("Thing", name=self.name)


def _names(things: Sequence[Thing]) -> Sequence[str]:
    return [thing.name for thing in things]


def _echo(names: Sequence[str], asking: Asking) -> Iterable[Answer]:
    return asking.each(names, lambda name: Answer(name, f"{asking.argument}{name}"))


def _check(argument: str) -> None:
    if argument.isdigit():
        raise UsageError(f"{argument} is a number")


ECHO = Probe("echo", Answer, view(THINGS)(_names), _echo, "what things say", _check)
"""A probe that asks all things; they say what it was told, and their names."""


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
