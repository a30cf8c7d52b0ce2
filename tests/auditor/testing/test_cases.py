"""Case files can say what probes answered, and nothing that the rule would not look at."""

from typing import Any

import msgspec
import pytest

from auditor.world import ECHO, Answer
from chaudit import Severity, Verdicts, Violation, rule
from chaudit.testing.cases import Case, run_case


@rule("TST-001", "No thing says b", severity=Severity.HIGH, each=ECHO, remediation="-", references=())
def no_thing_says_b(answer: Answer) -> Verdicts:
    """It is the wrong letter."""
    if answer.said == "b":
        yield Violation("it said b")


def outcomes(**case: object) -> list[tuple[str, str]]:
    found = run_case(msgspec.convert({"name": "a case", "findings": [], **case}, Case), no_thing_says_b)
    return [(one.subject, one.outcome) for one in found]


def test_answers_are_judged_and_without_any_the_probe_was_not_asked() -> None:
    assert outcomes(answers={"echo": [{"name": "a", "said": "b"}, {"name": "c"}]}) == [
        ("Thing a", "failed"),
        ("Thing c", "passed"),
    ]
    assert outcomes(answers={"echo": []}) == [("Cluster", "passed")]
    assert outcomes() == [("Cluster", "not-applicable")]


@pytest.mark.parametrize("state", ["partial", "failed"])
def test_a_probe_that_failed_or_was_broken_off_is_unknown(state: str) -> None:
    assert outcomes(answers={"echo": [{"name": "a"}]}, **{state: ["echo"]}) == [("Cluster", "unknown")]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"answers": {"ping": []}}, "names what the rule does not read: ping"),
        ({"partial": ["ping"]}, "names what the rule does not read: ping"),
        ({"answers": {"echo": [{"said": "b"}]}}, "no answer of echo: Object missing required field `name`"),
    ],
)
def test_a_case_that_says_what_cannot_be_is_refused(case: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        outcomes(**case)
