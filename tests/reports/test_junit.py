"""The JUnit report is valid for strict readers, counts right, and takes nothing unseen for a success."""

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from chaudit import Report, printable
from chaudit_reports.junit import render
from reports.sample import (
    ABSENT,
    DENIED,
    EMPTY,
    HOSTILE,
    clean_report,
    compared_report,
    error_report,
    full_report,
)

SCHEMA = etree.XMLSchema(etree.parse(str(Path(__file__).with_name("junit.xsd"))))
FULL = full_report()


def document(report: Report) -> etree._Element:
    return etree.fromstring("".join(render(report)).encode())


def suite(root: etree._Element, rule: str) -> etree._Element:
    return next(one for one in root if str(one.attrib["name"]).startswith(rule))


def case(root: etree._Element, rule: str, name: str) -> etree._Element:
    return next(one for one in suite(root, rule).iter("testcase") if one.attrib["name"] == name)


@pytest.mark.parametrize("report", [FULL, clean_report(), error_report()], ids=["full", "clean", "error"])
def test_it_is_valid_for_the_strictest_reader(report: Report) -> None:
    SCHEMA.assertValid(document(report))


def test_a_suite_is_a_rule_and_a_case_is_a_subject() -> None:
    root = document(FULL)

    assert [one.attrib["name"] for one in root] == [
        f"{rule.id} {rule.title}" for rule in sorted(FULL.rules, key=lambda rule: rule.id)
    ]
    assert Counter((one.attrib["classname"], one.attrib["name"]) for one in root.iter("testcase")) == Counter(
        (f"chaudit.{finding.rule}", str(finding.subject)) for finding in FULL.findings
    )


@pytest.mark.parametrize(
    "report",
    [FULL, clean_report(), error_report(), compared_report()],
    ids=["full", "clean", "error", "compared"],
)
def test_suites_and_the_whole_count_what_they_hold(report: Report) -> None:
    root = document(report)

    for counted in (root, *root):
        assert counted.attrib["tests"] == str(len(list(counted.iter("testcase"))))
        assert counted.attrib["failures"] == str(len(list(counted.iter("failure"))))
        assert counted.attrib["errors"] == str(len(list(counted.iter("error"))))


def test_what_is_waived_or_does_not_apply_counts_as_skipped() -> None:
    root = document(FULL)

    assert (root.attrib["failures"], root.attrib["errors"]) == ("12", "32")
    assert [one.attrib["skipped"] for one in root] == ["1", "0", "0", "0", "1"]


def test_a_failure_says_all_that_is_broken_and_how_to_fix_it() -> None:
    (failure,) = case(document(FULL), "NET-001", "Node compute-7")

    assert failure.tag == "failure"
    assert failure.attrib["type"] == "critical"
    message = "no IPv4 InternalIP in cluster-host (192.168.206.0/24): the node reports 10.10.10.18"
    assert failure.attrib["message"] == message
    lines = (failure.text or "").splitlines()
    assert lines[0] == message
    assert "  internal_ips: 10.10.10.18, fd00:206::7" in lines
    assert "no IPv6 InternalIP in cluster-host" in lines
    assert "could not be judged: node status of compute-7 is older than the scan" in lines
    assert f"fix: {FULL.rules[0].remediation}" in lines


def test_what_could_not_be_judged_is_an_error_with_every_reason() -> None:
    (error,) = case(document(FULL), "NPT-004", "Service apps/odd")

    assert error.tag == "error"
    assert error.attrib["type"] == "unknown"
    assert str(error.attrib["message"]).startswith(f"{DENIED}; the object is malformed")
    assert f"could not be judged: {DENIED}" in (error.text or "").splitlines()


def test_a_waiver_is_skipped_with_who_accepted_what_and_until_when() -> None:
    (skipped,) = case(document(FULL), "NPT-004", "Service monitoring/grafana:3000/TCP")

    assert skipped.tag == "skipped"
    assert skipped.attrib["message"] == (
        "waived until 2026-06-30 by net team: the operators' own dashboard, moved by CHG-1187"
    )
    assert (skipped.text or "").startswith("grafana answers on oam\n")


def test_what_does_not_apply_is_skipped_with_the_reason() -> None:
    (skipped,) = case(document(FULL), "BGP-003", "Cluster")

    assert skipped.tag == "skipped"
    assert skipped.attrib["message"] == f"not applicable: {ABSENT}"


def test_a_pass_is_bare_or_carries_its_note() -> None:
    root = document(FULL)

    assert len(case(root, "NET-001", "Node compute-20")) == 0
    (note,) = case(root, "ING-002", "Cluster")
    assert (note.tag, note.text) == ("system-out", EMPTY)


def test_a_cluster_that_was_not_looked_at_is_one_error() -> None:
    root = document(error_report())

    assert (root.attrib["tests"], root.attrib["errors"]) == ("1", "1")
    (error,) = case(root, "chaudit", "cluster")
    assert str(error.attrib["message"]).startswith("nothing was judged: https://192.168.206.1:6443")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(name: str) -> None:
    (failure,) = case(document(FULL), "NPT-004", printable(f"Service default/{name}:80/TCP"))

    assert failure.attrib["message"] == printable(f"{name} answers on oam")


def test_a_suite_tells_which_cluster_when_and_what_was_seen_of_it() -> None:
    first = document(FULL)[0]

    told = {str(one.attrib["name"]): str(one.attrib["value"]) for one in first.iter("property")}
    assert first.attrib["timestamp"] == "2026-03-01T12:00:00"
    assert told["cluster.uid"] == FULL.cluster.uid
    assert told["scan.started"] == "2026-03-01T12:00:00+00:00"
    assert told["verdict.exit_code"] == "1"
    assert told["evidence.host-endpoints"].startswith("denied; hostendpoints.crd.projectcalico.org v1; ")
    assert told["evidence.bgp-advertisements"] == f"absent; {ABSENT}"
    assert told["evidence.ingresses"] == "loaded; 0 objects; ingresses.networking.k8s.io v1"
    assert told["evidence.services"] == "loaded; 44 objects; 1 rejected; services v1"
    assert told["warning.1"] == FULL.warnings[0]
