"""X-007 looks at whatever was read for the other rules, and makes nothing be read itself."""

from datetime import UTC, datetime

from chaudit import Cluster, Intent, KubernetesObject, Outcome, Reading, Snapshot, State, Subject
from chaudit.engine import Evaluation, evaluate, sources_of
from chaudit.evidence.snapshot import KUBE_SYSTEM
from chaudit.intent.loading import IntentFile
from chaudit_platform.evidence import all_evidence_was_read

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_reading_of_a_snapshot_is_a_subject() -> None:
    readings: tuple[Reading[KubernetesObject], ...] = (
        Reading("nodes", State.LOADED),
        Reading("pods", State.DENIED, reason="pods: grant list on pods"),
        Reading("ip-pools", State.ABSENT, reason="ip-pools: not served"),
    )
    snapshot = Snapshot(Cluster("uid"), {reading.source: reading for reading in readings}, NOW, NOW)

    findings = evaluate(Evaluation(snapshot, Intent()), IntentFile(), [all_evidence_was_read])

    assert [(finding.subject, finding.outcome, finding.unknown_because) for finding in findings] == [
        (Subject("Source", name="ip-pools"), Outcome.PASSED, ()),
        (Subject("Source", name="nodes"), Outcome.PASSED, ()),
        (Subject("Source", name="pods"), Outcome.UNKNOWN, ("pods: grant list on pods",)),
    ]


def test_it_makes_nothing_be_read_but_what_every_scan_reads() -> None:
    assert sources_of([all_evidence_was_read]) == (KUBE_SYSTEM,)
