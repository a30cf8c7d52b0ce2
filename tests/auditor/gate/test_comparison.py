"""Two judgements are compared by fingerprints: what was not seen on either side is never called new, or fixed."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chaudit.finding import WHOLE_CLUSTER, Finding, Outcome, Standing
from chaudit.gate import ExitCode, Threshold
from chaudit.gate.baseline import Baseline, hold_against
from chaudit.gate.comparison import Judged, Kind, compare
from chaudit.objects import Subject
from chaudit.severity import Severity

TAKEN = datetime(2026, 1, 1, tzinfo=UTC)
F, U, W, P, N = Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.PASSED, Outcome.NOT_APPLICABLE
NOTHING_KNOWN = Judged((), frozenset())


def finding(outcome: Outcome, name: str = "a", severity: Severity = Severity.HIGH) -> Finding:
    return Finding(f"f{name}", "TST-001", "Things are small", severity, outcome, Subject("Thing", "", name))


BLIND = Finding("cluster", "TST-001", "Things are small", Severity.HIGH, U, WHOLE_CLUSTER)


def judged(*findings: Finding) -> Judged:
    return Judged(findings, frozenset({"TST-001"}))


def kinds(then: Judged, now: Judged) -> dict[str, Kind]:
    return {change.finding.fingerprint: change.kind for change in compare(then, now)}


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (P, F, Kind.NEW),
        (N, F, Kind.NEW),
        (W, F, Kind.NEW),
        (F, F, Kind.UNCHANGED),
        (U, F, Kind.INCOMPARABLE),
        (F, P, Kind.FIXED),
        (W, P, Kind.FIXED),
        (F, N, Kind.FIXED),
        (U, P, Kind.INCOMPARABLE),
        (P, U, Kind.INCOMPARABLE),
        (U, U, Kind.INCOMPARABLE),
        (F, W, Kind.CHANGED),
        (P, W, Kind.CHANGED),
        (P, N, Kind.CHANGED),
        (W, W, Kind.UNCHANGED),
        (P, P, Kind.UNCHANGED),
    ],
)
def test_what_became_of_a_finding_follows_from_its_outcomes(was: Outcome, now: Outcome, kind: Kind) -> None:
    assert kinds(judged(finding(was)), judged(finding(now))) == {"fa": kind}


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (Severity.MEDIUM, Severity.HIGH, Kind.NEW),
        (Severity.HIGH, Severity.MEDIUM, Kind.UNCHANGED),
    ],
)
def test_what_weighs_more_than_it_did_is_new(was: Severity, now: Severity, kind: Kind) -> None:
    assert kinds(judged(finding(F, severity=was)), judged(finding(F, severity=now))) == {"fa": kind}


def test_what_weighs_more_than_was_known_cannot_be_compared() -> None:
    light = msgspec.structs.replace(finding(F, severity=Severity.LOW), unknown_severity=Severity.HIGH)

    assert kinds(judged(light), judged(finding(F))) == {"fa": Kind.INCOMPARABLE}
    assert kinds(judged(light), judged(finding(F, severity=Severity.LOW))) == {"fa": Kind.UNCHANGED}


@pytest.mark.parametrize(("outcome", "kind"), [(F, Kind.NEW), (W, Kind.CHANGED), (P, Kind.UNCHANGED)])
def test_a_subject_that_appeared_was_not_there_if_all_were_seen(outcome: Outcome, kind: Kind) -> None:
    assert kinds(judged(finding(P, "b")), judged(finding(outcome), finding(P, "b")))["fa"] is kind


@pytest.mark.parametrize(("outcome", "kind"), [(F, Kind.FIXED), (W, Kind.FIXED), (P, Kind.UNCHANGED)])
def test_a_subject_that_vanished_is_gone_if_all_are_seen(outcome: Outcome, kind: Kind) -> None:
    assert kinds(judged(finding(outcome)), judged(finding(P, "b")))["fa"] is kind


def test_where_a_rule_could_not_see_all_its_subjects_nothing_appeared_or_vanished() -> None:
    assert kinds(judged(BLIND), judged(finding(F)))["fa"] is Kind.INCOMPARABLE
    assert kinds(judged(finding(F)), judged(BLIND))["fa"] is Kind.INCOMPARABLE
    assert kinds(judged(BLIND), judged(finding(P)))["fa"] is Kind.UNCHANGED


@pytest.mark.parametrize(
    "unseen",
    [Subject("Source", name="things"), Subject("Probe", name="touch"), Subject("Thing", "", "a")],
    ids=["a list", "a probe", "the object it is part of"],
)
def test_what_vanished_with_what_could_not_be_looked_at_is_not_fixed(unseen: Subject) -> None:
    part = msgspec.structs.replace(finding(F), subject=Subject("Thing", "", "a", "80/TCP"))
    gap = Finding("gap", "TST-001", "Things are small", Severity.HIGH, U, unseen)

    assert kinds(judged(part, finding(P, "b")), judged(gap, finding(P, "b")))["fa"] is Kind.INCOMPARABLE


def test_what_vanished_beside_an_unknown_of_something_else_is_fixed() -> None:
    assert kinds(judged(finding(F), finding(P, "b")), judged(finding(U, "b")))["fa"] is Kind.FIXED


def test_a_rule_that_was_not_judged_then_has_nothing_new_and_one_that_is_not_now_nothing_fixed() -> None:
    assert kinds(NOTHING_KNOWN, judged(finding(F))) == {"fa": Kind.INCOMPARABLE}
    assert kinds(judged(finding(F)), NOTHING_KNOWN) == {}


def held(then: Judged, now: Judged, *mandatory: str) -> tuple[list[Standing | None], Baseline]:
    compared = hold_against(then, TAKEN, now, frozenset(mandatory))
    return [one.standing for one in compared.findings], compared.baseline


def test_what_failed_or_is_unknown_has_a_standing_and_what_is_fixed_is_listed() -> None:
    then = judged(finding(F, "a"), finding(P, "b"), finding(F, "c"), finding(F, "d"), finding(P, "e"))
    now = judged(finding(F, "a"), finding(F, "b"), finding(P, "c"), finding(U, "e"))

    standings, baseline = held(then, now)

    assert standings == [Standing.UNCHANGED, Standing.NEW, None, Standing.INCOMPARABLE]
    assert [one.fingerprint for one in baseline.fixed] == ["fc", "fd"]


def test_former_failures_of_which_nothing_can_be_told_are_listed_and_not_called_fixed() -> None:
    _, baseline = held(judged(finding(F)), judged(BLIND))

    assert [one.fingerprint for one in baseline.incomparable] == ["fa"]
    assert baseline.fixed == ()


def test_what_a_probe_told_that_nobody_asked_again_is_not_fixed_but_not_seen() -> None:
    asked, unasked = {"TST-001": frozenset[str]()}, {"TST-001": frozenset({"echo"})}
    then, now = judged(finding(F)), judged(finding(N))

    _, baseline = held(replace(then, unasked=asked), replace(now, unasked=unasked))
    _, as_ever = held(replace(then, unasked=unasked), replace(now, unasked=unasked))

    assert ([one.fingerprint for one in baseline.incomparable], baseline.fixed) == (["fa"], ())
    assert ([one.fingerprint for one in as_ever.fixed], as_ever.incomparable) == (["fa"], ())


def test_mandatory_rules_fail_whether_new_or_not() -> None:
    standings, _ = held(judged(finding(F)), judged(finding(F)), "TST-001")

    assert standings == [None]


def test_rules_that_only_the_baseline_judged_are_named() -> None:
    then = Judged((), frozenset({"TST-001", "TST-002"}))

    assert held(then, judged())[1].not_judged == ("TST-002",)


some = st.lists(
    st.builds(finding, st.sampled_from(Outcome), st.sampled_from("abcd"), st.sampled_from(Severity)),
    unique_by=lambda one: one.fingerprint,
    max_size=4,
)


def code(findings: Sequence[Finding]) -> ExitCode:
    return Threshold().judge(findings).exit_code


@given(some)
def test_against_itself_nothing_is_new_and_nothing_fixed(findings: list[Finding]) -> None:
    compared = hold_against(judged(*findings), TAKEN, judged(*findings), frozenset())

    assert Standing.NEW not in {one.standing for one in compared.findings}
    assert compared.baseline.fixed == ()


@given(some, some)
def test_a_baseline_never_makes_a_verdict_worse_and_never_hides_what_is_unknown(
    then: list[Finding], now: list[Finding]
) -> None:
    with_baseline = code(hold_against(judged(*then), TAKEN, judged(*now), frozenset()).findings)

    if code(now) is ExitCode.CLEAN:
        assert with_baseline is ExitCode.CLEAN
    if any(one.outcome is U and one.severity.reaches(Severity.HIGH) for one in now):
        assert with_baseline is not ExitCode.CLEAN


@given(some, some, st.sampled_from("abcd"))
def test_evidence_taken_from_either_side_never_makes_what_is_new_pass(
    then: list[Finding], now: list[Finding], lost: str
) -> None:
    def without(findings: list[Finding]) -> Judged:
        return judged(
            *(msgspec.structs.replace(one, outcome=U) if one.fingerprint == f"f{lost}" else one for one in findings)
        )

    before = code(hold_against(judged(*then), TAKEN, judged(*now), frozenset()).findings)

    for old, new in ((without(then), judged(*now)), (judged(*then), without(now))):
        after = code(hold_against(old, TAKEN, new, frozenset()).findings)
        assert before is ExitCode.CLEAN or after is not ExitCode.CLEAN
