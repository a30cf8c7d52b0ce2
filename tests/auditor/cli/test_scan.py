"""`chaudit scan` as a user meets it: a process, its two output streams, its files and its exit code."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chaudit.testing import ApiServer, faults

OUTSIDE = "10.10.10.20"
INSIDE = "192.168.206.3"
INTENT = "networks: {cluster-host: {cidrs: [192.168.206.0/24]}}\n"


def node(name: str, address: str) -> Mapping[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer([node("good", INSIDE)]) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, server: ApiServer) -> Path:
    server.write_kubeconfig(tmp_path / "kubeconfig")
    (tmp_path / "chaudit.yaml").write_text(INTENT)
    return tmp_path


def chaudit(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run the command in the folder; what it prints is text."""
    done = subprocess.run(
        [sys.executable, "-m", "chaudit", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def scan(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return chaudit(
        folder, "scan", "--kubeconfig", "kubeconfig", "--intent", "chaudit.yaml", "--rule", "NET-001", *arguments
    )


def findings(folder: Path, name: str = "chaudit.json") -> dict[str, str]:
    report = json.loads((folder / name).read_text())
    return {finding["subject"].get("name", ""): finding["outcome"] for finding in report["findings"]}


def test_a_clean_cluster_exits_0_and_leaves_three_reports(folder: Path) -> None:
    done = scan(folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in folder.glob("chaudit.*")} == {
        "chaudit.html",
        "chaudit.json",
        "chaudit.junit.xml",
        "chaudit.yaml",
    }
    assert "(exit code 0)" in done.stdout


def test_a_finding_exits_1_and_is_told_with_its_subject_and_what_to_do_next(folder: Path, server: ApiServer) -> None:
    server.add(node("stray", OUTSIDE))

    done = scan(folder)

    assert done.returncode == 1
    assert "Node stray" in done.stdout
    assert "chaudit rules NET-001" in done.stdout
    assert findings(folder) == {"good": "passed", "stray": "failed"}


def test_a_denied_list_exits_3_and_an_allowed_unknown_0(folder: Path, server: ApiServer) -> None:
    server.fault("nodes", faults.denied)

    blocked, allowed = scan(folder), scan(folder, "--allow-unknown")

    assert (blocked.returncode, allowed.returncode) == (3, 0)
    assert "grant list on nodes" in blocked.stdout


def test_thresholds_decide_what_blocks(folder: Path, server: ApiServer) -> None:
    server.add(node("stray", OUTSIDE))
    (folder / "chaudit.yaml").write_text(INTENT + "rules: {NET-001: {severity: low}}\n")

    assert [scan(folder, *option).returncode for option in ([], ["--fail-on", "low"], ["--fail-on", "never"])] == [
        0,
        1,
        0,
    ]


def test_the_gate_section_of_the_intent_gives_defaults_that_options_override(folder: Path, server: ApiServer) -> None:
    server.fault("nodes", faults.denied)
    (folder / "chaudit.yaml").write_text(INTENT + "gate: {allow-unknown: true}\n")

    assert [scan(folder).returncode, scan(folder, "--no-allow-unknown").returncode] == [0, 3]


def test_a_waiver_lets_the_finding_pass_the_gate_but_not_disappear(folder: Path, server: ApiServer) -> None:
    server.add(node("stray", OUTSIDE))
    (folder / "chaudit.yaml").write_text(
        INTENT + "waivers: [{rule: NET-001, subject: {name: stray}, reason: moving, owner: net, expires: 2999-12-31}]\n"
    )

    done = scan(folder)

    assert done.returncode == 0
    assert "waived until 2999-12-31 by net: moving" in done.stdout
    assert findings(folder) == {"good": "passed", "stray": "waived"}


def test_an_unreachable_cluster_exits_4_with_one_clear_line_and_still_reports(folder: Path, server: ApiServer) -> None:
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(kubeconfig.read_text().replace(server.url, "http://127.0.0.1:9"))

    done = scan(folder, "--quiet")

    assert done.returncode == 4
    assert done.stdout.count("\n") == 1
    assert "http://127.0.0.1:9 cannot be reached" in done.stdout
    assert "cannot be reached" in json.loads((folder / "chaudit.json").read_text())["error"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kubeconfig", "missing"], "no kubeconfig at missing"),
        (["--context", "other"], "other"),
        (["--report", "pdf"], "no report format is called 'pdf': choose from csv, html, json, junit, markdown"),
        (["--report", "json=-", "--report", "html=-"], "two reports would be written to standard output"),
        (["--rule", "NET-9*"], "no rule matches 'NET-9*'"),
        (["--rule", "NET-001", "--skip-rule", "NET-*"], "no rules are left to judge"),
        (["--fail-on", "severe"], "'severe' is not one of"),
        (["--intent", "missing.yaml"], "missing.yaml: cannot be read"),
        (["--snapshot", "missing.json"], "exclude each other"),
        (["--page-size", "0"], "0 is not in the range"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_wrong_input_exits_2_with_a_line_and_no_traceback(folder: Path, arguments: list[str], said: str) -> None:
    done = chaudit(folder, "scan", "--kubeconfig", "kubeconfig", *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.glob("chaudit.json")) == []


def test_a_report_on_standard_output_is_nothing_but_the_report(folder: Path) -> None:
    done = scan(folder, "--report", "json=-")

    assert json.loads(done.stdout)["schema"] == "chaudit.report/v1"
    assert "(exit code 0)" in done.stderr


def test_a_report_that_cannot_be_written_is_exit_2_and_the_others_are_written(folder: Path) -> None:
    (folder / "file").touch()

    done = scan(folder, "--report", "json=file/report.json", "--report", "junit=junit.xml")

    assert done.returncode == 2
    assert "the json report cannot be written to file/report.json" in done.stderr
    assert (folder / "junit.xml").exists()


def test_hostile_names_reach_the_terminal_as_text(folder: Path, server: ApiServer) -> None:
    server.add(node("evil\x1b[2J[bold red]", OUTSIDE))

    done = scan(folder, "--report", "none")

    assert "\x1b" not in done.stdout
    assert r"Node evil\x1b[2J[bold red]" in done.stdout


def test_the_report_of_a_snapshot_equals_that_of_the_scan_but_for_times(folder: Path, server: ApiServer) -> None:
    server.add(node("stray", OUTSIDE), {**node("odd", INSIDE), "status": {"addresses": "none"}})
    server.fault("pods", faults.denied)
    options = ("--intent", "chaudit.yaml", "--rule", "NET-*")
    chaudit(folder, "scan", "--kubeconfig", "kubeconfig", *options, "--report", "json=live.json")
    collected = chaudit(folder, "collect", "--kubeconfig", "kubeconfig", "-o", "snapshot.json.gz")
    chaudit(folder, "scan", "--snapshot", "snapshot.json.gz", *options, "--report", "json=again.json")

    live, again = (without_times(json.loads((folder / name).read_text())) for name in ("live.json", "again.json"))

    assert collected.returncode == 0
    assert "incomplete: pods" in collected.stdout
    assert live == again
    assert {finding["outcome"] for finding in live["findings"]} >= {"failed", "passed", "unknown"}


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    return {
        **report,
        "scan": {**report["scan"], "started": "", "finished": ""},
        "evidence": [{**reading, "read_at": ""} for reading in report["evidence"]],
    }


def test_lists_of_kubectl_are_scanned_from_standard_input(folder: Path) -> None:
    listing = json.dumps({"apiVersion": "v1", "kind": "List", "items": [node("stray", OUTSIDE)]})

    done = chaudit(
        folder, "scan", "--snapshot", "-", "--intent", "chaudit.yaml", "--rule", "NET-001", stdin=listing.encode()
    )

    assert done.returncode == 1
    assert findings(folder) == {"stray": "failed"}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": "chaudit.snapshot/v1"}', '{"Items": []}'])
def test_a_snapshot_that_is_none_exits_2(folder: Path, content: str) -> None:
    (folder / "bad.json").write_text(content)

    done = chaudit(folder, "scan", "--snapshot", "bad.json")

    assert done.returncode == 2
    assert done.stderr.startswith("chaudit: error: ")
    assert done.stderr.count("\n") == 1
