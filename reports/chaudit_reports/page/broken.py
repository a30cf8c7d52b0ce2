"""What failed, and what failed but was waived: by rule, worst first, every subject with all that was said of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import msgspec

from chaudit import Finding, Severity, Standing, Violation, Waiver
from chaudit_reports.page.catalogue import DECLARED_BY, Entry
from chaudit_reports.page.commands import Commands
from chaudit_reports.page.likeness import TOLD, Alike, alike
from chaudit_reports.page.subjects import Anchors, Mention
from chaudit_reports.words import Fact, facts_of, name_of

_NEWEST_FIRST = (None, Standing.NEW, Standing.INCOMPARABLE, Standing.UNCHANGED)
_NOT_OLD = (Standing.NEW, Standing.INCOMPARABLE)

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


class Breach(msgspec.Struct, frozen=True):
    """One violation; `severity` is given where it is not that of the finding."""

    message: str
    severity: Severity | None
    facts: tuple[Fact, ...]

    @property
    def is_long(self) -> bool:
        """Whether the facts would bury the message."""
        return sum(len(value) for fact in self.facts for value in fact.values) > _INLINE


class Statement(msgspec.Struct, frozen=True):
    """What is said of one subject, or the same of several; `severity` is given where it is not that of the group.

    `standing` is given where there is a baseline; `expired` is the waiver that accepted it until it expired.
    """

    kind: str
    mentions: tuple[Mention, ...]
    severity: Severity | None
    breaches: tuple[Breach, ...]
    doubts: tuple[str, ...]
    note: str
    waiver: Waiver | None
    expired: Waiver | None
    standing: Standing | None
    commands: tuple[str, ...]

    @property
    def is_of_many(self) -> bool:
        """Whether it holds for several subjects."""
        return len(self.mentions) > 1


class Named(msgspec.Struct, frozen=True):
    """Subjects of one standing of which only the names are told, and how many `more` are only counted."""

    standing: Standing | None
    mentions: tuple[Mention, ...]
    more: int


class BrokenRule(msgspec.Struct, frozen=True):
    """A rule that does not hold, with its worst severity found, and whether operators declared that severity.

    `standings` counts its findings by standing, none without a baseline.
    """

    entry: Entry
    severity: Severity
    declared_by: str
    count: int
    standings: Mapping[Standing, int]
    shown: tuple[Statement, ...]
    folded: tuple[Statement, ...]
    named: tuple[Named, ...]

    @property
    def age(self) -> int:
        """Where it comes by what is newest of it."""
        return min((_NEWEST_FIRST.index(standing) for standing in self.standings), default=0)

    @property
    def news(self) -> Mapping[Standing, int]:
        """Its findings by standing, without those that the baseline has where there are others."""
        return {one: count for one, count in self.standings.items() if one in _NOT_OLD} or self.standings

    @property
    def untold(self) -> int:
        """How many subjects are told by name only, if at all."""
        return sum(len(one.mentions) + one.more for one in self.named)


def broken_rules(
    findings: Iterable[Finding], entries: Mapping[str, Entry], anchors: Anchors, commands: Commands
) -> tuple[BrokenRule, ...]:
    """Return the rules of these findings, what is new first, then the worst, then those with most subjects."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    limit = max(_SHOWN, min(_TOLD, _TOLD_IN_ALL // max(len(by_rule), 1)))
    rules = [_rule(entries[rule_id], of_rule, limit, anchors, commands) for rule_id, of_rule in by_rule.items()]
    return tuple(sorted(rules, key=lambda rule: (rule.age, rule.severity.rank, -rule.count, rule.entry.id)))


def _rule(entry: Entry, findings: Iterable[Finding], limit: int, anchors: Anchors, commands: Commands) -> BrokenRule:
    worst_first = sorted(findings, key=lambda finding: (_age(finding), finding.severity.rank, finding.subject))
    worst = min(worst_first, key=lambda finding: finding.severity.rank)
    statements = alike(worst_first)
    told = tuple(_statement(one, worst.severity, anchors, commands) for one in statements[:limit])
    counts = Counter(finding.standing for finding in worst_first)
    return BrokenRule(
        entry=entry,
        severity=worst.severity,
        declared_by=DECLARED_BY.get(worst.severity_from, ""),
        count=len(worst_first),
        standings={standing: counts[standing] for standing in Standing if counts[standing]},
        shown=told[:_SHOWN],
        folded=told[_SHOWN:],
        named=tuple(_named((finding for one in statements[limit:] for finding in one.findings), anchors)),
    )


def _age(finding: Finding) -> int:
    return _NEWEST_FIRST.index(finding.standing)


def _named(findings: Iterable[Finding], anchors: Anchors) -> Iterator[Named]:
    left = _NAMED
    for standing, alike_old in groupby(findings, key=lambda finding: finding.standing):
        all_of_them = list(alike_old)
        mentions = tuple(_mention(finding, anchors) for finding in all_of_them[:left])
        left -= len(mentions)
        yield Named(standing, mentions, len(all_of_them) - len(mentions))


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
        expired=said.expired_waiver,
        standing=said.standing,
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
