"""Findings on a terminal: by outcome, rule and what is said, the worst first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from chaudit.cli.console import Paper
from chaudit.finding import Finding, Outcome, Standing
from chaudit.gate import Verdict
from chaudit.gate.baseline import Baseline, Former
from chaudit.gate.verdict import NEVER
from chaudit.report import Report
from chaudit.severity import Severity
from chaudit.text import printable

_THINGS = 3
"""Things that are said of a rule before the rest is only counted (`-v` says all)."""

_SUBJECTS = 3
"""Subjects of which one thing is said before the rest is only counted."""

_LINES = 3
"""Lines of a terminal that one thing may take."""

_ID = 12
"""Characters of a fingerprint that are shown: enough to tell millions of findings apart."""

_STYLES: Mapping[str, str] = {
    Outcome.FAILED: "bold red",
    Outcome.UNKNOWN: "bold yellow",
    Outcome.WAIVED: "cyan",
    Outcome.PASSED: "green",
    Outcome.NOT_APPLICABLE: "dim",
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.INFO: "dim",
}


def put_findings(paper: Paper, report: Report, *, verbose: bool) -> None:
    """Write what failed, what could not be judged and what was waived, and count what is below the threshold.

    With `verbose` everything is written, and all of it.
    """
    for title, outcome, chosen in _groups(report.findings):
        if not chosen or (outcome in {Outcome.PASSED, Outcome.NOT_APPLICABLE} and not verbose):
            continue
        told: list[Finding] = []
        counted: list[Finding] = []
        for one in chosen:
            is_told = verbose or outcome is Outcome.WAIVED or _reaches(one, report.verdict)
            (told if is_told else counted).append(one)
        below = f", {len(counted)} below the threshold" if counted else ""
        paper.put()
        paper.put(Text(f"{title} ({len(told)}{below})", _STYLES[outcome]))
        for of_rule in _by_rule(told):
            _put_rule(paper, of_rule, outcome, verbose=verbose)
        for of_rule in _by_rule(counted):
            first = of_rule[0]
            paper.put(_heading(first.severity, first.rule, first.title) + Text(f" ({len(of_rule)})", "dim"), 2, 21)


def _reaches(finding: Finding, verdict: Verdict) -> bool:
    """Whether a finding is severe enough to matter; where nothing is, all are."""
    level = verdict.families.get(finding.family, verdict.fail_on)
    severity = finding.unknown_severity or finding.severity
    return not verdict.is_gated or (level != NEVER and severity.reaches(Severity(level)))


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
            paper.put(_heading(gone[0].severity, rule_id, gone[0].title), 2, 21)
            names = [f"{one.subject}" for one in gone]
            paper.put(_some(names, None if verbose else _SUBJECTS), 4)


def _groups(findings: Sequence[Finding]) -> Iterator[tuple[str, Outcome, list[Finding]]]:
    """Yield what belongs together, the worst first within it. Something may be known of a thing and something not."""
    ranked = sorted(findings, key=lambda finding: (finding.severity.rank, finding.sort_key))
    failed = [one for one in ranked if one.outcome is Outcome.FAILED]
    unknown = [one for one in ranked if one.outcome is Outcome.UNKNOWN or one.unknown_severity]
    yield "FAILED", Outcome.FAILED, [one for one in failed if one.standing in {None, Standing.NEW}]
    incomparable = [one for one in failed if one.standing is Standing.INCOMPARABLE]
    yield "FAILED, and may be new or not", Outcome.UNKNOWN, incomparable
    yield "UNKNOWN", Outcome.UNKNOWN, unknown
    unchanged = [one for one in failed if one.standing is Standing.UNCHANGED]
    yield "FAILED as in the baseline", Outcome.WAIVED, unchanged
    for outcome in (Outcome.WAIVED, Outcome.PASSED, Outcome.NOT_APPLICABLE):
        yield outcome.upper(), outcome, [one for one in ranked if one.outcome is outcome]


def _by_rule(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.rule].append(finding)
    yield from found.values()


def _put_rule(paper: Paper, findings: Sequence[Finding], outcome: Outcome, *, verbose: bool) -> None:
    """Say each thing once, with the subjects it is said of: one denied list can make a thousand subjects unknown."""
    first = findings[0]
    paper.put(_heading(first.severity, first.rule, first.title), 2, 21)
    said: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        name = f"{finding.subject} [{finding.fingerprint[:_ID]}]"
        for message in _messages(finding, outcome):
            said[message].append(name)
    things = list(said.items())
    for message, names in things if verbose else things[:_THINGS]:
        named = _some(names, None if verbose else _SUBJECTS)
        if not message:
            paper.put(Text(named), 4)
        elif paper.is_wide_enough:
            paper.put(Text.assemble((named, "bold"), f"  {printable(message)}"), 4)
        else:
            paper.put(Text(named, "bold"), 4)
            paper.put(Text(printable(message)), 6, 6, None if verbose else _LINES)
    if not verbose and len(things) > _THINGS:
        paper.put(Text(f"and {len(things) - _THINGS} more: -v shows all", "dim"), 4)


def _heading(severity: Severity, rule_id: str, title: str) -> Text:
    return Text.assemble((f"{severity:<8} ", _STYLES[severity]), (f"{rule_id:<8}", "bold"), f"  {printable(title)}")


def _messages(finding: Finding, outcome: Outcome) -> Sequence[str]:
    """Return what to say of a finding in the group of an outcome."""
    unknown = [f"not known: {reason}" if finding.violations else reason for reason in finding.unknown_because]
    if outcome is Outcome.UNKNOWN and finding.standing is not Standing.INCOMPARABLE:
        return unknown
    waived = [f"waived {finding.waiver}"] if finding.waiver else []
    waived += [f"was waived {finding.expired_waiver}"] if finding.expired_waiver else []
    violations = [violation.message for violation in finding.violations]
    return [*waived, *violations, *(unknown if finding.unknown_severity is None else ())] or [finding.note]


def _some(names: Sequence[str], most: int | None) -> str:
    shown = names[:most]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
