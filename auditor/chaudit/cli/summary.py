"""The terminal summary: what is broken, the worst first, then the verdict. What a cluster says is never markup."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.text import Text

from chaudit.cli.console import Paper, console
from chaudit.cli.findings import put_findings, put_former
from chaudit.evidence.reading import State
from chaudit.finding import Finding, Outcome, Standing
from chaudit.gate import ExitCode
from chaudit.report import Report
from chaudit.text import plural, printable

_MISSING = frozenset({State.DENIED, State.FAILED})


def print_summary(
    report: Report, files: Sequence[Path], accepting: Sequence[str], *, verbose: bool, quiet: bool, err: bool
) -> None:
    """Print the summary to standard output, or to standard error when that carries a report.

    `accepting` are the commands by which a finding that fails the scan could be waived.
    """
    paper = Paper(console(err=err))
    if not quiet:
        paper.put(_cluster(report))
        if not report.error:
            paper.put(_evidence(report), hanging=0)
        _put_gaps(paper, report, verbose=verbose)
        put_findings(paper, report, verbose=verbose)
        if report.baseline:
            put_former(paper, report.baseline, verbose=verbose)
        paper.put()
        for warning in report.warnings:
            paper.put(Text.assemble(("warning ", "yellow"), printable(warning)), hanging=8)
        for path in files:
            paper.put(Text.assemble(("report  ", "dim"), str(path)), hanging=8)
        for command in (*_next(report), *accepting):
            paper.put(Text.assemble(("next    ", "dim"), command), hanging=10)
    for line in _verdict(report) if paper.wraps else [Text(" ").join(_verdict(report))]:
        paper.put(line, hanging=0)


def _cluster(report: Report) -> Text:
    cluster = report.cluster
    parts = [
        f"context {cluster.context}" if cluster.context else "",
        f"Kubernetes {cluster.version}" if cluster.version else "",
        f"cluster {cluster.uid}" if cluster.uid else "cluster identity unknown",
    ]
    named = " · ".join(printable(part) for part in parts if part)
    return Text.assemble((printable(cluster.server or "snapshot"), "bold"), "  ", (named, "dim"))


def _evidence(report: Report) -> Text:
    states: dict[State, int] = defaultdict(int)
    for reading in report.evidence:
        states[reading.state] += 1
    objects = sum(reading.objects for reading in report.evidence)
    counted = ", ".join(f"{count} {state}" for state, count in states.items())
    return Text(f"{plural(objects, 'object')} from {plural(len(report.evidence), 'source')}: {counted}", "dim")


def _put_gaps(paper: Paper, report: Report, *, verbose: bool) -> None:
    """Name what was not seen: denied and failed always, absent and loaded only when asked."""
    for reading in report.evidence:
        if reading.state in _MISSING or verbose:
            style = "yellow" if reading.state in _MISSING else "dim"
            seen = reading.reason or f"{reading.source}: {plural(reading.objects, 'object')}"
            paper.put(Text.assemble((f"{reading.state:<8}", style), printable(seen)), 2, 10)
        for rejected in reading.rejected:
            paper.put(
                Text.assemble(("rejected", "yellow"), f" {rejected.subject}: {printable(rejected.reason)}"), 2, 11
            )


def _next(report: Report) -> Iterator[str]:
    """Yield the commands that lead on from here."""
    if report.verdict.exit_code is ExitCode.UNAVAILABLE:
        yield "kubectl version --request-timeout=5s: whether anything reaches the cluster from here"
    if any(reading.state is State.DENIED for reading in report.evidence):
        yield "chaudit rbac: the role to grant"
    if found := worst(report.findings, Outcome.FAILED) or worst(report.findings, Outcome.UNKNOWN):
        yield f"chaudit rules {found.rule}: why it matters, and what to do"


def worst(findings: Iterable[Finding], outcome: Outcome) -> Finding | None:
    """Return the worst finding of an outcome."""
    found = [finding for finding in findings if finding.outcome is outcome]
    return min(found, key=lambda finding: (_is_old(finding), finding.severity.rank, finding.sort_key), default=None)


def _is_old(finding: Finding) -> bool:
    return finding.standing is Standing.UNCHANGED


def _verdict(report: Report) -> Sequence[Text]:
    """Return the verdict, and what it stands on."""
    code = f"(exit code {int(report.verdict.exit_code)})"
    if report.error:
        return Text(f"Nothing was judged: {printable(report.error)}", "bold red"), Text(code)
    counts = " · ".join(f"{count:,} {outcome}" for outcome, count in report.verdict.counts.items() if count)
    style = {ExitCode.CLEAN: "bold green", ExitCode.FINDINGS: "bold red"}.get(report.verdict.exit_code, "bold yellow")
    return Text(report.verdict.summary, style), Text(f"{counts} {code}")
