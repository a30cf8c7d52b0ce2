"""Rule cases: YAML files of small clusters and of exactly what a rule says about them. Tests, and examples in the docs.

    - name: a node outside of the declared network fails
      intent: {networks: {cluster-host: {cidrs: [192.168.206.0/24]}}}
      objects:
        - {apiVersion: v1, kind: Node, metadata: {name: stray}, ...}
      denied: [pods]
      findings:
        - subject: Node stray
          outcome: failed
          violations: ["no IPv4 InternalIP in ..."]

Sources that the case does not mention are loaded and empty; `absent`, `denied` and `failed` name others. What probes
answered is given as `answers: {dns: [...]}`; a probe without answers was not asked, `partial` names those whose
answers are not all there, and `failed` may name probes too. The case holds when the rule's findings are exactly those
listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from chaudit.engine import Evaluation, evaluate, probes_of, sources_of
from chaudit.evidence.decoding import ListDecoder
from chaudit.evidence.probe import Probe
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.evidence.source import Source
from chaudit.finding import Finding, Outcome
from chaudit.intent.loading import IntentFile, decode
from chaudit.intent.model import Intent
from chaudit.rules import Rule
from chaudit.severity import Severity

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The time at which the cluster of a case is looked at."""


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a case expects of one subject; `severity` only where it is worth saying."""

    subject: str
    outcome: Outcome
    violations: list[str] = []
    unknown_because: list[str] = []
    note: str = ""
    severity: Severity | None = None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One small cluster, what it is meant to be, and what a rule finds."""

    name: str
    findings: list[Expected]
    intent: Mapping[str, Any] = {}
    objects: list[dict[str, Any]] = []
    absent: list[str] = []
    denied: list[str] = []
    failed: list[str] = []
    answers: Mapping[str, list[dict[str, Any]]] = {}
    partial: list[str] = []


def load_cases(path: Path) -> list[Case]:
    """Return the cases of one file, which is named after its rule: `NET-001.yaml`.

    Raises:
        msgspec.ValidationError: the file is not a list of cases.
    """
    return msgspec.convert(yaml.load(path.read_bytes(), yaml.CSafeLoader), list[Case])


def run_case(case: Case, rule: Rule[Any]) -> list[Expected]:
    """Return what the rule really finds, in the form in which the case says what it expects."""
    return judged(case, rule, scene(case, rule)[0])


def judged(case: Case, rule: Rule[Any], snapshot: Snapshot) -> list[Expected]:
    """Return what the rule finds in this snapshot under the intent of the case, in the form of the case."""
    file = intended(case)
    return [_said(finding, case.findings) for finding in evaluate(Evaluation(snapshot, file.intent), file, [rule])]


def intended(case: Case) -> IntentFile:
    """Return what the cluster of the case is meant to be.

    Raises:
        IntentError: the case's intent is none.
    """
    return IntentFile(decode(IntentFile(name="intent"), case.intent, Intent), "intent")


def scene(case: Case, *rules: Rule[Any]) -> tuple[Snapshot, IntentFile]:
    """Return the cluster of a case, as far as these rules look at it, and what it is meant to be."""
    read = (*_readings(case, sources_of(rules), probes_of(rules)), *answers(case, *rules))
    return Snapshot(Cluster(uid="case"), {reading.source: reading for reading in read}, NOW, NOW), intended(case)


def answers(case: Case, *rules: Rule[Any]) -> Iterator[Reading[Any]]:
    """Yield what the probes of these rules that the case speaks of have answered."""
    for probe in probes_of(rules):
        if probe.name in {*case.absent, *case.denied, *case.failed, *case.answers, *case.partial}:
            state = State.PARTIAL if probe.name in case.partial else _states(case).get(probe.name, State.LOADED)
            yield _answered(probe, state, case.answers.get(probe.name, ()))


def _states(case: Case) -> dict[str, State]:
    return {
        **dict.fromkeys(case.absent, State.ABSENT),
        **dict.fromkeys(case.denied, State.DENIED),
        **dict.fromkeys(case.failed, State.FAILED),
    }


def _readings(case: Case, sources: Sequence[Source[Any]], probes: Sequence[Probe[Any, Any]]) -> Iterator[Reading[Any]]:
    states = _states(case)
    named = {*states, *case.answers, *case.partial}
    if unread := named - {readable.name for readable in (*sources, *probes)}:
        raise ValueError(f"case {case.name!r} names what the rule does not read: {', '.join(sorted(unread))}")
    served = {(resource.api_version, resource.kind) for source in sources for resource in source.served_as}
    for obj in case.objects:
        if (obj.get("apiVersion"), obj.get("kind")) not in served:
            raise ValueError(f"case {case.name!r} has a {obj.get('kind')} that the rule does not read")
    for source in sources:
        state = states.get(source.name, State.LOADED)
        if state is State.LOADED:
            yield _loaded(source, case.objects)
        else:
            yield Reading(source.name, state, reason=f"{source.name}: {state}", read_at=NOW)


def _loaded(source: Source[Any], objects: Sequence[Mapping[str, Any]]) -> Reading[Any]:
    for resource in source.served_as:
        own = [obj for obj in objects if (obj["apiVersion"], obj["kind"]) == (resource.api_version, resource.kind)]
        if own:
            break
    decoded = ListDecoder(source.record).objects(map(msgspec.json.encode, own))
    return Reading(source.name, State.LOADED, decoded.records, decoded.rejected, resource=resource, read_at=NOW)


def _answered(probe: Probe[Any, Any], state: State, answers: Sequence[Mapping[str, Any]]) -> Reading[Any]:
    decoded = ListDecoder(probe.record).objects(map(msgspec.json.encode, answers))
    if decoded.rejected:
        raise ValueError(f"no answer of {probe.name}: {decoded.rejected[0].reason}")
    reason = "" if state is State.LOADED else f"{probe.name}: {state}"
    return Reading(probe.name, state, decoded.records, reason=reason, read_at=NOW, targets=len(answers))


def _said(finding: Finding, expected: Sequence[Expected]) -> Expected:
    """Leave out the severity where the case does not speak of it."""
    about = next((one for one in expected if one.subject == str(finding.subject)), None)
    return Expected(
        subject=str(finding.subject),
        outcome=finding.outcome,
        violations=[violation.message for violation in finding.violations],
        unknown_because=list(finding.unknown_because),
        note=finding.note,
        severity=finding.severity if about and about.severity else None,
    )
