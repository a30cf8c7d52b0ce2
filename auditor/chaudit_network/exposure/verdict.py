"""What can be said of one class of sources at one way in, and how such statements add up."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Reach(StrEnum):
    """Whether sources get through: all, none, some of them or by some ways only, or nobody can tell."""

    OPEN = "open"
    CLOSED = "closed"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Verdict(msgspec.Struct, frozen=True):
    """A statement with its reasons, in the order in which a packet meets them."""

    verdict: Reach
    because: tuple[str, ...] = ()


def in_a_row(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what is left of sources that must pass one obstacle after another; what closes the way ends the story."""
    because: list[str] = []
    worst = Reach.OPEN
    for one in verdicts:
        if one.verdict is Reach.CLOSED:
            return one
        because += one.because
        if one.verdict is Reach.UNKNOWN or worst is Reach.OPEN:
            worst = one.verdict
    return Verdict(worst, tuple(dict.fromkeys(because)))


def either_way(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what holds for sources that may take any of several ways, such as to one of several backends."""
    given = list(dict.fromkeys(verdicts))
    reaches = {one.verdict for one in given}
    because = tuple(dict.fromkeys(reason for one in given for reason in one.because))
    if len(reaches) == 1:
        return Verdict(reaches.pop(), because)
    return Verdict(Reach.UNKNOWN if Reach.UNKNOWN in reaches else Reach.PARTIAL, because)
