"""The gate settles exit codes; a waiver hides nothing and changes nothing else."""

from datetime import date

import msgspec
import pytest

from chaudit.finding import Finding, Outcome
from chaudit.gate import ExitCode, Threshold, apply_waivers
from chaudit.intent.model import SubjectSelector, WaiverIntent
from chaudit.objects import Subject
from chaudit.severity import Severity

TODAY = date(2026, 1, 1)


def finding(outcome: Outcome, severity: Severity = Severity.HIGH, name: str = "a") -> Finding:
    return Finding("f" + name, "TST-001", "Things are small", severity, outcome, Subject("Thing", "ns", name))


def waiver(expires: date = TODAY, **selector: str) -> WaiverIntent:
    return WaiverIntent("TST-001", "accepted", "net team", expires, SubjectSelector(**selector))


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


def test_a_waiver_accepts_what_it_selects_and_nothing_else() -> None:
    findings = [finding(Outcome.FAILED, name="a"), finding(Outcome.FAILED, name="b")]

    waived = apply_waivers(findings, [waiver(name="a")], TODAY)

    assert [one.outcome for one in waived.findings] == [Outcome.WAIVED, Outcome.FAILED]
    assert waived.findings[1] == findings[1]
    assert waived.warnings == ()


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.PASSED, Outcome.NOT_APPLICABLE])
def test_only_failures_can_be_waived(outcome: Outcome) -> None:
    waived = apply_waivers([finding(outcome)], [waiver()], TODAY)

    assert waived.findings[0].outcome is outcome
    assert waived.warnings == ("the waiver for TST-001 on */*/*/* (net team) matches nothing",)


def test_a_waiver_holds_on_its_last_day_and_not_on_the_next() -> None:
    last_day, day_after = date(2026, 1, 1), date(2026, 1, 2)
    findings = [finding(Outcome.FAILED)]

    assert apply_waivers(findings, [waiver(last_day)], last_day).findings[0].outcome is Outcome.WAIVED
    expired = apply_waivers(findings, [waiver(last_day)], day_after)
    assert expired.findings[0].outcome is Outcome.FAILED
    assert expired.warnings == ("the waiver for TST-001 on */*/*/* (net team) expired on 2026-01-01",)
