"""A scan after its evidence is in: from a snapshot to a report. Pure, so a snapshot gives the same report for ever."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from chaudit.engine import Evaluation, evaluate, probes_of
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.exhibits import Exhibit, exhibited
from chaudit.gate import Threshold, apply_waivers
from chaudit.intent.loading import IntentFile
from chaudit.report import Report, Scan, evidence_of, summaries_of
from chaudit.rules import Rule


def judge(
    snapshot: Snapshot,
    file: IntentFile,
    rules: Sequence[Rule[Any]],
    threshold: Threshold,
    exhibits: Sequence[Exhibit[Any]] = (),
) -> Report:
    """Return the report on a snapshot; waivers are held against the day the evidence was taken.

    A probe that rules could have used and nobody asked for is shown as such.

    Raises:
        IntentError: the intent file's settings of a rule do not fit it.
    """
    snapshot = snapshot.showing(probes_of(rules))
    facts = Evaluation(snapshot, file.intent)
    waived = apply_waivers(evaluate(facts, file, rules), file.intent.waivers, snapshot.finished.date())
    return Report(
        cluster=snapshot.cluster,
        scan=Scan(snapshot.started, snapshot.finished, file.sha256, file.under.profiles),
        verdict=threshold.judge(waived.findings),
        evidence=evidence_of(snapshot),
        findings=waived.findings,
        rules=summaries_of(rules),
        warnings=(*file.under.warnings, *waived.warnings),
        exhibits=tuple(exhibited(exhibit, facts) for exhibit in exhibits),
    )


def unavailable(cluster: Cluster, error: str, file: IntentFile, threshold: Threshold, started: datetime) -> Report:
    """Return the report on a cluster that could not be looked at: no finding, and why."""
    return Report(
        cluster=cluster,
        scan=Scan(started, datetime.now(UTC), file.sha256, file.under.profiles),
        verdict=threshold.unavailable(),
        error=error,
    )
