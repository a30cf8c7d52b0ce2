"""`chaudit diff` as a user meets it: two reports, or snapshots, what is printed and what a pipeline is told."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from auditor.cli.test_scan import INSIDE, INTENT, OUTSIDE, node
from chaudit.cli.main import run
from chaudit.testing import ApiServer, faults

GOOD = node("good", INSIDE)
STRAY = node("stray", OUTSIDE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "chaudit.yaml").write_text(INTENT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scan(server: ApiServer, report: str, *arguments: str) -> None:
    server.write_kubeconfig(Path("kubeconfig"))
    rule = [] if "--rule" in arguments else ["--rule", "NET-001"]
    cluster = ["--kubeconfig", "kubeconfig", "--intent", "chaudit.yaml", "--report", f"json={report}"]
    run(["scan", "-q", *cluster, *rule, *arguments])


@pytest.fixture
def old() -> str:
    with ApiServer([GOOD]) as server:
        scan(server, "old.json")
    return "old.json"


@pytest.fixture
def new() -> str:
    with ApiServer([GOOD, STRAY]) as server:
        scan(server, "new.json")
    return "new.json"


def diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["diff", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_what_is_new_is_named_with_what_it_was_and_blocks(
    capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    code, out, err = diff(capsys, old, new)

    assert (code, err) == (1, "")
    assert "NEW (1)\n  critical NET-001" in out
    assert "Node stray [" in out
    assert "(not there -> failed)" in out
    assert out.endswith("Worse: 1 new finding at or above high. (exit code 1)\n")


def test_the_other_way_round_it_is_fixed(capsys: pytest.CaptureFixture[str], old: str, new: str) -> None:
    code, out, _ = diff(capsys, new, old)

    assert code == 0
    assert "FIXED (1)" in out
    assert "are they the wrong way round?" in out


def test_quiet_says_the_verdict_alone(capsys: pytest.CaptureFixture[str], old: str, new: str) -> None:
    assert diff(capsys, old, new, "-q")[1] == "Worse: 1 new finding at or above high. (exit code 1)\n"


def test_a_list_that_is_denied_now_is_worse_evidence_and_hides_nothing(
    capsys: pytest.CaptureFixture[str], new: str
) -> None:
    with ApiServer([GOOD, STRAY]) as server:
        server.fault("nodes", faults.denied)
        scan(server, "blind.json")

    code, out, _ = diff(capsys, new, "blind.json")

    assert code == 3
    assert "EVIDENCE that got worse (1)\n  nodes loaded -> denied: nodes: " in out
    assert "FIXED" not in out
    assert "(failed -> not seen)" in out
    assert diff(capsys, new, "blind.json", "--allow-unknown")[0] == 0


def test_a_report_given_twice_is_called_that(capsys: pytest.CaptureFixture[str], old: str) -> None:
    code, out, _ = diff(capsys, old, old)

    assert code == 0
    assert "warning both are one and the same scan: nothing can differ" in out


def test_snapshots_are_judged_and_compared_with_reports(capsys: pytest.CaptureFixture[str], old: str) -> None:
    with ApiServer([GOOD, STRAY]) as server:
        server.write_kubeconfig(Path("kubeconfig"))
        run(["collect", "--kubeconfig", "kubeconfig", "-o", "new.json.gz", "-q"])
    judged_alike = ("--intent", "chaudit.yaml", "--rule", "NET-001")

    assert diff(capsys, old, "new.json.gz", *judged_alike)[0] == 1
    assert diff(capsys, "new.json.gz", old, *judged_alike)[0] == 0
    assert diff(capsys, "new.json.gz", "new.json.gz", *judged_alike)[1].endswith(
        "Unchanged: 2 findings, and each is what it was. (exit code 0)\n"
    )


def test_folders_of_lists_are_judged_and_compared(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    identity = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "u"}}
    for name, nodes in (("then", [GOOD]), ("now", [GOOD, STRAY])):
        (folder / name).mkdir()
        for file, items in (("nodes.json", nodes), ("namespaces.json", [identity])):
            (folder / name / file).write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))

    assert diff(capsys, "then", "now", "--intent", "chaudit.yaml", "--rule", "NET-001")[0] == 1
    (folder / "now" / "namespaces.json").unlink()
    code, _, err = diff(capsys, "then", "now", "--intent", "chaudit.yaml", "--rule", "NET-001")
    assert (code, err) == (
        2,
        "chaudit: error: now: it does not say of which cluster it is: it lacks namespace kube-system\n",
    )


def test_only_chosen_rules_are_compared(capsys: pytest.CaptureFixture[str], new: str) -> None:
    with ApiServer([GOOD, STRAY]) as server:
        scan(server, "more.json", "--rule", "NET-*")

    assert diff(capsys, "more.json", new)[0] == 3
    assert diff(capsys, "more.json", new, "--rule", "NET-001")[0] == 0
    assert diff(capsys, "more.json", new, "--skip-rule", "NET-00[2-9]", "--skip-rule", "NET-01*")[0] == 0


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_other_formats_come_alone_on_standard_output(
    capsys: pytest.CaptureFixture[str], old: str, new: str, form: str
) -> None:
    code, out, err = diff(capsys, old, new, "--format", form)

    assert (code, err) == (1, "")
    assert json.loads(out)["verdict"]["new"] == 1 if form == "json" else out.startswith("## chaudit diff: Worse")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["old.json", "missing.json"], "missing.json: cannot be read: No such file or directory"),
        (["old.json", "cut.json"], "cut.json: not a usable chaudit.report/v1 file"),
        (["old.json", "chaudit.yaml"], "chaudit.yaml: not a Kubernetes object or list"),
        (["-", "-"], "OLD and NEW cannot both come from standard input"),
        (["old.json", "other.json"], "two clusters are never compared: old.json is of "),
        (["old.json", "dead.json"], "dead.json: nothing was judged for it"),
        (["old.json", "old.json", "--rule", "FOO-*"], "no rule matches 'FOO-*'"),
        (["old.json", "old.json", "--fail-on", "FOO=high"], "no family of rules is called 'FOO'"),
        (["old.json"], "Missing argument 'NEW'"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], folder: Path, old: str, arguments: Sequence[str], problem: str
) -> None:
    report = (folder / old).read_text()
    (folder / "cut.json").write_text(report[:-300])
    (folder / "other.json").write_text(json.dumps({**json.loads(report), "cluster": {"uid": "another"}}))
    (folder / "dead.json").write_text(json.dumps({**json.loads(report), "error": "cannot be reached"}))

    code, out, err = diff(capsys, *arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert problem in err
