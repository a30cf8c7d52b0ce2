"""What came back from a source: its objects, or why there are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from chaudit.errors import CannotTellError
from chaudit.evidence.source import Resource
from chaudit.objects import KubernetesObject, Subject

R_co = TypeVar("R_co", bound=KubernetesObject, covariant=True)


class State(StrEnum):
    """Forbidden, not installed and truly empty are different facts; an empty list is `loaded`."""

    LOADED = "loaded"
    ABSENT = "absent"
    DENIED = "denied"
    FAILED = "failed"


class Rejected(msgspec.Struct, frozen=True):
    """An object that does not have the shape of its kind, and why."""

    subject: Subject
    reason: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[R_co]):
    """The outcome of reading one source, with its provenance.

    `objects` hold what was decoded, `reason` says why a reading is not loaded, `resource` which of the source's
    API versions was read, `read_at` when the list was begun.
    """

    source: str
    state: State
    objects: tuple[R_co, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    reason: str = ""
    resource: Resource | None = None
    read_at: datetime | None = None

    @property
    def subject(self) -> Subject:
        """The reading as the subject of a finding, by the name of its source."""
        return Subject("Source", name=self.source)

    @property
    def records(self) -> Sequence[R_co]:
        """The objects; none where the API is absent.

        Raises:
            CannotTellError: the reading is denied or failed, so that an empty answer would be a guess.
        """
        if self.state in {State.DENIED, State.FAILED}:
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
        return self.state in {State.LOADED, State.ABSENT} and not self.rejected
