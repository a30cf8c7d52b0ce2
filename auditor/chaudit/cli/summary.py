"""The terminal summary: worst things first, then the verdict. Nothing that a cluster says is trusted as markup."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from chaudit.evidence.reading import State
from chaudit.finding import Finding, Outcome
from chaudit.report import Report
from chaudit.severity import Severity
from chaudit.text import plural, printable

_SHOWN = 5
"""Subjects listed under one message before the rest is only counted (`-v` lists all)."""

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


def print_summary(report: Report, files: Sequence[Path], *, verbose: bool, quiet: bool, err: bool) -> None:
    """Print the summary to standard output, or to standard error when that carries a report."""
    console = Console(stderr=err, highlight=False, soft_wrap=True)
    if not quiet:
        for line in _lines(report, files, verbose=verbose):
            console.print(line)
    console.print(_verdict(report))


def _lines(report: Report, files: Sequence[Path], *, verbose: bool) -> Iterator[Text]:
    yield _cluster(report)
    if not report.error:
        yield _evidence(report)
    yield from _gaps(report, verbose=verbose)
    for outcome in Outcome if verbose else (Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAIVED):
        yield from _findings(report, outcome, limit=None if verbose else _SHOWN)
    yield Text()
    for warning in report.warnings:
        yield Text.assemble(("warning ", "yellow"), printable(warning))
    for path in files:
        yield Text.assemble(("report  ", "dim"), str(path))
    worst = next((finding for finding in _worst_first(report.findings) if finding.outcome is Outcome.FAILED), None)
    if worst:
        yield Text.assemble(("next    ", "dim"), f"chaudit rules {worst.rule}")


def _cluster(report: Report) -> Text:
    cluster = report.cluster
    parts = [
        f"context {cluster.context}" if cluster.context else "",
        f"Kubernetes {cluster.version}" if cluster.version else "",
        f"cluster {cluster.uid}" if cluster.uid else "cluster identity unknown",
        f"profile {', '.join(report.scan.profiles)}" if report.scan.profiles else "",
    ]
    named = " · ".join(printable(part) for part in parts if part)
    return Text.assemble((printable(cluster.server or "snapshot"), "bold"), "  ", (named, "dim"))


def _evidence(report: Report) -> Text:
    sources = [reading for reading in report.evidence if reading.targets is None]
    counted = ", ".join(f"{count} {state}" for state, count in Counter(one.state for one in sources).items())
    objects = sum(reading.objects for reading in sources)
    text = Text(f"{plural(objects, 'object')} from {plural(len(sources), 'source')}: {counted}", "dim")
    for asked in report.evidence:
        if asked.targets is not None and asked.state is not State.ABSENT:
            text.append(f"; {asked.source} asked {plural(asked.targets, 'target')}: {asked.state}", "dim")
    return text


def _gaps(report: Report, *, verbose: bool) -> Iterator[Text]:
    """Name what was not seen: gaps always, absent and loaded only when asked."""
    for reading in report.evidence:
        is_gap = reading.state not in {State.LOADED, State.ABSENT}
        if is_gap or verbose:
            style = "yellow" if is_gap else "dim"
            seen = reading.reason or f"{reading.source}: {plural(reading.objects, 'object')}"
            yield Text.assemble("  ", (f"{reading.state:<7}", style), f" {printable(seen)}")
        for rejected in reading.rejected:
            yield Text.assemble("  ", ("rejected", "yellow"), f" {rejected.subject}: {printable(rejected.reason)}")


def _findings(report: Report, outcome: Outcome, limit: int | None) -> Iterator[Text]:
    chosen = [finding for finding in _worst_first(report.findings) if finding.outcome is outcome]
    if not chosen:
        return
    yield Text()
    yield Text(f"{outcome.upper()} ({len(chosen)})", _STYLES[outcome])
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in chosen:
        by_rule[finding.rule].append(finding)
    for rule_id, findings in by_rule.items():
        first = findings[0]
        severity = (f"{first.severity:<8}", _STYLES[first.severity])
        yield Text.assemble("  ", severity, " ", (rule_id, "bold"), f"  {printable(first.title)}")
        yield from _messages(findings, limit)


def _messages(findings: Sequence[Finding], limit: int | None) -> Iterator[Text]:
    """Say each thing once, with the subjects it is said of: one denied list can make a thousand subjects unknown."""
    said: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        violations = [violation.message for violation in finding.violations]
        waived = (
            [f"waived until {finding.waiver.expires} by {finding.waiver.owner}: {finding.waiver.reason}"]
            if finding.waiver
            else []
        )
        for message in [*waived, *violations, *finding.unknown_because] or [finding.note]:
            said[message].append(str(finding.subject))
    for message, subjects in said.items():
        shown = subjects[:limit]
        more = f" and {len(subjects) - len(shown)} more" if len(subjects) > len(shown) else ""
        yield Text.assemble("    ", (", ".join(shown) + more, "bold"), f"  {printable(message)}".rstrip())


def _verdict(report: Report) -> Text:
    counts = " · ".join(f"{count} {outcome}" for outcome, count in report.verdict.counts.items() if count)
    if report.error:
        return Text.assemble(
            (f"Nothing was judged: {printable(report.error)}", "bold red"), f" (exit code {report.verdict.exit_code})"
        )
    style = {0: "bold green", 1: "bold red"}.get(report.verdict.exit_code, "bold yellow")
    return Text.assemble((report.verdict.summary, style), f" {counts} (exit code {report.verdict.exit_code})")


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.severity.rank, finding.sort_key))
