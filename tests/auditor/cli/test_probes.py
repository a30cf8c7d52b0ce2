"""Probes as a user meets them: chosen by option, asked live, saved, replayed, never taken for more than they are."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.world import ECHO, THINGS, Answer
from chaudit import Probe, Rule, Severity, Source, Verdicts, Violation, hookimpl, rule
from chaudit.cli import main
from chaudit.host import PluginHost, installed
from chaudit.testing import ApiServer, faults

pytestmark = pytest.mark.usefixtures("folder")

THING = {"apiVersion": "example.org/v1", "kind": "Thing"}


@rule("TST-001", "No thing says b", severity=Severity.HIGH, each=ECHO, remediation="-", references=())
def no_thing_says_b(answer: Answer) -> Verdicts:
    """It is the wrong letter."""
    if answer.said.endswith("b"):
        yield Violation(f"{answer.name} said {answer.said}")


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    return [no_thing_says_b]


@hookimpl
def register_sources() -> Iterable[Source[Any]]:
    return [THINGS]


@hookimpl
def register_probes() -> Iterable[Probe[Any, Any]]:
    return [ECHO]


ACME = SimpleNamespace(
    register_rules=register_rules, register_sources=register_sources, register_probes=register_probes
)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer([{**THING, "metadata": {"name": name}} for name in "abc"]) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    server.write_kubeconfig(tmp_path / "kubeconfig")
    monkeypatch.chdir(tmp_path)
    reports = installed().reporters
    plugin = SimpleNamespace(register_reporters=hookimpl(lambda: reports))
    monkeypatch.setattr(main, "installed", lambda: PluginHost([("acme", ACME), ("reports", plugin)]))
    return tmp_path


def scan(*arguments: str) -> tuple[int, dict[str, Any], list[tuple[str, ...]]]:
    """Return the exit code, the evidence by name, and the findings."""
    code = main.run(["scan", *arguments, "--report", "json=report.json"])
    report = json.loads(Path("report.json").read_text())
    findings = [
        (one["subject"].get("name", ""), one["outcome"], *one.get("unknown_because", [])) for one in report["findings"]
    ]
    return code, {one["source"]: one for one in report["evidence"]}, findings


LIVE = ("--kubeconfig", "kubeconfig")


def test_answers_are_judged_and_shown_with_the_evidence() -> None:
    code, evidence, findings = scan(*LIVE, "--probe", "echo=say ")

    assert code == 1
    assert findings == [("a", "passed"), ("b", "failed"), ("c", "passed")]
    assert (evidence["echo"]["state"], evidence["echo"]["objects"], evidence["echo"]["targets"]) == ("loaded", 3, 3)
    assert evidence["things"]["targets"] is None


def test_what_nobody_asked_is_no_gap_and_reads_nothing_for_its_targets() -> None:
    code, evidence, findings = scan(*LIVE)

    assert (code, findings) == (0, [("", "not-applicable")])
    assert (evidence["echo"]["state"], evidence["echo"]["reason"]) == ("absent", "not probed: --probe echo asks for it")
    assert "things" not in evidence


def test_a_probe_that_meets_its_limit_blocks_the_gate() -> None:
    code, evidence, findings = scan(*LIVE, "--probe", "echo", "--probe-limit", "1")

    assert code == 3
    assert evidence["echo"]["state"] == "partial"
    assert findings == [("", "unknown", "echo: not all targets asked because of --probe-limit 1")]


def test_a_probe_whose_targets_were_denied_blocks_the_gate(server: ApiServer) -> None:
    server.fault("things", faults.denied)

    code, evidence, _ = scan(*LIVE, "--probe", "echo")

    assert code == 3
    assert evidence["echo"]["state"] == "failed"


def test_a_snapshot_replays_the_answers_as_they_were(server: ApiServer) -> None:
    live = scan(*LIVE, "--probe", "echo")
    assert main.run(["collect", *LIVE, "--probe", "echo", "-o", "snapshot.json.gz"]) == 0
    requests = len(server.requests)

    code, evidence, findings = scan("--snapshot", "snapshot.json.gz")

    assert len(server.requests) == requests
    assert (code, findings) == (live[0], live[2])
    assert {**evidence["echo"], "read_at": ""} == {**live[1]["echo"], "read_at": ""}


def test_a_snapshot_without_answers_says_that_nobody_asked() -> None:
    main.run(["collect", *LIVE, "-o", "snapshot.json"])

    _, evidence, _ = scan("--snapshot", "snapshot.json")

    assert (evidence["echo"]["state"], evidence["echo"]["reason"]) == ("absent", "not probed: --probe echo asks for it")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*LIVE, "--probe", "ping"], "no probe is called 'ping': choose from echo"),
        ([*LIVE, "--probe", "echo=7"], "--probe echo: 7 is a number"),
        (["--snapshot", "kubeconfig", "--probe", "echo"], "--snapshot and --probe exclude each other"),
        ([*LIVE, "--bgp-rib", "table.json"], "no probe is called 'bgp-rib': choose from echo"),
        (["--snapshot", "kubeconfig", "--bgp-rib", "table.json"], "--snapshot and --probe exclude each other"),
        ([*LIVE, "--probe-rate", "0"], "0.0 is not in the range"),
    ],
)
def test_a_probe_that_cannot_be_asked_exits_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code = main.run(["scan", *arguments])

    assert code == 2
    assert said in capsys.readouterr().err


def test_rights_for_the_targets_are_part_of_the_role_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    main.run(["rbac"])
    without = capsys.readouterr().out
    main.run(["rbac", "--probe", "echo"])
    with_probe = capsys.readouterr().out

    assert ("things" in without, "things" in with_probe) == (False, True)
