"""OSCAL assessment results: what was observed, and what follows for the controls of NIST SP 800-53.

A control is satisfied as far as chaudit's rules look at it, and only where all of them could be judged and none
failed: waived is not satisfied either, since it is for the authorising official to accept a risk. Rules without
such a control are observations only. The same report always gives the same document, UUIDs included.

The model: https://pages.nist.gov/OSCAL/learn/concepts/layer/assessment/assessment-results/.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from chaudit import Finding, Outcome, Report, RuleSummary, paragraphs, printable
from chaudit_reports.words import said_of

_VERSION = "1.1.3"
_NIST = "nist"
_NAMESPACE = "https://github.com/chaudit/chaudit/ns/oscal"
_CONTROL = re.compile(r"([A-Z]{2}-\d+)(?:\((\d+)\))?")
_NO_CONTROLS = {"description": "None of the rules is about a control of NIST SP 800-53.", "include-all": {}}
_REASONS: Mapping[Outcome, str] = {Outcome.FAILED: "fail", Outcome.WAIVED: "fail", Outcome.UNKNOWN: "other"}


def render(report: Report) -> str:
    """Return the assessment results as JSON."""
    identity = uuid5(NAMESPACE_URL, f"{_NAMESPACE}/{report.cluster.uid}/{report.scan.finished.isoformat()}")
    document = {"assessment-results": _assessment_results(report, identity)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _assessment_results(report: Report, identity: UUID) -> Mapping[str, Any]:
    return {
        "uuid": str(identity),
        "metadata": {
            "title": f"chaudit assessment of cluster {report.cluster.uid or 'unknown'}",
            "last-modified": report.scan.finished,
            "version": report.tool.version,
            "oscal-version": _VERSION,
        },
        "import-ap": {"href": "#", "remarks": "There is no assessment plan: the rules of chaudit were judged."},
        "results": [_result(report, identity)],
    }


def _result(report: Report, identity: UUID) -> Mapping[str, Any]:
    findings: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        findings[finding.rule].append(finding)
    controls = _controls(report.rules)
    observations = [_observation(report, rule, findings[rule.id], identity) for rule in report.rules]
    selected = {"include-controls": [{"control-id": control} for control in controls]} if controls else _NO_CONTROLS
    result: dict[str, Any] = {
        "uuid": str(uuid5(identity, "result")),
        "title": "Network edge of the cluster",
        "description": report.verdict.summary if not report.error else printable(f"Nothing was judged: {report.error}"),
        "start": report.scan.started,
        "end": report.scan.finished,
        "reviewed-controls": {"control-selections": [selected]},
    }
    if observations and not report.error:
        result["observations"] = observations
    if controls and not report.error:
        judged = {control: [one for rule in rules for one in findings[rule]] for control, rules in controls.items()}
        result["findings"] = [
            _finding(control, rules, judged[control], identity) for control, rules in controls.items()
        ]
    return result


def _controls(rules: Sequence[RuleSummary]) -> Mapping[str, Sequence[str]]:
    """Return the rules that look at each control, by the control's id in OSCAL's catalogue: SC-7(5) is sc-7.5."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for controls in rule.controls:
            if controls.framework.name == _NIST:
                for control in filter(None, map(_CONTROL.fullmatch, controls.ids)):
                    found[".".join(filter(None, (control[1].lower(), control[2])))].append(rule.id)
    return dict(sorted(found.items()))


def _observation(report: Report, rule: RuleSummary, findings: Sequence[Finding], identity: UUID) -> Mapping[str, Any]:
    counts = {outcome: sum(one.outcome is outcome for one in findings) for outcome in Outcome}
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) or "nothing to judge"
    return {
        "uuid": str(uuid5(identity, rule.id)),
        "title": f"{rule.id}: {rule.title}",
        "description": "\n\n".join(paragraphs(rule.rationale)),
        "props": [{"name": "rule-id", "ns": _NAMESPACE, "value": rule.id}],
        "methods": ["TEST"],
        "collected": report.scan.finished,
        "remarks": "\n".join([told, *_broken(findings)]),
    }


def _broken(findings: Sequence[Finding]) -> Iterator[str]:
    for one in findings:
        if one.outcome in _REASONS:
            yield printable(f"{one.outcome}: {one.subject}: {'; '.join(said_of(one))}")


def _finding(control: str, rules: Sequence[str], judged: Sequence[Finding], identity: UUID) -> Mapping[str, Any]:
    worst = next((outcome for outcome in Outcome if any(one.outcome is outcome for one in judged)), Outcome.UNKNOWN)
    reason = _REASONS.get(worst, "pass" if worst is Outcome.PASSED else "other")
    is_satisfied = reason == "pass"
    return {
        "uuid": str(uuid5(identity, control)),
        "title": f"Control {control}",
        "description": f"As far as {', '.join(rules)} look at it.",
        "target": {
            "type": "objective-id",
            "target-id": control,
            "status": {"state": "satisfied" if is_satisfied else "not-satisfied", "reason": reason},
        },
        "related-observations": [{"observation-uuid": str(uuid5(identity, rule))} for rule in rules],
    }
