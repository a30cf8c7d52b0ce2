"""`chaudit waive` as a user meets it: a finding is accepted in the intent file, and everything else stays as it was."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from auditor.cli.test_scan import INSIDE, INTENT, OUTSIDE, node
from chaudit.cli.main import command, run
from chaudit.host import installed
from chaudit.testing import ApiServer

WHY = ("--reason", "moves to the new rack", "--owner", "net team", "--expires", "90d")


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """Serve two nodes that fail and one that passes; the working directory has a report on them."""
    monkeypatch.chdir(tmp_path)
    Path("chaudit.yaml").write_text(f"# what edge 7 is meant to be\n{INTENT}")
    with ApiServer([node("good", INSIDE), node("stray", OUTSIDE), node("stray-2", OUTSIDE)]) as server:
        server.write_kubeconfig(Path("kubeconfig"))
        scan()
        yield server


def scan(*arguments: str) -> int:
    cluster = ["--kubeconfig", "kubeconfig", "--intent", "chaudit.yaml", "--rule", "NET-001"]
    return run(["scan", *cluster, "--report", "json", *arguments])


def findings() -> Mapping[str, Mapping[str, Any]]:
    report = json.loads(Path("chaudit.json").read_text())
    return {one["subject"].get("name", ""): one for one in report["findings"]}


def waive(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["waive", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_scan_says_how_and_the_next_one_has_the_finding_waived_and_the_others_as_they_were(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = findings()
    scan()
    suggested = re.search(r"chaudit waive ([0-9a-f]{12}) --reason", capsys.readouterr().out)
    assert suggested

    code, out, err = waive(capsys, suggested[1], *WHY, "--ticket", "CHG-1187")

    assert (code, err) == (0, "")
    assert out.startswith("chaudit.yaml:5: NET-001 is waived for Node stray until ")
    assert Path("chaudit.yaml").read_text().startswith(f"# what edge 7 is meant to be\n{INTENT}\nwaivers:\n  - rule: ")
    scan("-q")
    after = findings()
    assert {name: one["outcome"] for name, one in after.items()} == {
        "good": "passed",
        "stray": "waived",
        "stray-2": "failed",
    }
    assert {name: after[name] for name in ("good", "stray-2")} == {name: before[name] for name in ("good", "stray-2")}
    assert after["stray"]["waiver"] == {
        "reason": "moves to the new rack",
        "owner": "net team",
        "expires": f"{datetime.now(UTC).date() + timedelta(days=90)}",
        "ticket": "CHG-1187",
    }


def test_several_at_once_make_the_gate_green(capsys: pytest.CaptureFixture[str]) -> None:
    both = [findings()[name]["fingerprint"] for name in ("stray", "stray-2")]

    assert waive(capsys, *both, *WHY)[0] == 0

    assert scan("-q") == 0


def test_a_file_is_made_where_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert waive(capsys, findings()["stray"]["fingerprint"], *WHY, "--intent", "new.yaml")[0] == 0

    assert Path("new.yaml").read_text().startswith("waivers:\n  - rule: NET-001\n")
    assert scan("--intent", "new.yaml", "-q") == 3  # of which network a node should be is not in this file


def test_mode_and_link_stay(capsys: pytest.CaptureFixture[str]) -> None:
    Path("chaudit.yaml").rename("ours.yaml")
    Path("ours.yaml").chmod(0o640)
    Path("chaudit.yaml").symlink_to("ours.yaml")

    assert waive(capsys, findings()["stray"]["fingerprint"], *WHY)[0] == 0

    assert Path("chaudit.yaml").is_symlink()
    assert Path("ours.yaml").stat().st_mode & 0o777 == 0o640
    assert "waivers:" in Path("ours.yaml").read_text()
    assert sorted(path.name for path in Path().iterdir()) == ["chaudit.json", "chaudit.yaml", "kubeconfig", "ours.yaml"]


@pytest.mark.parametrize(
    ("name", "arguments", "problem"),
    [
        ("good", WHY, "NET-001 on Node good did not fail: it is passed"),
        ("stray", WHY[2:], "Missing option '--reason'"),
        ("stray", (*WHY, "--reason", " "), "nobody can look into a waiver without reason"),
        ("stray", (*WHY, "--expires", "2020-01-01"), "2020-01-01 is over"),
        ("stray", (*WHY, "--expires", "2y"), "'2y' is neither a date"),
        ("stray", (*WHY, "--expires", "2027-02-30"), "is neither a date"),
        ("stray", (*WHY, "--report", "none.json"), "none.json: cannot be read"),
        ("stray", (*WHY, "--report", "chaudit.yaml"), "chaudit.yaml: not a usable chaudit.report/v1 file"),
        ("stray", (*WHY, "--intent", "chaudit.json"), "chaudit.json:"),
    ],
)
def test_what_cannot_be_waived_is_one_line_and_leaves_the_file_alone(
    capsys: pytest.CaptureFixture[str], name: str, arguments: Sequence[str], problem: str
) -> None:
    before = {path: path.read_bytes() for path in Path().iterdir()}

    code, out, err = waive(capsys, findings()[name]["fingerprint"], *arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert problem in err
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_a_fingerprint_that_names_none_or_several_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no finding has a fingerprint that begins with xyz" in waive(capsys, "xyz", *WHY)[2]
    assert "no finding has a fingerprint" in waive(capsys, "", *WHY)[2]
    report = json.loads(Path("chaudit.json").read_text())
    for one in report["findings"]:
        one["fingerprint"] = "ab" + one["fingerprint"]
    Path("chaudit.json").write_text(json.dumps(report))
    code, _, err = waive(capsys, "AB", *WHY)
    assert code == 2
    assert "3 findings begin with AB: ab" in err


def test_a_mandatory_rule_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("chaudit.yaml").write_text(f"{INTENT}rules: {{NET-001: {{mandatory: true}}}}\n")

    code, _, err = waive(capsys, findings()["stray"]["fingerprint"], *WHY)

    assert (code, err) == (2, "chaudit: error: NET-001 is mandatory: its findings cannot be waived\n")
    scan()
    assert "chaudit waive" not in capsys.readouterr().out


def test_a_day_that_is_too_far_away_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("chaudit.yaml").write_text(f"{INTENT}gate: {{longest-waiver: 89}}\n")

    code, _, err = waive(capsys, findings()["stray"]["fingerprint"], *WHY)

    assert (code, "is too far away: gate.longest-waiver in chaudit.yaml is 89 days" in err) == (2, True)
    assert waive(capsys, findings()["stray"]["fingerprint"], *WHY, "--expires", "89d")[0] == 0


def test_what_is_waived_is_not_waived_twice(capsys: pytest.CaptureFixture[str]) -> None:
    stray = findings()["stray"]["fingerprint"]
    waive(capsys, stray, *WHY)

    assert "has a waiver for NET-001 on Node stray already" in waive(capsys, stray, *WHY)[2]
    scan("-q")
    assert "NET-001 on Node stray is waived already, until " in waive(capsys, stray, *WHY)[2]


def test_what_could_not_be_judged_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("chaudit.yaml").write_text("")
    scan("-q")
    (unknown, *_) = [one["fingerprint"] for one in findings().values() if one["outcome"] == "unknown"]

    assert "could not be judged, and only what failed can be waived" in waive(capsys, unknown, *WHY)[2]


def test_a_shell_completes_the_fingerprints_of_what_failed() -> None:
    shell = ShellComplete(command(installed()), {}, "chaudit", "_CHAUDIT_COMPLETE")
    stray = findings()["stray"]["fingerprint"]

    assert [(one.value, one.help) for one in shell.get_completions(["waive"], stray[:6])] == [
        (stray, "NET-001 Node stray")
    ]
    assert shell.get_completions(["waive"], findings()["good"]["fingerprint"][:6]) == []
    assert shell.get_completions(["waive", "--report", "none.json"], stray[:6]) == []
