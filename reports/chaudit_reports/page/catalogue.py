"""The rules that were judged: what each wants, why, and how its subjects fared."""

from collections import Counter, defaultdict
from collections.abc import Mapping

import msgspec

from chaudit import Controls, Outcome, Report, RuleSummary, Severity, paragraphs

DECLARED_BY = {"intent": "in the intent file", "profile": "by a profile"}
"""Who else than its rule can give a finding its severity, in words."""


class Reference(msgspec.Struct, frozen=True):
    """A source that a rule cites; `url` is empty where it is nothing that a browser should open."""

    text: str
    url: str


class Entry(msgspec.Struct, frozen=True):
    """A rule, and how many of its subjects had each outcome (only those that some had)."""

    id: str
    title: str
    severity: Severity
    rationale: tuple[str, ...]
    remediation: str
    references: tuple[Reference, ...]
    controls: tuple[Controls, ...]
    counts: Mapping[Outcome, int]

    @property
    def total(self) -> int:
        """How many findings the rule has, whatever their outcome."""
        return sum(self.counts.values())

    @property
    def family(self) -> str:
        """The letters before the dash."""
        return self.id.partition("-")[0]

    @property
    def worst(self) -> Outcome | None:
        """The worst outcome that some subject had; None where there was no subject."""
        return next(iter(self.counts), None)

    @property
    def anchor(self) -> str:
        """Where the rule is explained on the page."""
        return f"rule-{self.id}"


def entries_of(report: Report) -> Mapping[str, Entry]:
    """Return all rules of a report by id, those that only a finding names included."""
    summaries = {
        finding.rule: RuleSummary(finding.rule, finding.title, finding.severity, "", "", ())
        for finding in report.findings
    } | {rule.id: rule for rule in report.rules}
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for finding in report.findings:
        outcomes[finding.rule][finding.outcome] += 1
    return {rule_id: _entry(summaries[rule_id], outcomes[rule_id]) for rule_id in sorted(summaries)}


def _entry(rule: RuleSummary, outcomes: Mapping[Outcome, int]) -> Entry:
    return Entry(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        rationale=paragraphs(rule.rationale),
        remediation=rule.remediation,
        references=tuple(map(_reference, rule.references)),
        controls=rule.controls,
        counts={outcome: outcomes[outcome] for outcome in Outcome if outcome in outcomes},
    )


def _reference(text: str) -> Reference:
    return Reference(text, text if text.startswith(("https://", "http://")) else "")
