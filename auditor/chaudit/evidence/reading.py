"""What came back from a source or a probe: its records, or why there are none."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from chaudit.errors import CannotTellError
from chaudit.evidence.resource import Resource
from chaudit.objects import KubernetesObject, Record, Subject

R_co = TypeVar("R_co", bound=Record, covariant=True)


class State(StrEnum):
    """Forbidden, not installed and truly empty are different facts; an empty list is `loaded`.

    A probe that nobody asked for is `absent`, and one that met its limits before it was done is `partial`.
    """

    LOADED = "loaded"
    PARTIAL = "partial"
    ABSENT = "absent"
    DENIED = "denied"
    FAILED = "failed"


class Rejected(msgspec.Struct, frozen=True):
    """An object that does not have the shape of its kind, and why."""

    subject: Subject
    reason: str


class Reading(msgspec.Struct, Generic[R_co], frozen=True):
    """The outcome of reading one source or asking one probe, with its provenance.

    `objects` hold what was decoded, those of the API by namespace and name in whatever order they came, so that one
    cluster gives one report. `reason` says why a reading is not loaded, `resource` which of the source's API versions
    was read, `read_at` when it was begun, `targets` how many a probe was to ask (None for a source).
    """

    source: str
    state: State
    objects: tuple[R_co, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    reason: str = ""
    resource: Resource | None = None
    read_at: datetime | None = None
    targets: int | None = None

    def __post_init__(self) -> None:
        """Put objects of the API in order."""
        if self.objects and isinstance(self.objects[0], KubernetesObject):
            msgspec.structs.force_setattr(self, "objects", tuple(sorted(self.objects, key=_place)))
        if self.rejected:
            rejected = sorted(self.rejected, key=lambda one: (one.subject, one.reason))
            msgspec.structs.force_setattr(self, "rejected", tuple(rejected))

    @property
    def subject(self) -> Subject:
        """The reading as the subject of a finding, by the name of its source or probe."""
        return Subject("Source" if self.targets is None else "Probe", name=self.source)

    @property
    def records(self) -> Sequence[R_co]:
        """The objects; none where the API is absent.

        Raises:
            CannotTellError: the reading is denied, failed or partial, so that what is not in it proves nothing.
        """
        if not (self.is_loaded or self.is_absent):
            raise CannotTellError(self.reason)
        return self.objects

    @property
    def complete_records(self) -> Sequence[R_co]:
        """The objects, for conclusions that one object left out would overturn.

        Raises:
            CannotTellError: as for `records`, or because an object was rejected.
        """
        if self.rejected:
            raise CannotTellError(f"{self.source}: {self.rejected[0].subject} is malformed: {self.rejected[0].reason}")
        return self.records

    @property
    def is_loaded(self) -> bool:
        """Whether the list was read to its end."""
        return self.state is State.LOADED

    @property
    def is_absent(self) -> bool:
        """Whether the cluster does not serve this API."""
        return self.state is State.ABSENT

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing: loaded or absent, and no object rejected."""
        return (self.is_loaded or self.is_absent) and not self.rejected


def _place(record: Any) -> tuple[str, str]:  # noqa: ANN401 - a KubernetesObject, as the first one is
    return record.metadata.namespace, record.metadata.name
