"""Exhibits: what a report shows beside its findings, such as the networks of a cluster and who can reach what in it."""

from typing import Generic, TypeVar

import msgspec

from chaudit.engine import sources_below
from chaudit.errors import CannotTellError, DoesNotApplyError
from chaudit.evidence.input import Facts, Input
from chaudit.evidence.snapshot import KUBE_SYSTEM
from chaudit.text import plural

T = TypeVar("T")


class Shown(msgspec.Struct, Generic[T], frozen=True):
    """The value of an exhibit as far as evidence carries it; `gaps` say what may be missing from it."""

    value: T
    gaps: tuple[str, ...] = ()


class Exhibit(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """Something to show: an input made of msgspec structs, under the name that it has in the JSON report.

    An exhibit makes nothing be read: it shows what the evidence of the selected rules carries, and says what is
    missing. `type` is that of the value, for the published schema.
    """

    name: str
    title: str
    type: type[T]
    shows: Input[Shown[T]]


class Exhibited(msgspec.Struct, Generic[T], frozen=True, omit_defaults=True):
    """What became of an exhibit: its value, what is missing from it or why there is none, or why it does not apply."""

    name: str
    title: str
    unknown_because: tuple[str, ...] = ()
    note: str = ""
    value: T | None = None


def exhibited(exhibit: Exhibit[T], facts: Facts) -> Exhibited[T]:
    """Return an exhibit with its value; whatever it stands on and could not be read is told."""
    try:
        shown = facts.get(exhibit.shows)
    except CannotTellError as gap:
        return Exhibited(exhibit.name, exhibit.title, unknown_because=tuple(gap.reasons))
    except DoesNotApplyError as reason:
        return Exhibited(exhibit.name, exhibit.title, note=str(reason))
    gaps = dict.fromkeys((*shown.gaps, *_unread(exhibit, facts)))
    return Exhibited(exhibit.name, exhibit.title, unknown_because=tuple(gaps), value=shown.value)


def _unread(exhibit: Exhibit[T], facts: Facts) -> list[str]:
    readings = [facts.reading(source) for source in sources_below(exhibit.shows) if source is not KUBE_SYSTEM]
    gaps = [reading.reason for reading in readings if not (reading.is_loaded or reading.is_absent)]
    return gaps + [
        f"{reading.source}: {plural(len(reading.rejected), 'object')} malformed: {reading.rejected[0].subject}"
        for reading in readings
        if reading.rejected
    ]
