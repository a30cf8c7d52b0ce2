"""What the baseline has and the findings do not: what is fixed, what cannot be told any more, what was not judged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from chaudit import Former, Report, Severity, Standing
from chaudit_reports.page.catalogue import Entry
from chaudit_reports.page.subjects import Anchors, Gathering, gather

_NAMED = 1000
"""Subjects of one rule that are named; beyond that they are only counted."""


class FormerRule(msgspec.Struct, frozen=True):
    """A rule that failed for these subjects in the baseline, with the worst severity it had."""

    entry: Entry
    severity: Severity
    count: int
    gatherings: tuple[Gathering, ...]


class Group(msgspec.Struct, frozen=True):
    """Former failures of which the same can be said; `name` is also that of the filter's choice."""

    name: str
    title: str
    meaning: str
    count: int
    rules: tuple[FormerRule, ...]


class BaselinePage(msgspec.Struct, frozen=True):
    """The baseline: when its evidence was taken, how findings stand to it, and what is not among them."""

    taken: datetime
    standings: Mapping[Standing, int]
    fixed: Group
    lost: Group
    not_judged: tuple[str, ...]


def baseline_of(report: Report, entries: Mapping[str, Entry], anchors: Anchors) -> BaselinePage | None:
    """Return what is to be said of the baseline, None without one."""
    baseline = report.baseline
    if baseline is None:
        return None
    return BaselinePage(
        taken=baseline.taken,
        standings={standing: report.verdict.standings.get(standing, 0) for standing in Standing},
        fixed=Group(
            "fixed",
            "Fixed since the baseline",
            "Failed then, or was waived, and there is nothing of it any more.",
            len(baseline.fixed),
            _rules(baseline.fixed, entries, anchors),
        ),
        lost=Group(
            Standing.INCOMPARABLE,
            "Not seen any more",
            "In the baseline these failed or could not be judged; now what they are about could not be looked at.",
            len(baseline.incomparable),
            _rules(baseline.incomparable, entries, anchors),
        ),
        not_judged=baseline.not_judged,
    )


def _rules(former: Iterable[Former], entries: Mapping[str, Entry], anchors: Anchors) -> tuple[FormerRule, ...]:
    by_rule: dict[str, list[Former]] = defaultdict(list)
    for one in former:
        by_rule[one.rule].append(one)
    rules = [
        FormerRule(
            entry=entries[rule_id],
            severity=min((one.severity for one in found), key=lambda severity: severity.rank),
            count=len(found),
            gatherings=gather(found, anchors, _NAMED),
        )
        for rule_id, found in by_rule.items()
    ]
    return tuple(sorted(rules, key=lambda rule: (rule.severity.rank, -rule.count, rule.entry.id)))
