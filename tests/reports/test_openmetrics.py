"""Metrics as both parsers of Prometheus read them."""

from collections.abc import Mapping

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

from chaudit import Report
from chaudit_reports.openmetrics import render
from reports.sample import CLUSTER, STARTED, clean_report, compared_report, error_report, full_report

REPORTS = {"full": full_report, "compared": compared_report, "clean": clean_report, "error": error_report}
Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(report: Report) -> Mapping[Sample, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse_openmetrics(render(report))
        for sample in family.samples
    }


def value(report: Report, name: str, **labels: str) -> float | None:
    return samples(report).get((name, frozenset({"cluster": report.cluster.uid, **labels}.items())))


@pytest.mark.parametrize("name", REPORTS)
def test_both_text_formats_read_the_same(name: str) -> None:
    report = REPORTS[name]()
    read = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse_prometheus(render(report))
        for sample in family.samples
    }

    assert read == samples(report)


def test_findings_are_counted_by_rule_severity_and_outcome() -> None:
    assert value(full_report(), "chaudit_findings", rule="NPT-004", severity="high", outcome="unknown") == 31
    assert value(full_report(), "chaudit_outcomes", outcome="waived") == 1
    assert value(clean_report(), "chaudit_outcomes", outcome="failed") == 0


def test_standings_are_counted_where_there_is_a_baseline() -> None:
    assert value(compared_report(), "chaudit_standings", standing="new") == 1
    assert value(full_report(), "chaudit_standings", standing="new") is None


def test_what_was_not_seen_lowers_the_coverage() -> None:
    assert value(clean_report(), "chaudit_coverage_ratio") == 1
    assert value(full_report(), "chaudit_coverage_ratio") == pytest.approx(1 - 32 / 89)
    assert value(full_report(), "chaudit_sources", state="denied") == 1


def test_the_last_success_is_told_only_by_a_scan_that_judged_something() -> None:
    assert value(full_report(), "chaudit_last_success_timestamp_seconds") == STARTED.timestamp() + 4.25
    assert value(error_report(), "chaudit_last_success_timestamp_seconds") is None
    assert value(error_report(), "chaudit_last_run_timestamp_seconds") == STARTED.timestamp() + 4.25
    assert value(error_report(), "chaudit_exit_code") == 4


def test_every_metric_names_its_cluster() -> None:
    assert all(("cluster", CLUSTER.uid) in labels for _, labels in samples(full_report()))
