"""`chaudit scan --baseline`: what fails, what does not, and what every reader of it is told."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from auditor.cli.test_scan import OUTSIDE, findings, folder, node, scan, server
from chaudit.testing import ApiServer, faults

__all__ = ["folder", "server"]


@pytest.fixture
def baseline(folder: Path, server: ApiServer) -> Path:
    """Save a report with one node that fails."""
    server.add(node("old", OUTSIDE))
    scan(folder, "--report", "json=baseline.json")
    return folder / "baseline.json"


def with_baseline(baseline: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return scan(baseline.parent, "--baseline", baseline.name, *arguments)


def test_what_the_baseline_has_does_not_fail_and_is_shown_as_unchanged(baseline: Path) -> None:
    done = with_baseline(baseline)

    assert done.returncode == 0
    assert "nothing new failed at or above high; 1 unchanged since the baseline" in done.stdout
    assert findings(baseline.parent) == {"good": "passed", "old": "failed"}
    report = json.loads((baseline.parent / "chaudit.json").read_text())
    assert [one.get("standing") for one in report["findings"]] == [None, "unchanged"]
    assert junit(baseline, "old") == {"skipped": "unchanged since the baseline"}


def test_what_is_new_fails(baseline: Path, server: ApiServer) -> None:
    server.add(node("fresh", OUTSIDE))

    done = with_baseline(baseline)

    assert done.returncode == 1
    assert "Failed: 1 finding at or above high; 1 more unchanged since the baseline." in done.stdout
    assert junit(baseline, "fresh").keys() == {"failure"}


def test_what_is_fixed_is_listed(baseline: Path, server: ApiServer) -> None:
    server.remove(node("old", OUTSIDE))

    done = with_baseline(baseline)

    assert done.returncode == 0
    assert "FIXED" in done.stdout
    assert "Node old" in done.stdout
    report = json.loads((baseline.parent / "chaudit.json").read_text())
    assert [one["subject"]["name"] for one in report["baseline"]["fixed"]] == ["old"]


def test_what_cannot_be_seen_any_more_is_unknown_and_not_fixed(baseline: Path, server: ApiServer) -> None:
    server.fault("nodes", faults.denied)

    done = with_baseline(baseline)

    assert done.returncode == 3
    report = json.loads((baseline.parent / "chaudit.json").read_text())
    assert report["baseline"]["fixed"] == []
    assert [one["subject"]["name"] for one in report["baseline"]["incomparable"]] == ["old"]


def test_what_could_not_be_seen_then_is_unknown_now_though_it_fails(folder: Path, server: ApiServer) -> None:
    server.fault("nodes", faults.denied)
    scan(folder, "--report", "json=baseline.json")
    server.heal()
    server.add(node("stray", OUTSIDE))

    done = with_baseline(folder / "baseline.json")

    assert done.returncode == 3
    assert "1 could not be judged or compared" in done.stdout
    assert junit(folder / "baseline.json", "stray") == {"error": "whether it is new is not known"}


def test_a_mandatory_rule_fails_whatever_the_baseline_has(baseline: Path) -> None:
    intent = baseline.parent / "chaudit.yaml"
    intent.write_text(intent.read_text() + "rules: {NET-001: {mandatory: true}}\n")

    assert with_baseline(baseline).returncode == 1


def test_a_waiver_that_expired_makes_the_finding_new(folder: Path, server: ApiServer) -> None:
    server.add(node("stray", OUTSIDE))
    intent = (folder / "chaudit.yaml").read_text()
    waiver = "waivers: [{rule: NET-001, reason: moving, owner: net, expires: %s}]\n"
    (folder / "chaudit.yaml").write_text(intent + waiver % "2999-12-31")
    scan(folder, "--report", "json=baseline.json")
    (folder / "chaudit.yaml").write_text(intent + waiver % "2020-12-31")

    assert with_baseline(folder / "baseline.json").returncode == 1


def test_a_baseline_of_another_cluster_is_a_usage_error(baseline: Path) -> None:
    report = json.loads(baseline.read_text())
    baseline.write_text(json.dumps({**report, "cluster": {"uid": "another"}}))

    done = with_baseline(baseline)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "baseline.json: of another cluster, another; this one is " in done.stderr


def test_a_cluster_whose_identity_cannot_be_read_has_nothing_to_compare(baseline: Path, server: ApiServer) -> None:
    server.fault("namespaces", faults.denied)

    done = with_baseline(baseline)

    assert done.returncode == 3
    assert "nothing can be compared with the baseline" in done.stdout


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "chaudit.snapshot/v1"}'])
def test_a_baseline_that_is_none_is_a_usage_error_before_anything_is_read(
    folder: Path, server: ApiServer, content: str
) -> None:
    (folder / "baseline.json").write_text(content)

    done = with_baseline(folder / "baseline.json")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "baseline.json: not a" in done.stderr
    assert server.requests == ()


def junit(baseline: Path, name: str) -> dict[str, str]:
    """Return what became of a case: its element, and how its message begins."""
    root = ET.parse(baseline.with_name("chaudit.junit.xml"))  # noqa: S314 - written by chaudit
    case = next(one for one in root.iter("testcase") if one.attrib["name"] == f"Node {name}")
    return {child.tag: child.attrib["message"].partition(":")[0] for child in case}
