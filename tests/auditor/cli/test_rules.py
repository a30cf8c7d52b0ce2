"""`chaudit rules`: the list, and a page of a manual for each rule."""

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from auditor.world import THINGS
from chaudit.cli.main import run
from chaudit.cli.manual import manual_of
from chaudit.engine import check_settings
from chaudit.gate.waivers import check_waivers
from chaudit.host import installed
from chaudit.intent.loading import load
from chaudit.rules import Settings, Verdicts, rule
from chaudit.selection import check_rule_names, matching
from chaudit.severity import Severity

SECTIONS = (
    "NAME",
    "WHAT IT JUDGES",
    "WHY",
    "OUTCOMES",
    "FIX",
    "EVIDENCE",
    "SETTINGS",
    "SEVERITY AND WAIVERS",
    "PROFILES",
    "CONTROLS",
    "REFERENCES",
    "SEE ALSO",
)


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_rules_are_listed_with_severity_and_title(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = output(capsys, "rules")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [rule.id for rule in installed().rules]


@pytest.mark.parametrize("rule_id", [rule.id for rule in installed().rules])
def test_a_rule_is_explained_whole(capsys: pytest.CaptureFixture[str], rule_id: str) -> None:
    code, out, _ = output(capsys, "rules", rule_id.lower())

    assert code == 0
    headings = [line for line in out.splitlines() if line.isupper() and not line.startswith(" ")]
    assert out.startswith(f"NAME\n    {rule_id} - ")
    assert headings == [one for one in SECTIONS if one in headings]
    assert set(SECTIONS) - {"SETTINGS", "PROFILES", "CONTROLS"} <= set(headings)
    assert [line for line in out.splitlines() if len(line) > 80 and " " in line.strip()] == []


def test_an_unknown_rule_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = output(capsys, "rules", "NET-999")

    assert code == 2
    assert err == "chaudit: error: no rule is called 'NET-999': `chaudit rules` lists them; did you mean NET-009?\n"


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["rules", "npt-19"], "did you mean NPT-019"),
        (["rules", "--framework", "nits"], "did you mean nist"),
        (["scan", "--rule", "NPT19"], "did you mean NPT-019"),
        (["scan", "--profile", "starlingx-aio-dy"], "did you mean starlingx-aio-dx"),
        (["scan", "--report", "json", "--report", "junt=x"], "did you mean junit"),
        (["scan", "--fail-on", "NTP=low"], "choose from BGP"),
        (["scna"], "Did you mean 'scan'"),
    ],
)
def test_a_misspelt_name_is_answered_with_what_may_be_meant(
    capsys: pytest.CaptureFixture[str], arguments: list[str], meant: str
) -> None:
    code, _, err = output(capsys, *arguments)

    assert code == 2
    assert meant in err
    assert err.count("\n") == 1


def test_evidence_comes_with_the_verbs_to_grant(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = output(capsys, "rules", "NPT-025")

    assert "- services: list services v1\n" in out
    assert "kube-system/kube-proxy" in out
    assert "- tcp: --probe tcp\n" in out
    assert "chaudit rbac --rule NPT-025 | kubectl apply -f -" in out


def test_settings_come_with_their_type_default_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = output(capsys, "rules", "NPT-010")

    assert "- budget: a whole number from 0; 10 by default\n" in out
    assert "How many node ports there may be" in out


@pytest.mark.parametrize("rule_id", [rule.id for rule in installed().rules])
def test_the_examples_of_a_page_are_an_intent_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rule_id: str
) -> None:
    _, out, _ = output(capsys, "rules", rule_id)
    lines = [line.removeprefix(" " * 8) for line in out.splitlines() if line.startswith(" " * 8) or not line]
    blocks = [yaml.safe_load(block) for block in "\n".join(lines).split("\n\n") if ": " in block or ":\n" in block]
    intents = [block for block in blocks if isinstance(block, dict)]
    for block in intents:
        for waiver in block.get("waivers", ()):
            waiver["expires"] = "2099-12-31"

    assert intents
    for number, block in enumerate(intents):
        path = tmp_path / f"{number}.yaml"
        path.write_text(yaml.safe_dump(block))
        file = load(path)
        check_rule_names(file, installed().rules)
        check_waivers(file, installed().rules)
        check_settings(file, installed().rules)


def test_profiles_that_change_a_rule_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    profile = next(one for one in installed().profiles if one.leaves_out)
    rule_id = matching(installed().rules, profile.leaves_out)[0].id

    _, out, _ = output(capsys, "rules", rule_id)

    assert f"- {profile.name}: not judged\n" in out


def test_all_is_there_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    _, every, _ = output(capsys, "rules", "--json")
    _, one, _ = output(capsys, "rules", "NPT-010", "--json")

    assert [rule["id"] for rule in json.loads(every)] == [rule.id for rule in installed().rules]
    assert json.loads(one) in json.loads(every)
    assert json.loads(one)["settings"] == [{"name": "budget", "type": "a whole number from 0", "default": 10}]


def test_json_is_not_for_lists_by_framework(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = output(capsys, "rules", "--framework", "cis", "--json")

    assert (code, err) == (2, "chaudit: error: --json is for all rules, or for one\n")


@pytest.mark.parametrize("name", ["cis", "nist", "nsa", "starlingx"])
def test_rules_are_listed_by_the_controls_of_a_framework(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = output(capsys, "rules", "--framework", name)

    bearing = {rule.id for rule in installed().rules if name in {one.framework.name for one in rule.controls}}
    assert code == 0
    assert bearing == {line.split()[0] for line in out.splitlines() if line.startswith("    ")}


def test_controls_come_in_the_order_of_their_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = output(capsys, "rules", "--framework", "starlingx")

    sentences = [int(line[1:]) for line in out.splitlines() if line.startswith("S") and line[1:].isdigit()]
    assert sentences == sorted(sentences)
    assert {2, 10} <= set(sentences)


def test_an_unknown_framework_is_a_usage_error_that_names_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = output(capsys, "rules", "--framework", "pci")

    assert code == 2
    assert err == ("chaudit: error: no rule bears on a framework called 'pci': known are cis, nist, nsa, starlingx\n")


def test_one_rule_and_a_framework_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = output(capsys, "rules", "NET-001", "--framework", "cis")

    assert (code, err) == (2, "chaudit: error: a rule's ID, --framework and --profiles exclude each other\n")


class Lists(msgspec.Struct):
    names: list[str] = []
    most: float = 0.5


def test_a_default_that_is_made_anew_each_time_is_told_like_any_other() -> None:
    def judge(_: object, __: Lists) -> Verdicts:
        yield from ()

    made = rule(
        "TST-001", "Title", severity=Severity.LOW, each=THINGS, using=(Settings(Lists),), remediation="-", references=()
    )
    manual = manual_of(made(judge))

    assert [(one.name, one.type, one.default) for one in manual.settings] == [
        ("names", "a list, each a text", []),
        ("most", "a number", 0.5),
    ]
