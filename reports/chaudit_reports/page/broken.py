"""What failed, and what failed but was waived: by rule, worst first, every subject with all that was said of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chaudit import Finding, Severity, Violation, Waiver
from chaudit_reports.page.catalogue import Entry
from chaudit_reports.page.subjects import Anchors
from chaudit_reports.words import Fact, facts_of, name_of

_SHOWN = 20
"""Subjects of one rule that stand open; the rest is folded, with their number in sight."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One violation; `severity` is given where it is not that of the finding."""

    message: str
    severity: Severity | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class BrokenSubject:
    """A subject and its violations; `severity` is given where it is not that of the group."""

    anchor: str
    kind: str
    namespace: str
    name: str
    severity: Severity | None
    breaches: tuple[Breach, ...]
    doubts: tuple[str, ...]
    note: str
    waiver: Waiver | None


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that does not hold, with its worst severity found."""

    entry: Entry
    severity: Severity
    shown: tuple[BrokenSubject, ...]
    folded: tuple[BrokenSubject, ...]

    @property
    def count(self) -> int:
        """How many subjects break the rule."""
        return len(self.shown) + len(self.folded)


def broken_rules(findings: Iterable[Finding], entries: Mapping[str, Entry], anchors: Anchors) -> tuple[BrokenRule, ...]:
    """Return the rules of these findings, worst first, then by how many subjects break them."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    rules = [_rule(entries[rule_id], of_rule, anchors) for rule_id, of_rule in by_rule.items()]
    return tuple(sorted(rules, key=lambda rule: (rule.severity.rank, -rule.count, rule.entry.id)))


def _rule(entry: Entry, findings: Iterable[Finding], anchors: Anchors) -> BrokenRule:
    worst_first = sorted(findings, key=lambda finding: (finding.severity.rank, finding.subject))
    severity = worst_first[0].severity
    subjects = tuple(_subject(finding, severity, anchors) for finding in worst_first)
    return BrokenRule(entry, severity, subjects[:_SHOWN], subjects[_SHOWN:])


def _subject(finding: Finding, group: Severity, anchors: Anchors) -> BrokenSubject:
    return BrokenSubject(
        anchor=anchors.of(finding),
        kind=finding.subject.kind,
        namespace=finding.subject.namespace,
        name=name_of(finding.subject),
        severity=finding.severity if finding.severity is not group else None,
        breaches=tuple(_breach(violation, finding.severity) for violation in finding.violations),
        doubts=finding.unknown_because,
        note=finding.note,
        waiver=finding.waiver,
    )


def _breach(violation: Violation, of_finding: Severity) -> Breach:
    own = violation.severity if violation.severity is not of_finding else None
    return Breach(violation.message, own, facts_of(violation.evidence))
