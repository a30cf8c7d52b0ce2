"""SARIF 2.1.0 for live objects: what is broken, accepted or could not be judged, under addresses that stay the same.

An object's address is `k8s://CLUSTER-UID/NAMESPACE/KIND/NAME`. It is written relative to the base `CLUSTER`, since
consumers such as GitHub's code scanning take relative addresses only. What passed or does not apply is left out, and so
is what a baseline had and is fixed: code scanning closes an alert that is missing, and would open one that is `absent`.

Specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from chaudit import Finding, Outcome, Report, RuleSummary, Severity, Standing, State, Subject, paragraphs, printable
from chaudit_reports.words import said_of

_SHOWN = frozenset({Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAIVED})
_LEVELS: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES: Mapping[Severity, str] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""GitHub's `security-severity`: over 9.0 is critical, from 7.0 high, from 4.0 medium, below low."""

_BASELINE_STATES: Mapping[Standing, str] = {Standing.NEW: "new", Standing.UNCHANGED: "unchanged"}
"""What cannot be compared has no state (section 3.27.24)."""

_BASE = "CLUSTER"
_INFORMATION = "https://github.com/chaudit/chaudit"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_GAPS = frozenset({State.DENIED, State.FAILED, State.PARTIAL})


def render(report: Report) -> str:
    """Return the report as a SARIF log with one run."""
    indexes = {rule.id: index for index, rule in enumerate(report.rules)}
    shown = [finding for finding in report.findings if finding.outcome in _SHOWN]
    run = {
        "tool": {
            "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "informationUri": _INFORMATION,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "automationDetails": {"id": f"chaudit/{report.cluster.uid or 'unknown'}/"},
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_BASE: {"uri": f"k8s://{report.cluster.uid or 'unknown'}/"}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes) for finding in shown],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _rule(rule: RuleSummary) -> Mapping[str, Any]:
    why, how = "\n\n".join(paragraphs(rule.rationale)), " ".join(rule.remediation.split())
    references = "\n".join(f"- <{reference}>" for reference in rule.references)
    described: dict[str, Any] = {
        "id": rule.id,
        "name": _pascal(rule.title),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": why},
        "help": {
            "text": f"{why}\n\nHow to fix it: {how}",
            "markdown": f"{why}\n\n**How to fix it.** {how}\n\n{references}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", "network", *(one.framework.name for one in rule.controls)],
            "security-severity": _SCORES[rule.severity],
            "problem.severity": _LEVELS[rule.severity].replace("note", "recommendation"),
        },
    }
    link = next((reference for reference in rule.references if reference.startswith("https://")), None)
    return described | ({"helpUri": link} if link else {})


def _pascal(title: str) -> str:
    words = "".join(character if character.isascii() and character.isalnum() else " " for character in title).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def _invocation(report: Report) -> Mapping[str, Any]:
    """Return how the scan went; whatever was not read is told where consumers look for trouble of the tool itself."""
    gaps = [reading for reading in report.evidence if reading.reason and reading.state in _GAPS]
    notes = [{"level": "error", "message": {"text": printable(report.error)}}] if report.error else []
    notes += [{"level": "warning", "message": {"text": printable(reading.reason)}} for reading in gaps]
    notes += [{"level": "note", "message": {"text": printable(warning)}} for warning in report.warnings]
    return {
        "executionSuccessful": not report.error,
        "exitCode": int(report.verdict.exit_code),
        "exitCodeDescription": report.verdict.summary,
        "startTimeUtc": report.scan.started,
        "endTimeUtc": report.scan.finished,
        "toolExecutionNotifications": notes,
    }


def _result(finding: Finding, indexes: Mapping[str, int]) -> Mapping[str, Any]:
    is_unknown = finding.outcome is Outcome.UNKNOWN
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "kind": "open" if is_unknown else "fail",  # open: not enough information to decide (section 3.27.9)
        "level": "none" if is_unknown else _LEVELS[finding.severity],
        "message": {"text": f"{finding.subject}: {printable('; '.join(said_of(finding)))}"},
        "locations": [_location(finding.subject)],
        "fingerprints": {"chaudit/v1": finding.fingerprint},
        # GitHub's identity of an alert; it would otherwise be computed from lines of a file that there is none of.
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:1"},
        "properties": {"severity": finding.severity, "outcome": finding.outcome},
    }
    if finding.standing:
        found["properties"]["standing"] = finding.standing
        if state := _BASELINE_STATES.get(finding.standing):
            found["baselineState"] = state
    if finding.rule in indexes:
        found["ruleIndex"] = indexes[finding.rule]
    if finding.waiver:
        why = f"{finding.waiver.reason} ({finding.waiver.owner}, until {finding.waiver.expires})"
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": printable(why)}]
    return found


def _location(subject: Subject) -> Mapping[str, Any]:
    path = "/".join(
        quote(part, safe="") for part in (subject.namespace or "_cluster", subject.kind, subject.name or "_")
    )
    return {
        "physicalLocation": {"artifactLocation": {"uri": path, "uriBaseId": _BASE}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": str(subject), "kind": "resource"}],
    }
