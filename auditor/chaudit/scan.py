"""A scan after its evidence is in: from a snapshot to a report. Pure, so a snapshot gives the same report for ever."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from chaudit.earlier import EarlierReport
from chaudit.engine import Evaluation, evaluate, probes_of
from chaudit.evidence.labels import Labels
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.exhibits import Exhibit, exhibited
from chaudit.gate import Threshold
from chaudit.gate.baseline import Baseline, hold_against
from chaudit.gate.comparison import Judged
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
    earlier: EarlierReport | None = None,
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
    findings, baseline = waived.findings, None
    if earlier:
        judged = Judged(findings, frozenset(rule.id for rule in rules))
        compared = hold_against(
            earlier.judged_of(snapshot.cluster), earlier.report.scan.started, judged, mandatory_rules(file, rules)
        )
        findings, baseline = compared.findings, compared.baseline
    return Report(
        cluster=snapshot.cluster,
        scan=Scan(snapshot.started, snapshot.finished, file.sha256, file.under.profiles),
        verdict=threshold.judge(findings, waived.stale),
        evidence=evidence_of(snapshot),
        findings=findings,
        rules=summaries_of(rules),
        warnings=(*file.under.warnings, *waived.warnings, *_of_baseline(baseline, snapshot.cluster)),
        exhibits=tuple(exhibited(exhibit, facts) for exhibit in exhibits),
        baseline=baseline,
    )


def _of_baseline(baseline: Baseline | None, cluster: Cluster) -> Iterator[str]:
    """Yield what could not be compared as a whole."""
    if baseline and not cluster.uid:
        yield "which cluster this is could not be read, so that nothing can be compared with the baseline"
    elif baseline and baseline.not_judged:
        yield f"not judged now, but for the baseline: {', '.join(baseline.not_judged)}"


def unavailable(cluster: Cluster, error: str, file: IntentFile, threshold: Threshold, started: datetime) -> Report:
    """Return the report on a cluster that could not be looked at: no finding, and why."""
    return Report(
        cluster=cluster,
        scan=Scan(started, datetime.now(UTC), file.sha256, file.under.profiles),
        verdict=threshold.unavailable(),
        error=error,
    )
