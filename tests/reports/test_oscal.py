"""OSCAL as the models of compliance-trestle, made from NIST's schema, accept it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace
from trestle.oscal.assessment_results import Model

from chaudit import Controls, Framework, Outcome, Report
from chaudit_reports.oscal import render
from reports.sample import clean_report, error_report, full_report

REPORTS = {"full": full_report, "clean": clean_report, "error": error_report}
NIST = Framework("nist", "NIST SP 800-53 Rev. 5", "https://csrc.nist.gov/")
OTHER = Framework("other", "Another", "https://example.org/")


def mapped(report: Report, *ids: str) -> Report:
    """Return the report with all its rules about these controls."""
    rules = tuple(replace(rule, controls=(Controls(NIST, ids), Controls(OTHER, ("SC-8",)))) for rule in report.rules)
    return replace(report, rules=rules)


def result_of(report: Report) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(render(report))["assessment-results"]["results"][0]
    return result


def status(report: Report) -> dict[str, str]:
    state: dict[str, str] = result_of(report)["findings"][0]["target"]["status"]
    return state


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("ids", [(), ("SC-7", "SC-7(5)")])
def test_the_document_is_valid(name: str, ids: tuple[str, ...]) -> None:
    document = json.loads(render(mapped(REPORTS[name](), *ids)))

    assert str(Model.model_validate(document).assessment_results.uuid) == document["assessment-results"]["uuid"]


def test_the_same_report_gives_the_same_document() -> None:
    assert render(mapped(full_report(), "SC-7")) == render(mapped(full_report(), "SC-7"))


def test_controls_bear_the_ids_of_the_catalogue_and_other_frameworks_none() -> None:
    findings = result_of(mapped(full_report(), "SC-7", "SC-7(5)", "AC-4"))["findings"]

    assert [finding["target"]["target-id"] for finding in findings] == ["ac-4", "sc-7", "sc-7.5"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.PASSED, {"state": "satisfied", "reason": "pass"}),
        (Outcome.FAILED, {"state": "not-satisfied", "reason": "fail"}),
        (Outcome.WAIVED, {"state": "not-satisfied", "reason": "fail"}),
        (Outcome.UNKNOWN, {"state": "not-satisfied", "reason": "other"}),
        (Outcome.NOT_APPLICABLE, {"state": "not-satisfied", "reason": "other"}),
    ],
)
def test_a_control_is_satisfied_only_where_everything_passed(outcome: Outcome, expected: dict[str, str]) -> None:
    findings = tuple(one for one in full_report().findings if one.outcome in {outcome, Outcome.PASSED})
    only = (
        findings if outcome is not Outcome.NOT_APPLICABLE else tuple(one for one in findings if one.outcome is outcome)
    )

    assert status(mapped(replace(full_report(), findings=only), "SC-7")) == expected


def test_nothing_judged_satisfies_nothing() -> None:
    assert "findings" not in result_of(mapped(error_report(), "SC-7"))
    assert status(mapped(replace(clean_report(), findings=()), "SC-7"))["state"] == "not-satisfied"
