"""What a user sees: `chaudit` on a terminal of some width, in a pipe, without colours, quiet or talkative."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pytest

from chaudit.testing import ApiServer, faults

INTENT = "networks: {cluster-host: {cidrs: [192.168.206.0/24]}}\n"
LONG = "worker-00017-with-a-name-as-clouds-give-them.eu-central.compute.internal"
ESCAPE = "\x1b"
SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
WIDE = 500


def node(name: str, address: str) -> Mapping[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer([node("good", "192.168.206.3"), node(LONG, "10.10.10.20")]) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, server: ApiServer) -> Path:
    server.write_kubeconfig(tmp_path / "kubeconfig")
    (tmp_path / "chaudit.yaml").write_text(INTENT)
    return tmp_path


SCAN = ("scan", "--kubeconfig", "kubeconfig", "--intent", "chaudit.yaml", "--rule", "NET-001", "--report", "none")


@dataclass(frozen=True)
class Session:
    """All that a terminal was sent, and the exit code."""

    sent: str
    code: int | None

    @property
    def lines(self) -> list[str]:
        """What is left to read at the end: without escape sequences, and without what was overwritten."""
        shown = SEQUENCE.sub("", self.sent).replace("\r\n", "\n")
        return [line.rsplit("\r", 1)[-1].rstrip() for line in shown.split("\n")]

    @property
    def text(self) -> str:
        """All words, wherever lines were broken."""
        return " ".join(" ".join(self.lines).split())


def on_a_terminal(folder: Path, columns: int, *arguments: str, **variables: str) -> Session:
    """Run the command with a terminal of this width as all of its streams."""
    inherited = {name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    environment = inherited | {"TERM": "xterm-256color"} | variables
    process = pexpect.spawn(
        sys.executable, ["-m", "chaudit", *arguments],
        cwd=str(folder), env=environment, dimensions=(50, columns), timeout=60, encoding="utf-8",
    )  # fmt: skip
    process.expect(pexpect.EOF)
    process.close()
    return Session(process.before or "", process.exitstatus)


def in_a_pipe(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chaudit", *arguments],
        cwd=folder, env=os.environ | variables, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_lines_end_where_the_terminal_does(folder: Path, columns: int) -> None:
    session = on_a_terminal(folder, columns, *SCAN)

    beyond = [line for line in session.lines if len(line) > columns and " " in line.strip()]
    assert (beyond, session.code) == ([], 1)
    assert "no IPv4 InternalIP in cluster-host (192.168.206.0/24): the node reports 10.10.10.20" in session.text
    assert "chaudit rules NET-001: why it matters, and what to do" in session.text


def test_a_long_name_is_whole_on_a_narrow_terminal(folder: Path) -> None:
    session = on_a_terminal(folder, 40, *SCAN)

    assert f"Node{LONG}" in "".join(session.text.split())


def test_lines_are_filled_before_they_are_broken(folder: Path) -> None:
    lines = on_a_terminal(folder, 60, *SCAN).lines

    heading = next(line for line in lines if "NET-001" in line)
    assert heading == "  critical NET-001   Every node is attached to the cluster"


def test_a_wide_terminal_does_not_make_lines_that_nobody_can_follow(folder: Path) -> None:
    assert max(map(len, on_a_terminal(folder, WIDE, *SCAN).lines)) <= 120


def test_in_a_pipe_each_thing_is_a_line_and_nothing_is_coloured(folder: Path) -> None:
    done = in_a_pipe(folder, *SCAN, COLUMNS="40")

    assert ESCAPE not in done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if LONG in line and "expected" not in line and "reports" in line]
    assert done.stdout.splitlines()[-1].startswith("Failed: 1 finding")
    assert done.stdout.endswith("(exit code 1)\n")
    assert done.stderr == ""


def test_a_terminal_gets_colours_unless_told_otherwise(folder: Path) -> None:
    coloured = on_a_terminal(folder, 80, *SCAN).sent
    plain = on_a_terminal(folder, 80, *SCAN, NO_COLOR="1").sent

    assert f"{ESCAPE}[1;31mFAILED" in coloured
    assert not re.search(r"\x1b\[[0-9;]*m", plain)
    assert "FAILED" in plain


def test_a_dumb_terminal_gets_no_escape_sequences_and_its_own_width(folder: Path) -> None:
    session = on_a_terminal(folder, 50, *SCAN, TERM="dumb")

    assert ESCAPE not in session.sent
    assert max(len(line) for line in session.lines if LONG not in line) <= 50


@pytest.mark.parametrize("columns", [80, 0], ids=["terminal", "pipe"])
def test_quiet_says_the_verdict_and_nothing_else(folder: Path, columns: int) -> None:
    done = in_a_pipe(folder, *SCAN, "--quiet")
    said = on_a_terminal(folder, columns, *SCAN, "--quiet").text if columns else " ".join(done.stdout.split())

    assert said == "Failed: 1 finding at or above high. 1 failed · 1 passed (exit code 1)"


def test_verbose_shows_requests_evidence_and_what_passed(folder: Path, server: ApiServer) -> None:
    server.add(*(node(f"n{number}", "192.168.206.9") for number in range(3)))

    done = in_a_pipe(folder, *SCAN, "-v", "--page-size", "2")

    requests = [line for line in done.stderr.splitlines() if line.startswith("GET /api/v1/nodes")]
    assert [line.split(":")[0] for line in requests] == [
        "GET /api/v1/nodes?limit=2",
        "GET /api/v1/nodes?limit=2&continue=...",
        "GET /api/v1/nodes?limit=2&continue=...",
    ]
    assert all(re.search(r": 200 in \d+ ms, \d+ bytes$", line) for line in requests)
    assert "loaded  nodes: 5 objects" in done.stdout
    assert "PASSED (4)" in done.stdout


def test_progress_counts_objects_and_is_gone_at_the_end(folder: Path, server: ApiServer) -> None:
    server.add(*(node(f"n{number}", "192.168.206.9") for number in range(38)))
    server.fault("nodes", faults.late(0.15))

    session = on_a_terminal(folder, 80, *SCAN, "--page-size", "10")

    assert re.search(r"[12]0/40", session.sent)
    assert "objects, lists read" in SEQUENCE.sub("", session.sent)
    assert session.sent.index("lists read") < session.sent.index("FAILED")
    assert not any("lists read" in line for line in session.lines[-8:])


@pytest.mark.parametrize("arguments", [["--quiet"], []], ids=["quiet", "pipe"])
def test_nobody_gets_progress_who_did_not_ask_for_it(folder: Path, server: ApiServer, arguments: list[str]) -> None:
    server.fault("nodes", faults.late(0.3))

    if arguments:
        assert "lists read" not in on_a_terminal(folder, 80, *SCAN, *arguments).sent
    else:
        assert "lists read" not in in_a_pipe(folder, *SCAN).stderr


def test_an_error_is_one_line_with_a_hint(folder: Path) -> None:
    done = in_a_pipe(folder, *SCAN[:-2], "--itnent", "x")

    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"chaudit: error: No such option.*--itnent.*--intent.*\(see `chaudit scan --help`\)\n", done.stderr
    )


def test_what_the_baseline_has_is_counted_and_what_is_new_is_told_first(folder: Path, server: ApiServer) -> None:
    in_a_pipe(folder, *SCAN[:-1], "json=old.json")
    server.add(node("fresh", "10.10.10.21"))

    brief = in_a_pipe(folder, *SCAN, "--baseline", "old.json").stdout
    whole = in_a_pipe(folder, *SCAN, "--baseline", "old.json", "-v").stdout

    title = "NET-001   Every node is attached to the cluster host network"
    assert f"FAILED and new (1)\n  critical {title}\n    Node fresh [" in brief
    assert f"FAILED as in the baseline (1)\n  critical {title} (1)\n" in brief
    assert LONG not in brief
    assert LONG in whole


def test_a_severity_of_the_intent_file_and_an_expired_waiver_are_told(folder: Path) -> None:
    waiver = f"{{rule: NET-001, subject: {{name: {LONG}}}, reason: moves, owner: net team, expires: 2026-01-31}}"
    (folder / "chaudit.yaml").write_text(f"{INTENT}rules: {{NET-001: {{severity: high}}}}\nwaivers: [{waiver}]\n")

    lines = on_a_terminal(folder, 120, *SCAN).lines

    assert (
        "  high     NET-001   Every node is attached to the cluster host network [severity of the intent file]" in lines
    )
    assert "      was waived until 2026-01-31 by net team: moves" in lines
    assert len([line for line in lines if LONG in line and line.startswith("    Node")]) == 1


def test_rules_come_by_family_on_a_terminal(folder: Path) -> None:
    session = on_a_terminal(folder, 72, "rules")

    assert "NET  Node network attachment" in session.lines
    assert "  NET-001  critical  Every node is attached to the cluster host network" in session.lines
    assert max(map(len, session.lines)) <= 72


@pytest.mark.parametrize("columns", [40, 80])
def test_the_page_of_a_rule_fits_its_terminal(folder: Path, columns: int) -> None:
    lines = on_a_terminal(folder, columns, "rules", "HA-001").lines

    prose = lines[: lines.index("EVIDENCE")]
    assert max(map(len, prose)) <= columns
