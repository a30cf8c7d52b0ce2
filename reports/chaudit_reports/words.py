"""Words that formats share: how facts, times, API versions and subjects are written out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from chaudit import Evidence, Finding, Subject


class Fact(NamedTuple):
    """A fact a violation rests on: its key, and its values in order."""

    key: str
    values: tuple[str, ...]


def facts_of(evidence: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return evidence as facts: a list gives a value each, what is nested stays JSON."""
    return tuple(Fact(key, tuple(_values(value))) for key, value in evidence.items())


def at(moment: datetime) -> str:
    """Return a time in UTC to the second: `2026-03-01 12:00:00`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def api_of(reading: Evidence) -> str:
    """Return what was read, as RBAC names it, and in which version: `bgppeers.crd.projectcalico.org v1`."""
    resource = f"{reading.resource}.{reading.group}" if reading.group else reading.resource
    return f"{resource} {reading.version}".strip()


def said_of(finding: Finding) -> tuple[str, ...]:
    """Return what was said of a subject: what is broken, else why it could not be judged, else the note."""
    broken = tuple(violation.message for violation in finding.violations)
    return broken or finding.unknown_because or tuple(filter(None, [finding.note]))


def name_of(subject: Subject) -> str:
    """Return the subject without its kind and namespace: `name:80/TCP`."""
    port = f":{subject.port}" if subject.port else ""
    return f"{subject.name}{port}"


def _values(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield value
    elif isinstance(value, Sequence):
        for member in value:
            yield _text(member)
    else:
        yield _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
