import csv
import io

from msgspec.structs import replace

from chaudit import Finding, Outcome, Severity, Subject, Violation
from chaudit_reports.csv import render
from reports.sample import compared_report, full_report


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_finding_is_a_line_whatever_its_outcome() -> None:
    report = full_report()

    assert [row["fingerprint"] for row in rows(render(report))] == [finding.fingerprint for finding in report.findings]
    assert {row["outcome"] for row in rows(render(report))} == set(Outcome)


def test_a_line_says_what_was_found_about_what() -> None:
    row = next(row for row in rows(render(full_report())) if row["name"] == "compute-3")

    assert (row["rule"], row["severity"], row["kind"], row["namespace"]) == ("NET-001", "critical", "Node", "")
    assert row["said"] == "no IPv4 InternalIP in cluster-host (192.168.206.0/24): the node reports 10.10.10.14"


def test_a_line_says_how_a_finding_stands_to_the_baseline_and_whose_severity_it_has() -> None:
    row = next(row for row in rows(render(compared_report())) if row["name"] == "compute-7")

    assert (row["standing"], row["severity_from"]) == ("unchanged", "intent")
    assert row["expired_waiver"] == "until 2026-02-28 by net team: moved in spring (CHG-1186)"


def test_no_cell_is_a_formula_to_a_spreadsheet() -> None:
    hostile = Finding(
        "f", "NET-001", "title", Severity.HIGH, Outcome.FAILED, Subject("Node", "", "=1+1"), (Violation("@SUM(A1)"),)
    )

    row = rows(render(replace(full_report(), findings=(hostile,))))[0]

    assert (row["name"], row["said"]) == ("'=1+1", "'@SUM(A1)")
