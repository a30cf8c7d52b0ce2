"""APIs that a cluster may have or not: denied, absent and empty are told apart in each format, by the real command."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from cluster.case_cluster import OPTIONAL, CaseCluster
from cluster.test_scan import chaudit

pytestmark = pytest.mark.timeout(600)  # a control plane that learns many kinds, and forgets some, takes its time

DENIED, ABSENT, EMPTY = "denied", "absent", "empty"
OUTCOMES = {EMPTY: "passed", ABSENT: "not-applicable", DENIED: "unknown"}
ELEMENTS = {EMPTY: None, ABSENT: "skipped", DENIED: "error"}
"""What a testcase of JUnit is besides passed."""

ABOUT_LISTS = ("NPT-007", "NET-011")
"""Rules about the objects of one such API, which there are none of: HostEndpoints, secondary networks."""


@dataclass(frozen=True)
class Told:
    """What one scan told in each format."""

    report: Mapping[str, Any]
    junit: etree._Element
    page: html.HtmlElement
    terminal: str

    def evidence(self, source: str) -> Mapping[str, Any]:
        return next(one for one in self.report["evidence"] if one["source"] == source)

    def row(self, source: str) -> str:
        row = self.page.get_element_by_id(f"evidence-{source}")
        return str(row.xpath("string(.//*[contains(@class, 'state')])"))

    def outcomes(self, rule: str, subject: str) -> list[str]:
        kind, _, name = subject.partition(" ")
        return [
            finding["outcome"]
            for finding in self.report["findings"]
            if (finding["rule"], finding["subject"]["kind"], finding["subject"].get("name", "")) == (rule, kind, name)
        ]

    def elements(self, rule: str) -> set[str | None]:
        suites = [suite for suite in self.junit.iter("testsuite") if str(suite.get("name")).startswith(rule)]
        cases = [case for suite in suites for case in suite.iter("testcase")]
        return {next((str(one.tag) for one in case if one.tag != "system-out"), None) for case in cases}


def _scan(kubeconfig: Path, folder: Path) -> Told:
    folder.mkdir()
    reports = [f"--report={kind}={folder / kind}" for kind in ("json", "junit", "html")]
    done = chaudit("scan", "--kubeconfig", str(kubeconfig), "-v", *reports)
    return Told(
        json.loads((folder / "json").read_text()),
        etree.parse(folder / "junit").getroot(),
        html.document_fromstring((folder / "html").read_bytes()),
        done.stdout + done.stderr,
    )


@pytest.fixture(scope="module")
def scans(case_cluster: CaseCluster, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Told]:
    folder = tmp_path_factory.mktemp("optional")
    case_cluster.definitions.serve_all_but(())
    told = {
        EMPTY: _scan(case_cluster.kubeconfig(), folder / EMPTY),
        DENIED: _scan(case_cluster.kubeconfig(OPTIONAL), folder / DENIED),
    }
    case_cluster.definitions.serve_all_but(OPTIONAL)
    told[ABSENT] = _scan(case_cluster.kubeconfig(), folder / ABSENT)
    case_cluster.definitions.serve_all_but(())
    return told


@pytest.mark.parametrize("source", sorted(OPTIONAL))
def test_evidence_is_denied_absent_or_empty(scans: Mapping[str, Told], source: str) -> None:
    evidence = {shape: told.evidence(source) for shape, told in scans.items()}

    assert {shape: found["state"] for shape, found in evidence.items()} == {
        EMPTY: "loaded",
        ABSENT: "absent",
        DENIED: "denied",
    }
    assert {shape: told.row(source) for shape, told in scans.items()} == {shape: shape for shape in scans}
    assert f"  loaded  {source}: 0 objects\n" in scans[EMPTY].terminal
    for shape in (ABSENT, DENIED):
        assert f"  {shape}  {evidence[shape]['reason']}\n" in scans[shape].terminal
    assert "grant list on" in evidence[DENIED]["reason"]
    assert scans[DENIED].outcomes("X-007", f"Source {source}") == ["unknown"]


@pytest.mark.parametrize("rule", ABOUT_LISTS)
def test_a_rule_about_a_list_passes_does_not_apply_or_is_unknown(scans: Mapping[str, Told], rule: str) -> None:
    outcomes = {
        shape: {one["outcome"] for one in told.report["findings"] if one["rule"] == rule}
        for shape, told in scans.items()
    }

    assert outcomes == {shape: {outcome} for shape, outcome in OUTCOMES.items()}
    assert {shape: told.elements(rule) for shape, told in scans.items()} == {
        shape: {element} for shape, element in ELEMENTS.items()
    }


def test_an_object_that_the_server_keeps_and_chaudit_cannot_read_fails(
    case_cluster: CaseCluster, tmp_path: Path
) -> None:
    """There is no schema of Cilium's here, so that its objects can be malformed."""
    malformed = {"apiVersion": "cilium.io/v2", "kind": "CiliumNode", "metadata": {"name": "odd"}, "spec": 7}

    with case_cluster.holding([malformed]):
        told = _scan(case_cluster.kubeconfig(), tmp_path / "malformed")

    assert told.outcomes("X-007", "Source cilium-nodes") == ["failed"]
    assert [one["subject"]["name"] for one in told.evidence("cilium-nodes")["rejected"]] == ["odd"]
