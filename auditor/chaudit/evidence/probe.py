"""Evidence that is not in the API: a probe asks its targets, and nothing else, when the user wants it to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from chaudit.errors import DoesNotApplyError, UsageError
from chaudit.evidence.asking import Asking
from chaudit.evidence.input import Facts, Input
from chaudit.evidence.readable import Readable
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.resource import Resource
from chaudit.objects import Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def no_argument(argument: str) -> None:
    """Refuse any argument.

    Raises:
        UsageError: there is one.
    """
    if argument:
        raise UsageError("it takes no argument")


@dataclass(frozen=True, eq=False)
class Probe(Readable[R], Generic[T, R]):
    """Something to ask outside of the API; its answers are a reading like any other.

    `targets` say what to ask, from the cluster's objects and the intent, in a stable order, what matters most first;
    no more of them are taken than the limit allows. They are the bound as well: nothing else is ever contacted.

    `ask` yields the answers, through the `Asking` that paces it; a target that does not answer is an answer too, and
    `ProbeError` says that the probe itself cannot work. `check` refuses, with `UsageError`, an argument
    (`--probe NAME=ARGUMENT`) that cannot be meant; `help` is what the probe asks, in a line.

    A probe that has to create objects of the cluster names their kind in `writes` (API versions, best first). It is
    not asked unless the user permits it with `--allow-NAME`, and it writes through `asking.writer` alone.
    """

    targets: Input[Iterable[T]]
    ask: Callable[[Sequence[T], Asking], Iterable[R]]
    help: str
    check: Callable[[str], object] = no_argument
    writes: tuple[Resource, ...] = ()

    @property
    def option(self) -> str:
        """The option of the command line that makes it be asked."""
        return f"--allow-{self.name}" if self.writes else f"--probe {self.name}"

    @property
    def unread(self) -> Reading[R]:
        """An absent reading: that nobody asked is a fact, and no gap."""
        reason = f"not probed: {self.option} asks for it"
        return Reading(self.name, State.ABSENT, reason=reason, targets=0)

    def resolve(self, facts: Facts) -> Sequence[R]:
        """Return all answers.

        Raises:
            CannotTellError: they are not all there.
            DoesNotApplyError: nobody asked, or there was nobody to ask.
        """
        reading = facts.reading(self)
        if reading.is_absent:
            raise DoesNotApplyError(reading.reason)
        return reading.records
