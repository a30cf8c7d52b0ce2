"""Whole clusters of others, as `kubectl get` left them: judged without a crash, and what they lack is unknown."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from chaudit.report import json_schema
from fixtures_folder import fixture

DUMPS = [
    "dump-insights",
    "dump-ocp-aws",
    "dump-ocp-azure",
    "dump-oneke-calico",
    "dump-ts-baseline",
    "dump-ts-testdata",
]
FINDINGS, INCOMPLETE = 1, 3


@dataclass(frozen=True)
class Scanned:
    """A dump's facts, as somebody else counted them, and what chaudit made of the dump."""

    facts: dict[str, Any]
    done: subprocess.CompletedProcess[str]
    folder: Path
    snapshot: Path

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "chaudit.json").read_text())
        return report


def chaudit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chaudit", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module", params=DUMPS)
def scanned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    folder = tmp_path_factory.mktemp(request.param)
    snapshot = fixture(request.param, "cluster.json")
    facts = json.loads(fixture(request.param, "derived-facts.json").read_text())
    return Scanned(facts, chaudit(folder, "scan", "--snapshot", str(snapshot)), folder, snapshot)


def test_a_dump_is_judged_without_a_crash_and_never_clean(scanned: Scanned) -> None:
    assert scanned.done.stderr == ""
    assert scanned.done.returncode in {FINDINGS, INCOMPLETE}
    assert scanned.report["verdict"]["exit_code"] == scanned.done.returncode


def test_its_reports_are_well_formed(scanned: Scanned) -> None:
    Draft202012Validator(json_schema()).validate(scanned.report)
    suites = etree.parse(scanned.folder / "chaudit.junit.xml").findall(".//testcase")

    assert len(suites) == len(scanned.report["findings"])
    assert (scanned.folder / "chaudit.html").read_text().rstrip().endswith("</html>")


def test_no_rule_crashes_on_it(scanned: Scanned) -> None:
    reasons = [reason for finding in scanned.report["findings"] for reason in finding.get("unknown_because", [])]

    assert [reason for reason in reasons if "crashed" in reason or "could not be computed" in reason] == []


def test_what_the_dump_lacks_is_unknown_with_its_reason(scanned: Scanned) -> None:
    lacking = {reading["source"] for reading in scanned.report["evidence"] if reading["state"] == "failed"}
    judged = {
        finding["subject"]["name"]: finding for finding in scanned.report["findings"] if finding["rule"] == "X-007"
    }

    assert lacking
    assert {judged[source]["outcome"] for source in lacking} == {"unknown"}
    assert all(source in judged[source]["unknown_because"][0] for source in lacking)


def test_every_node_of_the_dump_is_a_subject(scanned: Scanned) -> None:
    nodes = {node["name"] for node in scanned.facts["nodes"]}
    judged = {finding["subject"].get("name") for finding in scanned.report["findings"] if finding["rule"] == "NET-012"}

    assert judged == nodes or (not nodes and judged == {None})


def test_its_ways_in_are_those_that_others_counted(scanned: Scanned) -> None:
    done = chaudit(scanned.folder, "exposure", "--snapshot", str(scanned.snapshot), "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    node_ports = {(line["target"]["namespace"], line["port"]) for line in lines if line["via"] == "NodePort"}
    host_ports = {
        (line["target"]["namespace"], line["target"]["name"], line["port"], line["protocol"])
        for line in lines
        if line["via"] == "HostPort"
    }
    services = (*scanned.facts["nodeport_services"], *scanned.facts["loadbalancer_services"])

    assert done.returncode == (0 if "v1/Service" in scanned.facts["kinds"] else INCOMPLETE)
    assert node_ports == {(name.partition("/")[0], port) for name, ports, *_ in services for port in ports}
    assert host_ports == {
        (namespace, pod, port, protocol)
        for namespace, pod, _, port, protocol in scanned.facts["hostPorts_of_non_hostNetwork_pods"]
    }
