"""What could not be judged and what does not apply: by reason, so that one denied list is told once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from chaudit import Finding, Severity
from chaudit_reports.page.catalogue import DECLARED_BY, Entry
from chaudit_reports.page.likeness import left_open
from chaudit_reports.page.readings import Row
from chaudit_reports.page.subjects import Anchors, Gathering, gather

_NAMED = 1000
"""Subjects of one rule that are named under one reason; beyond that they are only counted."""


class Affected(msgspec.Struct, frozen=True):
    """The subjects of one rule that a reason holds for, and whether operators declared its severity."""

    entry: Entry
    severity: Severity
    declared_by: str
    count: int
    gatherings: tuple[Gathering, ...]


class Reason(msgspec.Struct, frozen=True):
    """A reason, the reading it comes from where that is known, and the rules it holds for, worst first."""

    anchor: str
    text: str
    row: Row | None
    affected: tuple[Affected, ...]

    @property
    def count(self) -> int:
        """How many findings it explains."""
        return sum(affected.count for affected in self.affected)


def reasons_of(
    findings: Iterable[Finding],
    said: Callable[[Finding], Sequence[str]],
    entries: Mapping[str, Entry],
    rows: Sequence[Row],
    anchors: Anchors,
) -> tuple[Reason, ...]:
    """Return the reasons that findings give, those behind the worst and most findings first.

    A finding with several reasons is listed under each: it needs all of them settled. Reasons that differ in nothing
    but the name of the subject are one.
    """
    row_of = {row.reason: row for row in rows if row.reason}
    by_reason: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    said_as: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        for reason in said(finding):
            key = left_open(reason, finding.subject.name)
            by_reason[key][finding.rule].append(finding)
            said_as[key].add(reason)
    texts = {key: next(iter(said_as[key])) if len(said_as[key]) == 1 else key for key in by_reason}
    reasons = [
        Reason(anchors.of_reason(texts[key]), texts[key], row_of.get(texts[key]), _affected(by_rule, entries, anchors))
        for key, by_rule in by_reason.items()
    ]
    return tuple(sorted(reasons, key=lambda reason: (reason.affected[0].severity.rank, -reason.count, reason.text)))


def _affected(
    by_rule: Mapping[str, Sequence[Finding]], entries: Mapping[str, Entry], anchors: Anchors
) -> tuple[Affected, ...]:
    affected = [_of_rule(entries[rule_id], findings, anchors) for rule_id, findings in by_rule.items()]
    return tuple(sorted(affected, key=lambda one: (one.severity.rank, -one.count, one.entry.id)))


def _of_rule(entry: Entry, findings: Sequence[Finding], anchors: Anchors) -> Affected:
    worst = min(findings, key=lambda finding: finding.severity.rank)
    return Affected(
        entry=entry,
        severity=worst.severity,
        declared_by=DECLARED_BY.get(worst.severity_from, ""),
        count=len(findings),
        gatherings=gather(findings, anchors, _NAMED),
    )
