"""What views and rules ask for: an input names the inputs it needs and is resolved from the facts of an evaluation."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from chaudit.evidence.readable import Readable
    from chaudit.evidence.reading import Reading
    from chaudit.intent.model import Intent
    from chaudit.objects import Record

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_R = TypeVar("_R", bound="Record")


class Facts(Protocol):
    """What inputs are resolved from: the readings of one snapshot, the intent, and inputs resolved before."""

    @property
    def intent(self) -> "Intent":
        """What the cluster is meant to be."""

    def reading(self, readable: "Readable[_R]") -> "Reading[_R]":
        """Return what was read from a source or answered to a probe; its `unread` if nobody asked."""

    def readings(self) -> "Sequence[Reading[Any]]":
        """Return all readings in the order of their names."""

    def get(self, wanted: "Input[T]") -> T:
        """Resolve an input, at most once.

        Raises:
            CannotTellError: evidence it stands on is missing.
            DoesNotApplyError: the cluster does not have what it is about.
        """


class Input(ABC, Generic[T_co]):
    """Something a view or a rule can ask for; `needs` are the inputs it is computed from.

    Inputs form a graph without cycles; the engine walks it.
    """

    name: str
    needs: "tuple[Input[Any], ...]"

    @abstractmethod
    def resolve(self, facts: Facts) -> T_co:
        """Compute the value. Called once per evaluation, through `Facts.get`."""
