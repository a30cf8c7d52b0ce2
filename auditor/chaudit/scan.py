"""A scan after its evidence is in: from a snapshot to a report. Pure, so a snapshot gives the same report for ever."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from chaudit.earlier import NamedReport
from chaudit.engine import Evaluation, evaluate, probes_of
from chaudit.evidence.labels import Labels
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.exhibits import Exhibit, exhibited
from chaudit.gate import Threshold
from chaudit.gate.baseline import Baseline, hold_against
from chaudit.gate.waivers import apply_waivers, mandatory_rules
from chaudit.intent.loading import IntentFile
from chaudit.report import Report, Scan, evidence_of, summaries_of
from chaudit.rules import Rule


def judge(
    snapshot: Snapshot,
    file: IntentFile,
    rules: Sequence[Rule[Any]],
    threshold: Threshold,
    exhibits: Sequence[Exhibit[Any]] = (),
    earlier: NamedReport | None = None,
) -> Report:
    """Return the report on a snapshot; waivers are held against the day the evidence was taken.

    A probe that rules could have used and nobody asked for is shown as such. With an earlier report, only what that
    does not have can fail.

    Raises:
        IntentError: the intent file's settings of a rule do not fit it.
        ReportError: the earlier report is of another cluster.
    """
    snapshot = snapshot.showing(probes_of(rules))
    facts = Evaluation(snapshot, file.intent)
    today = snapshot.finished.astimezone(UTC).date()
    waived = apply_waivers(evaluate(facts, file, rules), file, today, Labels(snapshot).of)
    report = Report(
        cluster=snapshot.cluster,
        scan=Scan(snapshot.started, snapshot.finished, file.sha256, file.under.profiles),
        verdict=threshold.judge(waived.findings, waived.stale),
        evidence=evidence_of(snapshot),
        findings=waived.findings,
        rules=summaries_of(rules),
        warnings=(*file.under.warnings, *waived.warnings),
        exhibits=tuple(exhibited(exhibit, facts) for exhibit in exhibits),
    )
    if not earlier:
        return report
    compared = hold_against(
        earlier.judged_of(snapshot.cluster), earlier.report.scan.started, report.judged, mandatory_rules(file, rules)
    )
    return replace(
        report,
        verdict=threshold.judge(compared.findings, waived.stale),
        findings=compared.findings,
        warnings=(*report.warnings, *_of_baseline(compared.baseline, snapshot.cluster)),
        baseline=compared.baseline,
    )


def _of_baseline(baseline: Baseline, cluster: Cluster) -> Iterator[str]:
    """Yield what could not be compared as a whole."""
    if not cluster.uid:
        yield "which cluster this is could not be read, so that nothing can be compared with the baseline"
    elif baseline.not_judged:
        yield f"not judged now, but for the baseline: {', '.join(baseline.not_judged)}"


def unavailable(cluster: Cluster, error: str, file: IntentFile, threshold: Threshold, started: datetime) -> Report:
    """Return the report on a cluster that could not be looked at: no finding, and why."""
    return Report(
        cluster=cluster,
        scan=Scan(started, datetime.now(UTC), file.sha256, file.under.profiles),
        verdict=threshold.unavailable(),
        error=error,
    )
