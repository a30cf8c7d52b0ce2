"""The whole page, section by section."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from chaudit import ExitCode, Finding, Outcome, Report, Severity, Verdict
from chaudit_reports.page.baseline import BaselinePage, baseline_of
from chaudit_reports.page.broken import BrokenRule, broken_rules
from chaudit_reports.page.catalogue import Entry, entries_of
from chaudit_reports.page.cluster import ClusterPage, cluster_of
from chaudit_reports.page.commands import Commands
from chaudit_reports.page.frameworks import FrameworkTable, frameworks_of
from chaudit_reports.page.overview import Overview, overview_of
from chaudit_reports.page.passed import PassedRule, passed_rules
from chaudit_reports.page.readings import MEANINGS, Row, rows_of
from chaudit_reports.page.reasons import Reason, reasons_of
from chaudit_reports.page.subjects import Anchors


class Page(msgspec.Struct, frozen=True):
    """All that the template shows, in the order of the page; `expired` counts findings whose waiver has expired."""

    name: str
    duration: str
    tone: str
    headline: str
    terms: str
    overview: Overview
    baseline: BaselinePage | None
    cluster: ClusterPage
    failed: tuple[BrokenRule, ...]
    unknown: tuple[Reason, ...]
    waived: tuple[BrokenRule, ...]
    passed: tuple[PassedRule, ...]
    not_applicable: tuple[Reason, ...]
    expired: int
    rows: tuple[Row, ...]
    meanings: Mapping[str, str]
    entries: tuple[Entry, ...]
    frameworks: tuple[FrameworkTable, ...]

    @property
    def gaps(self) -> int:
        """How many sources were not read whole."""
        return sum(row.is_gap for row in self.rows)

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The sections that the page has: anchor and name."""
        judged = bool(self.overview.applicable)
        present = (
            ("verdict", "Verdict", True),
            *((anchor, name, True) for anchor, name in self.cluster.sections),
            ("failed", "Failed", judged),
            ("unknown", "Unknown", judged),
            ("baseline", "Baseline", self.baseline is not None),
            ("waived", "Waived", judged),
            ("passed", "Passed", judged),
            ("evidence", "Evidence", True),
            ("rules", "Rules", True),
            ("frameworks", "Frameworks", bool(self.frameworks)),
        )
        return tuple((anchor, name) for anchor, name, is_there in present if is_there)

    @property
    def families(self) -> tuple[str, ...]:
        """The families of the rules judged."""
        return tuple(dict.fromkeys(entry.family for entry in self.entries))


def page_of(report: Report) -> Page:
    """Return what the page says about a report."""
    entries, rows, anchors = entries_of(report), rows_of(report.evidence), Anchors()
    commands = Commands(report.evidence)
    by_outcome: dict[Outcome, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_outcome[finding.outcome].append(finding)
    states = {row.state for row in rows}
    failed = broken_rules(by_outcome[Outcome.FAILED], entries, anchors, commands)
    unknown = reasons_of(by_outcome[Outcome.UNKNOWN], _why_unknown, entries, rows, anchors)
    return Page(
        name=report.cluster.context or report.cluster.server or "Snapshot of a cluster without a name",
        duration=f"{(report.scan.finished - report.scan.started).total_seconds():.1f} s",
        tone=_tone(report.verdict),
        headline=report.verdict.summary,
        terms=_terms(report.verdict),
        baseline=baseline_of(report, entries, anchors),
        overview=overview_of(report, failed, unknown, rows),
        cluster=cluster_of(report, anchors),
        failed=failed,
        unknown=unknown,
        waived=broken_rules(by_outcome[Outcome.WAIVED], entries, anchors, commands),
        passed=passed_rules(by_outcome[Outcome.PASSED], entries, anchors),
        not_applicable=reasons_of(by_outcome[Outcome.NOT_APPLICABLE], _why_not, entries, rows, anchors),
        expired=sum(finding.expired_waiver is not None for finding in report.findings),
        rows=rows,
        meanings={state: meaning for state, meaning in MEANINGS.items() if state in states},
        entries=tuple(entries.values()),
        frameworks=frameworks_of(entries.values()),
    )


def _tone(verdict: Verdict) -> str:
    """Return the colour of the verdict: `good` only where nothing is left to do."""
    match verdict.exit_code:
        case ExitCode.FINDINGS | ExitCode.UNAVAILABLE:
            return "bad"
        case ExitCode.INCOMPLETE:
            return "open"
    return "calm" if verdict.counts[Outcome.FAILED] or verdict.counts[Outcome.UNKNOWN] else "good"


def _terms(verdict: Verdict) -> str:
    """Return in plain words what the verdict was measured against."""
    if verdict.exit_code is ExitCode.UNAVAILABLE:
        return "The cluster could not be reached, or it refused the credentials."
    if verdict.fail_on not in set(Severity):
        return "No finding was set to fail this scan."
    blocking = [severity for severity in Severity if severity.reaches(Severity(verdict.fail_on))]
    families = "".join(
        f", and of {family} {'none' if level not in set(Severity) else f'from {level}'}"
        for family, level in verdict.families.items()
    )
    unless = ", unless the baseline has them" if verdict.standings else ""
    failing = f"Findings of severity {' or '.join(blocking)}{families} fail this scan{unless}"
    if verdict.allow_unknown:
        return f"{failing}; subjects that could not be judged were set not to matter."
    return f"{failing}; subjects that could not be judged for rules this severe leave it incomplete."


def _why_unknown(finding: Finding) -> Sequence[str]:
    return finding.unknown_because


def _why_not(finding: Finding) -> Sequence[str]:
    return (finding.note,)
