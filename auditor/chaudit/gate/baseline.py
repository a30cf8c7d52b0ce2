"""The baseline: an earlier report against which only what is new fails a scan."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from chaudit.finding import Finding, Outcome, Standing
from chaudit.gate.comparison import Change, Judged, Kind, compare
from chaudit.objects import Subject
from chaudit.severity import Severity

_STANDINGS = {
    Kind.NEW: Standing.NEW,
    Kind.UNCHANGED: Standing.UNCHANGED,
    Kind.INCOMPARABLE: Standing.INCOMPARABLE,
}

_STANDING = frozenset({Outcome.FAILED, Outcome.UNKNOWN})
"""The outcomes that have a standing."""


class Former(msgspec.Struct, frozen=True):
    """A finding of the baseline that is not one of this report, or passed."""

    fingerprint: str
    rule: str
    title: str
    severity: Severity
    outcome: Outcome
    subject: Subject


class Baseline(msgspec.Struct, frozen=True):
    """The earlier report that findings were compared with, and what of it is not among them.

    `incomparable` are former failures of which nothing can be told now. `not_judged` are rules that only the baseline
    was judged by: nothing is said of them.
    """

    taken: datetime
    fixed: tuple[Former, ...] = ()
    incomparable: tuple[Former, ...] = ()
    not_judged: tuple[str, ...] = ()


class Compared(msgspec.Struct, frozen=True):
    """Findings with their standing, and the baseline that gave it to them."""

    findings: tuple[Finding, ...]
    baseline: Baseline


def hold_against(earlier: Judged, taken: datetime, now: Judged, mandatory: frozenset[str]) -> Compared:
    """Return what failed, and what could not be judged, with its standing; mandatory rules fail whether new or not."""
    changes = list(compare(earlier, now))
    baseline = Baseline(
        taken=taken,
        fixed=_former(change for change in changes if change.kind is Kind.FIXED),
        incomparable=_former(change for change in changes if change.kind is Kind.INCOMPARABLE and _is_former(change)),
        not_judged=tuple(sorted(earlier.rules - now.rules)),
    )
    return Compared(with_standing(changes, mandatory), baseline)


def with_standing(changes: Iterable[Change], mandatory: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """Return the findings of now, those that failed or are unknown with their standing, but for mandatory rules."""
    return tuple(_standing(change, mandatory) for change in changes if change.now)


def _standing(change: Change, mandatory: frozenset[str]) -> Finding:
    finding = change.finding
    if finding.outcome not in _STANDING or finding.rule in mandatory:
        return finding
    return msgspec.structs.replace(finding, standing=_STANDINGS[change.kind])


def _is_former(change: Change) -> bool:
    """Whether nothing of a finding is left that could have a standing."""
    return change.now is None or change.now.outcome not in _STANDING


def _former(changes: Iterable[Change]) -> tuple[Former, ...]:
    then: Sequence[Finding] = [change.then for change in changes if change.then]
    return tuple(
        Former(one.fingerprint, one.rule, one.title, one.severity, one.outcome, one.subject)
        for one in sorted(then, key=lambda finding: finding.sort_key)
    )
