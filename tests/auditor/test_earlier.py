"""A saved report is read back as it was, and one that cannot be compared is refused with the reason."""

import json
from typing import Any

import pytest

from chaudit import Cluster, Report
from chaudit.earlier import load_report
from chaudit.errors import ReportError
from chaudit_reports.json import render
from reports.sample import clean_report, error_report, full_report

FULL = full_report()


def saved(report: Report, **changed: Any) -> bytes:  # noqa: ANN401 - any JSON
    return json.dumps(json.loads("".join(render(report))) | changed).encode()


def test_a_saved_report_tells_the_same_of_the_cluster() -> None:
    report = load_report(saved(FULL), "old.json").report

    assert (report.findings, report.rules, report.verdict) == (FULL.findings, FULL.rules, FULL.verdict)
    assert report.judged.rules == {rule.id for rule in FULL.rules}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not a usable chaudit.report/v1 file"),
        (b"[]", "not a usable chaudit.report/v1 file"),
        (b"{}", "it names no schema"),
        (b'{"schema": "chaudit.snapshot/v1"}', "its schema is 'chaudit.snapshot/v1'"),
        (b'{"schema": "chaudit.report/v1"}', "not a usable chaudit.report/v1 file"),
        (saved(FULL)[:-200], "not a usable chaudit.report/v1 file"),
        (saved(FULL, findings=[]), "damaged: its verdict counts other findings than it has"),
        (saved(error_report()), "nothing was judged for it: .*cannot be reached"),
        (saved(FULL, cluster={"uid": ""}), "it does not say of which cluster it is"),
    ],
)
def test_what_is_no_usable_report_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(ReportError, match=rf"old\.json: .*{problem}"):
        load_report(content, "old.json")


def test_another_cluster_is_refused_and_one_without_identity_has_nothing_to_compare() -> None:
    earlier = load_report(saved(clean_report()), "old.json")

    with pytest.raises(ReportError, match=r"old\.json: of another cluster"):
        earlier.judged_of(Cluster(uid="another"))
    assert earlier.judged_of(Cluster()).rules == frozenset()
    assert earlier.judged_of(FULL.cluster).rules == {rule.id for rule in FULL.rules}
