"""The public interface is pinned: a name that plugins import does not come or go by accident."""

import chaudit


def test_the_public_api_is_what_plugins_may_import() -> None:
    expected = {
        "EVIDENCE",
        "INTENT",
        "KUBE_SYSTEM",
        "AnnotatedMeta",
        "CannotTellError",
        "ChauditError",
        "Cluster",
        "Controls",
        "DoesNotApplyError",
        "Evidence",
        "ExitCode",
        "Finding",
        "Framework",
        "Input",
        "Intent",
        "KubernetesObject",
        "NotApplicable",
        "ObjectMeta",
        "ObjectName",
        "Outcome",
        "Reading",
        "Record",
        "Rejected",
        "Report",
        "Reporter",
        "Resource",
        "Rule",
        "RuleSummary",
        "Scan",
        "Settings",
        "Severity",
        "Snapshot",
        "Source",
        "State",
        "Subject",
        "Unknown",
        "Verdict",
        "Verdicts",
        "View",
        "Violation",
        "Waiver",
        "hookimpl",
        "plural",
        "printable",
        "rule",
        "view",
    }

    assert expected == set(chaudit.__all__)
    assert all(hasattr(chaudit, name) for name in chaudit.__all__)
