"""Findings on a terminal: by outcome, rule and what is said, the worst first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from rich.text import Text

from chaudit.cli.by_rule import STYLES, Told, put_group, put_heading, put_names
from chaudit.cli.console import Paper
from chaudit.finding import Finding, Outcome, Standing
from chaudit.gate.baseline import Baseline, Former
from chaudit.gate.verdict import NEVER
from chaudit.report import Report
from chaudit.severity import Severity


class Gated(Protocol):
    """A verdict with the thresholds that it was reached by."""

    @property
    def fail_on(self) -> str:
        """The least severity that matters, or `never`."""

    @property
    def families(self) -> Mapping[str, str]:
        """The same of single families of rules."""

    @property
    def is_gated(self) -> bool:
        """Whether anything could have mattered."""


def put_findings(paper: Paper, report: Report, *, verbose: bool) -> None:
    """Write what failed, what could not be judged and what was waived, and count what is below the threshold.

    What the baseline has, too, is only counted. With `verbose` everything is written, and all of it.
    """
    for title, outcome, chosen in _groups(report.findings):
        if not chosen or (outcome in {Outcome.PASSED, Outcome.NOT_APPLICABLE} and not verbose):
            continue
        told: list[Told] = []
        counted: list[Told] = []
        for one in chosen:
            is_told = verbose or one.outcome is Outcome.WAIVED or (not is_old(one) and reaches(one, report.verdict))
            (told if is_told else counted).append(Told(one, messages_of(one, outcome)))
        put_group(paper, title, STYLES[outcome], told, counted, verbose=verbose)


def messages_of(finding: Finding, outcome: Outcome) -> Sequence[str]:
    """Return what to say of a finding in the group of an outcome."""
    unknown = [f"not known: {reason}" if finding.violations else reason for reason in finding.unknown_because]
    if outcome is Outcome.UNKNOWN and finding.standing is not Standing.INCOMPARABLE:
        return unknown
    waived = [f"waived {finding.waiver}"] if finding.waiver else []
    waived += [f"was waived {finding.expired_waiver}"] if finding.expired_waiver else []
    violations = [violation.message for violation in finding.violations]
    return [*violations, *waived, *(unknown if finding.unknown_severity is None else ())] or [finding.note]


def put_former(paper: Paper, baseline: Baseline, *, verbose: bool) -> None:
    """Write what the baseline has and this report has not."""
    groups = (
        ("FIXED since the baseline", "green", baseline.fixed),
        ("NOT SEEN any more, though it failed in the baseline", "bold yellow", baseline.incomparable),
    )
    for title, style, former in groups:
        if former:
            paper.put()
            paper.put(Text(f"{title} ({len(former)})", style))
        by_rule: dict[str, list[Former]] = defaultdict(list)
        for one in former:
            by_rule[one.rule].append(one)
        for rule_id, gone in by_rule.items():
            put_heading(paper, gone[0].severity, rule_id, gone[0].title)
            put_names(paper, [f"{one.subject}" for one in gone], verbose=verbose)


def is_old(finding: Finding) -> bool:
    """Whether the baseline has it."""
    return finding.standing is Standing.UNCHANGED


def reaches(finding: Finding, verdict: Gated) -> bool:
    """Whether a finding is severe enough to matter; where nothing is, all are."""
    level = verdict.families.get(finding.family, verdict.fail_on)
    severity = finding.unknown_severity or finding.severity
    return not verdict.is_gated or (level != NEVER and severity.reaches(Severity(level)))


def _groups(findings: Sequence[Finding]) -> Iterator[tuple[str, Outcome, list[Finding]]]:
    """Yield what belongs together, the worst first within it. Something may be known of a thing and something not."""
    ranked = sorted(findings, key=lambda finding: finding.severity.rank)  # they come by rule and subject
    failed = [one for one in ranked if one.outcome is Outcome.FAILED]
    unknown = [one for one in ranked if one.outcome is Outcome.UNKNOWN or one.unknown_severity]
    new = [one for one in failed if one.standing in {None, Standing.NEW}]
    yield "FAILED and new" if any(one.standing for one in failed) else "FAILED", Outcome.FAILED, new
    incomparable = [one for one in failed if one.standing is Standing.INCOMPARABLE]
    yield "FAILED, and may be new or not", Outcome.UNKNOWN, incomparable
    yield "UNKNOWN", Outcome.UNKNOWN, unknown
    unchanged = [one for one in failed if one.standing is Standing.UNCHANGED]
    yield "FAILED as in the baseline", Outcome.WAIVED, unchanged
    for outcome in (Outcome.WAIVED, Outcome.PASSED, Outcome.NOT_APPLICABLE):
        yield outcome.upper(), outcome, [one for one in ranked if one.outcome is outcome]
