"""Every rule is judged by its case files, and every rule has been seen to fail, to pass and to be unknown."""

from pathlib import Path

import pytest

from chaudit.engine import Evaluation, evaluate
from chaudit.finding import Outcome
from chaudit.host import installed
from chaudit.testing.cases import Case, load_cases, run_case, scene

FILES = {path.stem: path for path in Path(__file__).parent.glob("*/cases/*.yaml")}
RULES = {rule.id: rule for rule in installed().rules}
CASES = [
    pytest.param(rule_id, case, id=f"{rule_id}: {case.name}")
    for rule_id, path in sorted(FILES.items())
    for case in load_cases(path)
]


@pytest.mark.parametrize(("rule_id", "case"), CASES)
def test_a_rule_finds_exactly_what_its_case_says(rule_id: str, case: Case) -> None:
    assert run_case(case, RULES[rule_id]) == case.findings


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_has_been_seen_to_fail_to_pass_and_to_be_unknown(rule_id: str) -> None:
    seen = {finding.outcome for case in load_cases(FILES[rule_id]) for finding in case.findings}

    assert {Outcome.FAILED, Outcome.PASSED, Outcome.UNKNOWN} <= seen


@pytest.mark.parametrize(("rule_id", "case"), CASES)
def test_no_violation_weighs_more_than_its_rule(rule_id: str, case: Case) -> None:
    rule = RULES[rule_id]
    snapshot, file = scene(case, rule)
    severities = [found.severity for found in evaluate(Evaluation(snapshot, file.intent), file, [rule])]

    assert [severity for severity in severities if severity.rank < rule.severity.rank] == []


def test_every_case_file_belongs_to_a_rule() -> None:
    assert set(FILES) == set(RULES)
