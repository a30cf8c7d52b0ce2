"""The first screen: how it went, what failed, what is unknown and how to lift it, and how much was seen."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from chaudit import Outcome, Report, State
from chaudit_reports.page.broken import BrokenRule
from chaudit_reports.page.readings import Row
from chaudit_reports.page.reasons import Reason

_RULES_SHOWN = 10
_LIFTS_SHOWN = 6
_LEAST_SHARE = 0.012
"""So wide a part of the bar is drawn at least: one failure among ten thousand must not vanish."""

_VERB = re.compile(r"\bgrant (get|list) on\b")


class Segment(msgspec.Struct, frozen=True):
    """A part of the bar of outcomes, in thousandths of its width."""

    outcome: Outcome
    count: int
    start: float
    width: float


class Lift(msgspec.Struct, frozen=True):
    """What would let more be judged: a right to grant, a list to read again, an object to repair, or the bare reason.

    `what` is set in code; `count` says of how many findings this is known to be the reason.
    """

    verb: str
    what: str
    because: str
    count: int
    anchor: str


class Overview(msgspec.Struct, frozen=True):
    """All that the first screen shows."""

    segments: tuple[Segment, ...]
    failed: tuple[BrokenRule, ...]
    more_failed: int
    lifts: tuple[Lift, ...]
    more_lifts: int
    judged: int
    applicable: int
    objects: int
    states: Mapping[str, int]

    @property
    def has_denied(self) -> bool:
        """Whether a role would lift something."""
        return any(lift.verb.startswith("Grant") for lift in self.lifts)


def overview_of(
    report: Report, failed: Sequence[BrokenRule], unknown: Sequence[Reason], rows: Sequence[Row]
) -> Overview:
    """Return the first screen of a report."""
    counts = report.verdict.counts
    lifts = _lifts(unknown, rows)
    applicable = sum(counts.values()) - counts[Outcome.NOT_APPLICABLE]
    return Overview(
        segments=tuple(_segments(counts)),
        failed=tuple(failed[:_RULES_SHOWN]),
        more_failed=len(failed[_RULES_SHOWN:]),
        lifts=tuple(lifts[:_LIFTS_SHOWN]),
        more_lifts=len(lifts[_LIFTS_SHOWN:]),
        judged=applicable - counts[Outcome.UNKNOWN],
        applicable=applicable,
        objects=sum(row.objects for row in rows),
        states=Counter(row.state for row in rows),
    )


def _segments(counts: Mapping[Outcome, int]) -> list[Segment]:
    present = [(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]]
    total = sum(count for _, count in present)
    weights = [max(count / total, _LEAST_SHARE) for _, count in present]
    found, start = [], 0.0
    for (outcome, count), weight in zip(present, weights, strict=True):
        width = round(1000 * weight / sum(weights), 1)
        found.append(Segment(outcome, count, round(start, 1), width))
        start += width
    return found


def _lifts(unknown: Sequence[Reason], rows: Sequence[Row]) -> list[Lift]:
    """Return rights first, then reads, objects, and what else stands in the way of a verdict."""
    explained = {reason.text: reason for reason in unknown}
    gaps = [row for row in rows if row.is_gap]
    lifts = [_of_row(row, explained) for row in gaps if row.state != State.LOADED]
    lifts += [
        Lift("Repair", str(rejected.subject), rejected.reason, 0, row.anchor)
        for row in gaps
        for rejected in row.rejected
    ]
    told = {row.reason for row in gaps}
    lifts += [Lift("", "", reason.text, reason.count, reason.anchor) for reason in unknown if reason.text not in told]
    return lifts


def _of_row(row: Row, explained: Mapping[str, Reason]) -> Lift:
    count = explained[row.reason].count if row.reason in explained else 0
    if row.state == State.DENIED:
        found = _VERB.search(row.reason)
        return Lift(f"Grant {found[1] if found else 'list'} on", row.name, "", count, row.anchor)
    verb = "Read again" if row.targets is None else "Ask again"
    return Lift(verb, row.name, row.reason, count, row.anchor)
