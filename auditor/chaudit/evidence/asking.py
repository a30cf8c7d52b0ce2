"""How probes ask: not too many targets, not too fast, not for too long."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from threading import Lock
from typing import Any, Protocol, TypeVar

import msgspec

T = TypeVar("T")
A = TypeVar("A")

_MOST_AT_ONCE = 256


class ProbeError(Exception):
    """The probe itself could not work, so that it says nothing about any target."""


class TimeUpError(Exception):
    """The probe's time is up: nothing more is asked."""


class Limits(msgspec.Struct, frozen=True):
    """The bounds of one probe: seconds for one answer, questions per second, targets, seconds for all of them."""

    timeout_s: float = 3.0
    per_second: float = 50.0
    targets: int = 5000
    deadline_s: float = 120.0


class Writer(Protocol):
    """Objects of one kind in the cluster, made for a while: what it created is deleted at the end, whatever happens."""

    def create(self, name: str, spec: Mapping[str, Any]) -> None:
        """Create an object without a namespace, marked as chaudit's.

        Raises:
            ProbeError: the server refused, does not serve the kind, or has an object of this name.
        """

    def read(self, name: str) -> bytes:
        """Return an object as JSON.

        Raises:
            ProbeError: it could not be read.
        """

    def delete(self, name: str) -> None:
        """Delete an object, if it was created here. What cannot be deleted now is tried once more at the end."""


class Asking:
    """One run of a probe with its argument: `wait` before every question, or let `each` do so.

    `unasked` counts the targets that `each` could not ask in time. `writer` is only there for probes that say what they
    write, and were permitted to.
    """

    def __init__(self, argument: str = "", limits: Limits | None = None, writer: Writer | None = None) -> None:
        self.argument = argument
        self.writer = writer
        self.unasked = 0
        self._limits = limits or Limits()
        self._next_question = time.monotonic()
        self._end = self._next_question + self._limits.deadline_s
        self._turn = Lock()

    @property
    def timeout_s(self) -> float:
        """How long to wait for an answer to a question that is asked now; more than nothing."""
        return max(min(self._limits.timeout_s, self._end - time.monotonic()), 0.001)

    def wait(self) -> None:
        """Return when the next question may be asked.

        Raises:
            TimeUpError: that would be too late.
        """
        with self._turn:
            turn = max(self._next_question, time.monotonic())
            if turn >= self._end:
                raise TimeUpError
            self._next_question = turn + 1 / self._limits.per_second
        time.sleep(max(0.0, turn - time.monotonic()))

    def each(self, targets: Sequence[T], question: Callable[[T], A]) -> Generator[A, None, None]:
        """Yield the answers in the order of their targets, as far as there is time; many are asked at once.

        The function is called when the first question to its target may be asked, and waits before any further one.
        """
        at_once = min(ceil(self._limits.per_second * self._limits.timeout_s), _MOST_AT_ONCE)
        pool = ThreadPoolExecutor(at_once)
        try:
            for answer in [pool.submit(self._in_turn, question, target) for target in targets]:
                try:
                    yield answer.result()
                except TimeUpError:
                    self.unasked += 1
        finally:
            pool.shutdown(cancel_futures=True)

    def _in_turn(self, question: Callable[[T], A], target: T) -> A:
        self.wait()
        return question(target)
