"""PolicyReport manifests (wgpolicyk8s.io/v1alpha2), for whoever wants findings in the cluster: chaudit applies none.

A ClusterPolicyReport is about what has no namespace, a PolicyReport about its own. Each comes in parts, since etcd
takes no object over 1.5 MiB. The kinds: https://github.com/kubernetes-sigs/wg-policy-prototypes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from chaudit import Finding, Outcome, Report, printable
from chaudit_reports.words import said_of

_API = "wgpolicyk8s.io/v1alpha2"
_RESULTS: Mapping[Outcome, str] = {
    Outcome.FAILED: "fail",
    Outcome.UNKNOWN: "error",
    Outcome.WAIVED: "skip",
    Outcome.PASSED: "pass",
    Outcome.NOT_APPLICABLE: "skip",
}
_COUNTED = ("pass", "fail", "warn", "error", "skip")
_IN_A_PART = 1000


def render(report: Report) -> str:
    """Return the manifests as YAML documents."""
    text: str = yaml.dump_all(_manifests(report), Dumper=yaml.CSafeDumper, sort_keys=False, width=120)
    return text


def _manifests(report: Report) -> Iterator[Mapping[str, Any]]:
    by_namespace: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_namespace[finding.subject.namespace].append(finding)
    for namespace, findings in sorted(by_namespace.items()):
        for part, start in enumerate(range(0, len(findings), _IN_A_PART)):
            yield _manifest(report, namespace, part, findings[start : start + _IN_A_PART])


def _manifest(report: Report, namespace: str, part: int, findings: Sequence[Finding]) -> Mapping[str, Any]:
    counts = Counter(_RESULTS[finding.outcome] for finding in findings)
    metadata = {"name": f"chaudit-{part}", "labels": {"app.kubernetes.io/managed-by": "chaudit"}}
    return {
        "apiVersion": _API,
        "kind": "PolicyReport" if namespace else "ClusterPolicyReport",
        "metadata": metadata | ({"namespace": namespace} if namespace else {}),
        "summary": {result: counts[result] for result in _COUNTED},
        "results": [_result(report, finding) for finding in findings],
    }


def _result(report: Report, finding: Finding) -> Mapping[str, Any]:
    subject = finding.subject
    properties = {"fingerprint": finding.fingerprint, "outcome": str(finding.outcome)}
    if subject.port:
        properties["port"] = printable(subject.port)
    if finding.standing:
        properties["standing"] = str(finding.standing)
    if finding.waiver:
        properties["waiver"] = printable(f"{finding.waiver.reason} ({finding.waiver.owner})")
    if finding.expired_waiver:
        properties["expired-waiver"] = str(finding.expired_waiver)
    about = {"kind": subject.kind, "namespace": subject.namespace, "name": subject.name}
    return {
        "policy": finding.rule,
        "message": printable("; ".join([finding.title, *said_of(finding)])),
        "category": finding.rule.partition("-")[0],
        "source": "chaudit",
        "severity": str(finding.severity),
        "result": _RESULTS[finding.outcome],
        "scored": finding.outcome in {Outcome.FAILED, Outcome.PASSED},
        "timestamp": {"seconds": int(report.scan.finished.timestamp()), "nanos": 0},
        "resources": [{key: printable(text) for key, text in about.items() if text}],
        "properties": properties,
    }
