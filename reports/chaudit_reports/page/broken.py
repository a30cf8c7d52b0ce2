"""What failed, and what failed but was waived: by rule, worst first, every subject with all that was said of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chaudit import Finding, Severity, Violation, Waiver
from chaudit_reports.page.catalogue import Entry
from chaudit_reports.page.commands import Commands
from chaudit_reports.page.likeness import TOLD, Alike, alike
from chaudit_reports.page.subjects import Anchors, Mention
from chaudit_reports.words import Fact, facts_of, name_of

_DECLARED_BY = {"intent": "in the intent file", "profile": "by a profile"}

_SHOWN = 12
"""Statements of one rule that stand open; the rest is folded, with their number in sight."""

_TOLD = 200
"""Statements of one rule that are told at all; of the subjects of the rest only the names are."""

_TOLD_IN_ALL = 4_000
"""Statements on the page, shared out among the rules: a page that is too large to open tells nothing."""

_NAMED = 2_000
"""Subjects of one rule that are named without a statement; beyond that they are only counted."""

_INLINE = 120
"""Facts of so many letters stand beside their message; of more, the reader unfolds them."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One violation; `severity` is given where it is not that of the finding."""

    message: str
    severity: Severity | None
    facts: tuple[Fact, ...]

    @property
    def is_long(self) -> bool:
        """Whether the facts would bury the message."""
        return sum(len(value) for fact in self.facts for value in fact.values) > _INLINE


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of one subject, or the same of several; `severity` is given where it is not that of the group."""

    kind: str
    mentions: tuple[Mention, ...]
    severity: Severity | None
    breaches: tuple[Breach, ...]
    doubts: tuple[str, ...]
    note: str
    waiver: Waiver | None
    commands: tuple[str, ...]

    @property
    def is_of_many(self) -> bool:
        """Whether it holds for several subjects."""
        return len(self.mentions) > 1


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that does not hold, with its worst severity found, and whether operators declared that severity."""

    entry: Entry
    severity: Severity
    declared_by: str
    count: int
    shown: tuple[Statement, ...]
    folded: tuple[Statement, ...]
    named: tuple[Mention, ...]
    more: int


def broken_rules(
    findings: Iterable[Finding], entries: Mapping[str, Entry], anchors: Anchors, commands: Commands
) -> tuple[BrokenRule, ...]:
    """Return the rules of these findings, worst first, then by how many subjects break them."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    limit = max(_SHOWN, min(_TOLD, _TOLD_IN_ALL // max(len(by_rule), 1)))
    rules = [_rule(entries[rule_id], of_rule, limit, anchors, commands) for rule_id, of_rule in by_rule.items()]
    return tuple(sorted(rules, key=lambda rule: (rule.severity.rank, -rule.count, rule.entry.id)))


def _rule(entry: Entry, findings: Iterable[Finding], limit: int, anchors: Anchors, commands: Commands) -> BrokenRule:
    worst_first = sorted(findings, key=lambda finding: (finding.severity.rank, finding.subject))
    worst = worst_first[0]
    statements = alike(worst_first)
    told = tuple(_statement(one, worst.severity, anchors, commands) for one in statements[:limit])
    named = [finding for one in statements[limit:] for finding in one.findings]
    return BrokenRule(
        entry=entry,
        severity=worst.severity,
        declared_by=_DECLARED_BY.get(worst.severity_from, ""),
        count=len(worst_first),
        shown=told[:_SHOWN],
        folded=told[_SHOWN:],
        named=tuple(_mention(finding, anchors) for finding in named[:_NAMED]),
        more=len(named[_NAMED:]),
    )


def _statement(one: Alike, group: Severity, anchors: Anchors, commands: Commands) -> Statement:
    said = one.said
    return Statement(
        kind=said.subject.kind,
        mentions=tuple(_mention(finding, anchors) for finding in one.findings),
        severity=said.severity if said.severity is not group else None,
        breaches=tuple(_breach(violation, said.severity) for violation in said.violations),
        doubts=said.unknown_because,
        note=said.note,
        waiver=said.waiver,
        commands=commands.of(one.findings[0].subject),
    )


def _mention(finding: Finding, anchors: Anchors) -> Mention:
    return Mention(anchors.of(finding), name_of(finding.subject), finding.subject.namespace)


def _breach(violation: Violation, of_finding: Severity) -> Breach:
    own = violation.severity if violation.severity is not of_finding else None
    return Breach(violation.message, own, tuple(map(_shortened, facts_of(violation.evidence))))


def _shortened(fact: Fact) -> Fact:
    """Leave out what nobody would read; the JSON report has it."""
    more = len(fact.values) - TOLD
    return Fact(fact.key, (*fact.values[:TOLD], f"and {more:,} more")) if more > 1 else fact
