"""The verdict settles exit codes: what failed, what could not be judged, and which of it matters."""

from collections.abc import Mapping

import msgspec
import pytest

from chaudit.finding import Finding, Outcome, Standing
from chaudit.gate import ExitCode, Threshold, Verdict
from chaudit.objects import Subject
from chaudit.severity import Severity


def finding(outcome: Outcome, severity: Severity = Severity.HIGH, rule: str = "TST-001") -> Finding:
    return Finding("f", rule, "Things are small", severity, outcome, Subject("Thing", "ns", "a"))


def standing(outcome: Outcome, compared: Standing) -> Finding:
    return msgspec.structs.replace(finding(outcome), standing=compared)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], ExitCode.CLEAN),
        ([Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.WAIVED], ExitCode.CLEAN),
        ([Outcome.UNKNOWN, Outcome.PASSED], ExitCode.INCOMPLETE),
        ([Outcome.FAILED, Outcome.UNKNOWN], ExitCode.FINDINGS),
    ],
)
def test_failures_weigh_more_than_unknowns_and_both_more_than_passes(outcomes: list[Outcome], code: ExitCode) -> None:
    assert Threshold().judge([finding(outcome) for outcome in outcomes]).exit_code == code


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNKNOWN])
def test_what_is_below_the_threshold_does_not_block(outcome: Outcome) -> None:
    verdict = Threshold(Severity.HIGH).judge([finding(outcome, Severity.MEDIUM)])

    assert verdict.exit_code == ExitCode.CLEAN
    assert verdict.counts[outcome] == 1


def test_what_failed_below_the_threshold_is_unknown_where_the_rest_of_it_may_reach_it() -> None:
    light = msgspec.structs.replace(finding(Outcome.FAILED, Severity.LOW), unknown_severity=Severity.HIGH)

    assert Threshold(Severity.HIGH).judge([light]).exit_code == ExitCode.INCOMPLETE
    assert Threshold(Severity.LOW).judge([light]).exit_code == ExitCode.FINDINGS
    assert Threshold(Severity.CRITICAL).judge([light]).exit_code == ExitCode.CLEAN


def test_unknowns_can_be_allowed_and_failures_cannot() -> None:
    lenient = Threshold(allow_unknown=True)

    assert lenient.judge([finding(Outcome.UNKNOWN)]).exit_code == ExitCode.CLEAN
    assert lenient.judge([finding(Outcome.FAILED)]).exit_code == ExitCode.FINDINGS


def test_never_blocks_on_nothing() -> None:
    assert Threshold(None).judge([finding(Outcome.FAILED, Severity.CRITICAL)]).exit_code == ExitCode.CLEAN


@pytest.mark.parametrize(
    ("families", "code"),
    [
        ({"TST": Severity.MEDIUM}, ExitCode.FINDINGS),
        ({"TST": Severity.CRITICAL}, ExitCode.CLEAN),
        ({"TST": None}, ExitCode.CLEAN),
        ({"OTHER": Severity.INFO}, ExitCode.CLEAN),
    ],
)
def test_a_family_can_have_a_threshold_of_its_own(families: Mapping[str, Severity | None], code: ExitCode) -> None:
    verdict = Threshold(Severity.HIGH, families=families).judge([finding(Outcome.FAILED, Severity.MEDIUM)])

    assert verdict.exit_code == code


def test_a_family_is_measured_by_its_own_threshold_where_the_others_never_fail() -> None:
    threshold = Threshold(None, families={"TST": Severity.LOW})
    verdict = threshold.judge([finding(Outcome.FAILED), finding(Outcome.FAILED, rule="ELSE-001")])

    assert (verdict.exit_code, verdict.at_threshold[Outcome.FAILED]) == (ExitCode.FINDINGS, 1)
    assert verdict.threshold == "never (TST: low)"


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([standing(Outcome.FAILED, Standing.UNCHANGED)], ExitCode.CLEAN),
        ([standing(Outcome.FAILED, Standing.NEW)], ExitCode.FINDINGS),
        ([standing(Outcome.FAILED, Standing.INCOMPARABLE)], ExitCode.INCOMPLETE),
        ([standing(Outcome.UNKNOWN, Standing.INCOMPARABLE)], ExitCode.INCOMPLETE),
    ],
)
def test_with_a_baseline_only_what_is_new_fails_and_what_cannot_be_compared_is_unknown(
    findings: list[Finding], code: ExitCode
) -> None:
    assert Threshold().judge(findings).exit_code == code


def test_what_is_unchanged_does_not_hide_what_of_it_could_not_be_judged() -> None:
    old = msgspec.structs.replace(
        finding(Outcome.FAILED, Severity.LOW), standing=Standing.UNCHANGED, unknown_severity=Severity.HIGH
    )

    assert Threshold().judge([old]).exit_code == ExitCode.INCOMPLETE


def strict(*outcomes: Outcome) -> Verdict:
    return Threshold(strict_waivers=True).judge([finding(outcome) for outcome in outcomes], stale_waivers=1)


def test_waivers_that_accept_nothing_block_only_where_that_is_wanted_and_nothing_failed() -> None:
    assert Threshold().judge([], stale_waivers=1).exit_code == ExitCode.CLEAN
    assert strict().exit_code == ExitCode.USAGE
    assert strict(Outcome.UNKNOWN).exit_code == ExitCode.USAGE
    assert strict(Outcome.FAILED).exit_code == ExitCode.FINDINGS
