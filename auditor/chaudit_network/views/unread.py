"""What could not be read, as subjects of their own: a gap in one kind must neither hide the others nor be hidden."""

from collections.abc import Iterator
from typing import Any

import msgspec

from chaudit import Reading, Subject


class Unread(msgspec.Struct, frozen=True):
    """A list that was denied or failed, or one object that is there but could not be understood."""

    subject: Subject
    reason: str

    @property
    def is_list(self) -> bool:
        """Whether it is a whole list."""
        return self.subject.kind == "Source"

    def __str__(self) -> str:
        """Return the reason with what it is about; that of a list or a probe names it itself."""
        return self.reason if self.subject.kind in {"Source", "Probe"} else f"{self.subject}: {self.reason}"


def unread(reading: Reading[Any]) -> Iterator[Unread]:
    """Yield what is missing from a reading: all of it, or its malformed objects. An absent API misses nothing."""
    if not reading.is_loaded and not reading.is_absent:
        yield Unread(reading.subject, reading.reason)
    for rejected in reading.rejected:
        yield Unread(rejected.subject, f"the object is malformed: {rejected.reason}")
