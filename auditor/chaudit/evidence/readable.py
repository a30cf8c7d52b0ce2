"""What evidence is read from, a source of the API or a probe, and the two ways in which to ask for it."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from chaudit.errors import CannotTellError
from chaudit.evidence.input import Facts, Input
from chaudit.evidence.reading import Reading
from chaudit.objects import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, eq=False)
class Readable(Input[Sequence[R]], Generic[R]):
    """What gives one reading, under its own name, of records of one type.

    Asked for as such, it hands over its records and refuses (`CannotTellError`) unless they are all there. A
    view that can make do with less asks for `.reading` and looks at its state.
    """

    name: str
    record: type[R]

    needs = ()

    @cached_property
    def reading(self) -> "ReadingOf[R]":
        """The reading itself as an input, whatever its state."""
        return ReadingOf(self)

    @property
    @abstractmethod
    def unread(self) -> Reading[R]:
        """The reading where nobody asked for one."""

    def resolve(self, facts: Facts) -> Sequence[R]:
        """Return all records.

        Raises:
            CannotTellError: they are not all there, or the reading is absent.
        """
        reading = facts.reading(self)
        if reading.is_absent:
            raise CannotTellError(reading.reason)
        return reading.records


class ReadingOf(Input[Reading[R]], Generic[R]):
    """A reading as an input, whatever its state, with the objects that were rejected."""

    def __init__(self, readable: Readable[R]) -> None:
        self.name = readable.name
        self.needs = (readable,)
        self._readable = readable

    def resolve(self, facts: Facts) -> Reading[R]:
        """Return the reading."""
        return facts.reading(self._readable)
