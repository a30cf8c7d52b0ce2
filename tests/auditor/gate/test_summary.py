"""The verdict in one sentence never claims more than the exit code and the counts carry."""

import pytest

from chaudit.finding import Finding, Outcome
from chaudit.gate import Threshold
from chaudit.objects import Subject
from chaudit.severity import Severity

HIGH_FAILURE = (Outcome.FAILED, Severity.HIGH)
LOW_FAILURE = (Outcome.FAILED, Severity.LOW)
HIGH_UNKNOWN = (Outcome.UNKNOWN, Severity.HIGH)
LOW_UNKNOWN = (Outcome.UNKNOWN, Severity.LOW)
WAIVED = (Outcome.WAIVED, Severity.CRITICAL)
PASS = (Outcome.PASSED, Severity.HIGH)


def summary(threshold: Threshold, *findings: tuple[Outcome, Severity]) -> str:
    verdict = threshold.judge(
        [
            Finding(str(number), "TST-001", "Things are small", severity, outcome, Subject("Thing"))
            for number, (outcome, severity) in enumerate(findings)
        ]
    )
    return verdict.summary


@pytest.mark.parametrize(
    ("findings", "sentence"),
    [
        ([HIGH_FAILURE, LOW_FAILURE], "Failed: 1 finding at or above high."),
        (
            [HIGH_FAILURE, HIGH_FAILURE, HIGH_UNKNOWN, LOW_UNKNOWN],
            "Failed: 2 findings at or above high, and 1 could not be judged.",
        ),
        (
            [HIGH_UNKNOWN, HIGH_UNKNOWN, LOW_FAILURE, PASS],
            "Incomplete: nothing failed at or above high, but 2 could not be judged.",
        ),
        (
            [LOW_FAILURE, PASS],
            "Clean: nothing failed at or above high; 1 failed below it.",
        ),
        ([PASS, WAIVED], "Clean: nothing failed at or above high; 1 waived."),
        ([PASS], "Clean: nothing failed, and everything could be judged."),
        ([], "Clean: nothing failed, and everything could be judged."),
    ],
)
def test_the_sentence_counts_what_reaches_the_threshold(
    findings: list[tuple[Outcome, Severity]], sentence: str
) -> None:
    assert summary(Threshold(), *findings) == sentence


def test_unknowns_that_are_allowed_are_still_said() -> None:
    sentence = summary(Threshold(allow_unknown=True), HIGH_UNKNOWN, LOW_FAILURE)

    assert sentence == "Clean: nothing failed at or above high; 1 failed below it, 1 could not be judged."


def test_without_a_threshold_failures_are_said_and_not_called_clean() -> None:
    assert summary(Threshold(None), HIGH_FAILURE, WAIVED) == "Not gated: 1 failed, 1 waived."


def test_a_cluster_that_was_not_looked_at_is_not_judged() -> None:
    assert Threshold().unavailable().summary == "Unavailable: nothing was judged."
