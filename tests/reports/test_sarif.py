"""SARIF as its makers' own validator and GitHub's rules want it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chaudit import Evidence, Outcome, Report, Severity, State
from chaudit_reports.sarif import render
from node_tools import node_tool
from reports.sample import CLUSTER, HOSTILE, clean_report, compared_report, error_report, full_report

REPORTS = {"full": full_report, "compared": compared_report, "clean": clean_report, "error": error_report}


def run_of(report: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render(report))["runs"][0]
    return run


def complaints(text: str, folder: Path) -> list[str]:
    """Return what the validator says of a log, by the rules of SARIF and of GitHub's code scanning."""
    multitool = node_tool("@microsoft/sarif-multitool-linux/Sarif.Multitool")
    log, said = folder / "chaudit.sarif", folder / "said.sarif"
    log.write_text(text)
    subprocess.run(
        [multitool, "validate", log, "--rule-kind", "Sarif;Ghas", "--output", said, "--log", "ForceOverwrite"],
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return [result["ruleId"] for result in json.loads(said.read_text("utf-8-sig"))["runs"][0]["results"]]


@pytest.mark.parametrize("name", REPORTS)
def test_the_log_is_valid_for_sarif_and_for_github(name: str, tmp_path: Path) -> None:
    assert complaints(render(REPORTS[name]()), tmp_path) == []


def test_the_validator_would_tell(tmp_path: Path) -> None:
    broken = (
        render(full_report()).replace('"uriBaseId": "CLUSTER"', '"uriBaseId": "NOWHERE"').replace('"text":', '"txt":')
    )

    assert complaints(broken, tmp_path) != []


def test_an_object_has_an_address_in_its_cluster() -> None:
    run = run_of(full_report())
    base = run["originalUriBaseIds"]["CLUSTER"]["uri"]
    stray = next(result for result in run["results"] if "compute-3" in result["message"]["text"])
    artifact = stray["locations"][0]["physicalLocation"]["artifactLocation"]

    assert base + artifact["uri"] == f"k8s://{CLUSTER.uid}/_cluster/Node/compute-3"


def test_what_failed_is_told_at_its_level_and_what_is_unknown_is_open() -> None:
    results = run_of(full_report())["results"]
    told = {(result["properties"]["outcome"], result["kind"], result["level"]) for result in results}

    assert told == {
        ("failed", "fail", "error"),
        ("waived", "fail", "error"),
        ("unknown", "open", "none"),
    }
    assert {result["properties"]["severity"] for result in results if result["level"] == "error"} <= {
        Severity.CRITICAL,
        Severity.HIGH,
    }


def test_results_bear_their_state_since_the_baseline_and_what_is_fixed_opens_no_alert() -> None:
    results = run_of(compared_report())["results"]
    states = {(one["properties"].get("standing"), one.get("baselineState")) for one in results}

    assert states == {("new", "new"), ("unchanged", "unchanged"), ("incomparable", None), (None, None)}
    assert not any("compute-20" in one["message"]["text"] for one in results)


def test_a_waiver_is_an_accepted_suppression() -> None:
    waived = [result for result in run_of(full_report())["results"] if "suppressions" in result]

    assert [result["properties"]["outcome"] for result in waived] == [Outcome.WAIVED]
    assert waived[0]["suppressions"][0]["status"] == "accepted"
    assert "CHG-1187" in waived[0]["suppressions"][0]["justification"]


def test_an_alert_keeps_its_identity_whatever_is_said_of_it() -> None:
    report = full_report()
    shown = {result["fingerprints"]["chaudit/v1"] for result in run_of(report)["results"]}

    assert shown == {
        finding.fingerprint
        for finding in report.findings
        if finding.outcome in {Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAIVED}
    }


def test_what_was_not_read_is_told_as_trouble_of_the_tool() -> None:
    invocation = run_of(full_report())["invocations"][0]

    assert any("cannot list" in note["message"]["text"] for note in invocation["toolExecutionNotifications"])
    assert not run_of(error_report())["invocations"][0]["executionSuccessful"]


def test_what_a_probe_did_not_ask_is_told_and_what_nobody_asked_for_is_not() -> None:
    partial = Evidence("dns", "", "", "", State.PARTIAL, 1, reason="dns: 7 targets not asked", targets=8)
    unasked = Evidence("tcp", "", "", "", State.ABSENT, 0, reason="not probed", targets=0)
    report = replace(full_report(), evidence=(partial, unasked))

    notes = run_of(report)["invocations"][0]["toolExecutionNotifications"]

    assert [note["message"]["text"] for note in notes if note["level"] == "warning"] == ["dns: 7 targets not asked"]


def test_hostile_names_stay_in_their_place() -> None:
    text = render(full_report())

    assert (
        len(HOSTILE) == sum("answers on oam" in one["message"]["text"] for one in run_of(full_report())["results"]) - 1
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
