"""Policies are evaluated in order; who may be matched goes both ways, and is told only where both agree."""

import pytest

from chaudit_network.intervals import Intervals
from chaudit_network.policy.evaluation import Action, Decision, Fate, Match, MatchedRule, MatchedTier, evaluate

NOBODY = Intervals()
EVERYBODY = Intervals(((0, 9),))
LOW = Intervals(((0, 4),))
HIGH = Intervals(((5, 9),))


def surely(name: str, action: Action, sources: Intervals = EVERYBODY) -> MatchedRule:
    return MatchedRule(name, action, Match(sources, sources))


def perhaps(name: str, action: Action, sources: Intervals = EVERYBODY) -> MatchedRule:
    return MatchedRule(name, action, Match(NOBODY, sources))


def tier(
    *rules: MatchedRule, name: str = "default", end: Action = Action.DENY, is_entered: bool | None = True
) -> MatchedTier:
    return MatchedTier(name, rules, end, is_entered)


def told(fate: Fate) -> tuple[Intervals, Intervals]:
    return fate.open, fate.closed


def test_without_tiers_everybody_goes_on() -> None:
    fate = evaluate([], EVERYBODY)

    assert fate.undecided == EVERYBODY
    assert told(fate) == (EVERYBODY, NOBODY)
    assert fate.decisions == []


def test_the_first_rule_that_matches_decides() -> None:
    fate = evaluate([tier(surely("a", Action.ALLOW, LOW), surely("b", Action.DENY))], EVERYBODY)

    assert told(fate) == (LOW, HIGH)
    assert fate.decisions == [Decision("a", Action.ALLOW, LOW), Decision("b", Action.DENY, HIGH)]


def test_who_reaches_the_end_of_a_tier_meets_its_end() -> None:
    denied = evaluate([tier(surely("a", Action.ALLOW, LOW))], EVERYBODY)
    passed = evaluate([tier(surely("a", Action.ALLOW, LOW), end=Action.PASS)], EVERYBODY)

    assert told(denied) == (LOW, HIGH)
    assert denied.decisions[-1] == Decision("the end of tier default", Action.DENY, HIGH)
    assert told(passed) == (EVERYBODY, NOBODY)
    assert passed.undecided == HIGH


def test_log_decides_nothing() -> None:
    fate = evaluate([tier(surely("a", Action.LOG), surely("b", Action.ALLOW))], EVERYBODY)

    assert fate.decisions == [Decision("b", Action.ALLOW, EVERYBODY)]


def test_pass_skips_the_rest_of_the_tier_and_its_end() -> None:
    first = tier(surely("a", Action.PASS, LOW), surely("b", Action.DENY), name="first")
    second = tier(surely("c", Action.ALLOW), name="second")

    assert told(evaluate([first, second], EVERYBODY)) == (LOW, HIGH)
    assert evaluate([first], EVERYBODY).undecided == LOW


def test_who_may_be_matched_takes_the_action_and_goes_on() -> None:
    fate = evaluate([tier(perhaps("a", Action.DENY, LOW), surely("b", Action.ALLOW))], EVERYBODY)

    assert told(fate) == (HIGH, NOBODY)
    assert fate.decisions == [Decision("a", Action.DENY, LOW), Decision("b", Action.ALLOW, EVERYBODY)]


def test_a_doubt_does_not_matter_where_both_ways_end_alike() -> None:
    denied = evaluate([tier(perhaps("a", Action.DENY), surely("b", Action.DENY))], EVERYBODY)
    allowed = evaluate([tier(perhaps("a", Action.ALLOW), surely("b", Action.ALLOW))], EVERYBODY)

    assert told(denied) == (NOBODY, EVERYBODY)
    assert told(allowed) == (EVERYBODY, NOBODY)


def test_who_may_have_passed_meets_the_next_tier_too() -> None:
    first = tier(perhaps("a", Action.PASS, LOW), name="first")

    assert told(evaluate([first, tier(surely("b", Action.ALLOW))], EVERYBODY)) == (NOBODY, HIGH)
    assert told(evaluate([first, tier(surely("b", Action.DENY))], EVERYBODY)) == (NOBODY, EVERYBODY)


def test_a_tier_that_is_skipped_decides_nothing() -> None:
    skipped = tier(surely("a", Action.DENY), is_entered=False)

    assert evaluate([skipped], EVERYBODY).undecided == EVERYBODY
    assert evaluate([skipped], EVERYBODY).decisions == []


@pytest.mark.parametrize(
    ("next_action", "expected"), [(Action.ALLOW, (NOBODY, NOBODY)), (Action.DENY, (NOBODY, EVERYBODY))]
)
def test_a_tier_that_may_be_skipped_goes_both_ways(next_action: Action, expected: tuple[Intervals, Intervals]) -> None:
    doubtful = tier(perhaps("a", Action.DENY), is_entered=None)

    assert told(evaluate([doubtful, tier(surely("b", next_action))], EVERYBODY)) == expected


def test_who_may_have_been_denied_or_have_gone_on_is_not_told() -> None:
    fate = evaluate([tier(perhaps("a", Action.DENY), is_entered=None)], EVERYBODY)

    assert told(fate) == (NOBODY, NOBODY)
    assert fate.undecided == EVERYBODY


def test_only_the_sources_that_arrive_are_decided() -> None:
    fate = evaluate([tier(surely("a", Action.ALLOW))], LOW)

    assert told(fate) == (LOW, NOBODY)
    assert fate.decisions == [Decision("a", Action.ALLOW, LOW)]
