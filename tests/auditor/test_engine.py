"""The engine turns what rules say, and what evidence cannot say, into outcomes."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from auditor.world import OTHERS, THINGS, Thing, loaded, snapshot, thing, unread
from chaudit.engine import Evaluation, evaluate, sources_of
from chaudit.errors import CannotTellError, DoesNotApplyError, IntentError, PluginError
from chaudit.evidence.input import Input
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.snapshot import KUBE_SYSTEM, Snapshot
from chaudit.evidence.source import Source
from chaudit.evidence.view import view
from chaudit.finding import Finding, NotApplicable, Outcome, Unknown, Violation
from chaudit.intent.loading import IntentFile
from chaudit.intent.model import Intent, RuleIntent
from chaudit.rules import Rule, Settings, Verdicts
from chaudit.severity import Severity


def a_rule(each: Input[Any], judge: Callable[..., Verdicts], *using: Input[Any]) -> Rule[Any]:
    return Rule("TST-001", "Things are small", Severity.HIGH, each, using, "Shrink it.", (), judge)


def small(subject: Thing, *_: object) -> Verdicts:
    """Big things fall over."""
    if subject.size > 1:
        yield Violation(f"size {subject.size}, expected 1 at most")


def found(snap: Snapshot, rule_: Rule[Any], intent: Intent | None = None) -> list[Finding]:
    file = IntentFile(intent or Intent(), "intent")
    return list(evaluate(Evaluation(snap, file.intent), file, [rule_]))


def outcomes(snap: Snapshot, rule_: Rule[Any]) -> dict[str, Outcome]:
    return {str(finding.subject): finding.outcome for finding in found(snap, rule_)}


def test_a_subject_passes_when_nothing_is_said_and_fails_when_something_is() -> None:
    seen = outcomes(snapshot(loaded(THINGS, thing("a", 1), thing("b", 9))), a_rule(THINGS, small))

    assert seen == {"Thing a": Outcome.PASSED, "Thing b": Outcome.FAILED}


@pytest.mark.parametrize("state", [State.DENIED, State.FAILED])
def test_an_unread_source_of_subjects_leaves_the_whole_cluster_unknown(state: State) -> None:
    (finding,) = found(snapshot(unread(THINGS, state)), a_rule(THINGS, small))

    assert (str(finding.subject), finding.outcome) == ("Cluster", Outcome.UNKNOWN)
    assert finding.unknown_because == (f"things: {state}",)


def test_denied_absent_and_empty_are_three_outcomes() -> None:
    rule_ = a_rule(THINGS, small)

    seen = [
        outcomes(snapshot(unread(THINGS, State.DENIED)), rule_),
        outcomes(snapshot(unread(THINGS, State.ABSENT)), rule_),
        outcomes(snapshot(loaded(THINGS)), rule_),
    ]

    assert seen == [{"Cluster": Outcome.UNKNOWN}, {"Cluster": Outcome.NOT_APPLICABLE}, {"Cluster": Outcome.PASSED}]


@pytest.mark.parametrize("state", [State.DENIED, State.FAILED, State.ABSENT])
def test_evidence_a_rule_uses_and_does_not_have_makes_every_subject_unknown(state: State) -> None:
    snap = snapshot(loaded(THINGS, thing("a"), thing("b", 9)), unread(OTHERS, state))

    assert outcomes(snap, a_rule(THINGS, small, OTHERS)) == {"Thing a": Outcome.UNKNOWN, "Thing b": Outcome.UNKNOWN}


def test_a_source_nobody_read_is_unknown_too() -> None:
    (finding,) = found(snapshot(), a_rule(THINGS, small))

    assert finding.unknown_because == ("things: not in the snapshot",)


def test_a_rejected_object_is_unknown_and_the_others_are_judged() -> None:
    snap = snapshot(loaded(THINGS, thing("a"), thing("b", 9), rejected=["c"]))

    assert outcomes(snap, a_rule(THINGS, small)) == {
        "Thing a": Outcome.PASSED,
        "Thing b": Outcome.FAILED,
        "Thing c": Outcome.UNKNOWN,
    }


def test_a_rejected_object_behind_a_view_lets_nothing_pass_but_does_not_hide_failures() -> None:
    things = view(THINGS)(lambda records: records)
    snap = snapshot(loaded(THINGS, thing("a"), thing("b", 9), rejected=["c"]))

    assert outcomes(snap, a_rule(things, small)) == {"Thing a": Outcome.UNKNOWN, "Thing b": Outcome.FAILED}


@pytest.mark.parametrize(
    "others", [loaded(OTHERS, rejected=["c"]), unread(OTHERS, State.DENIED)], ids=["rejected", "denied"]
)
def test_where_there_is_nothing_to_judge_what_it_would_be_judged_by_does_not_matter(others: Reading[Any]) -> None:
    (finding,) = found(snapshot(loaded(THINGS), others), a_rule(THINGS, small, OTHERS))

    assert (finding.outcome, finding.note) == (Outcome.PASSED, "the cluster has no things to judge")


def test_a_view_without_subjects_does_not_pass_when_a_rejected_object_might_be_one() -> None:
    things = view(THINGS)(lambda records: records)

    assert outcomes(snapshot(loaded(THINGS, rejected=["c"])), a_rule(things, small)) == {"Cluster": Outcome.UNKNOWN}


def test_a_view_that_takes_the_reading_answers_for_its_gaps_itself() -> None:
    things = view(THINGS.reading)(lambda reading: reading.records)
    snap = snapshot(loaded(THINGS, thing("a"), rejected=["c"]))

    assert outcomes(snap, a_rule(things, small)) == {"Thing a": Outcome.PASSED}


def test_a_reading_refuses_to_hand_over_what_it_does_not_have() -> None:
    with pytest.raises(CannotTellError, match="things: denied"):
        _ = unread(THINGS, State.DENIED).records

    assert unread(THINGS, State.ABSENT).records == ()


def test_a_crashing_rule_is_unknown_for_that_subject_alone() -> None:
    def fragile(subject: Thing) -> Verdicts:
        yield Violation(f"{1 // (subject.size - 1)}")

    findings = found(snapshot(loaded(THINGS, thing("a", 1), thing("b", 2))), a_rule(THINGS, fragile))

    assert [finding.outcome for finding in findings] == [Outcome.UNKNOWN, Outcome.FAILED]
    assert "ZeroDivisionError" in findings[0].unknown_because[0]


def test_a_crashing_view_is_unknown_for_all_that_stands_on_it() -> None:
    @view(THINGS)
    def broken(_: object) -> list[Thing]:
        raise KeyError("lost")

    (finding,) = found(snapshot(loaded(THINGS, thing("a"))), a_rule(broken, small))

    assert finding.outcome is Outcome.UNKNOWN
    assert finding.unknown_because == ("broken could not be computed: KeyError: 'lost'",)


def test_a_view_is_computed_once_for_all_rules_and_its_failure_too() -> None:
    calls = []

    @view(THINGS)
    def counted(_: object) -> list[Thing]:
        calls.append(1)
        raise CannotTellError("no")

    facts = Evaluation(snapshot(loaded(THINGS, thing("a"))), Intent())
    evaluate(facts, IntentFile(), [a_rule(counted, small), a_rule(THINGS, small, counted)])

    assert len(calls) == 1


def test_evidence_is_let_go_with_the_evaluation_though_a_failure_was_remembered() -> None:
    class Computed:
        pass

    @view(OTHERS.reading)
    def computed(_: Reading[Thing]) -> Computed:
        return Computed()

    @view(computed)
    def crashing(_: Computed) -> Computed:
        raise ValueError

    facts = Evaluation(snapshot(loaded(THINGS, thing("a")), loaded(OTHERS)), Intent())
    kept = weakref.ref(facts.get(computed))

    gc.disable()
    try:
        for rule_ in (a_rule(THINGS, small, crashing), a_rule(THINGS, small, crashing)):
            list(evaluate(facts, IntentFile(Intent(), "intent"), [rule_]))
        del facts
        assert kept() is None
    finally:
        gc.enable()


def test_violations_said_before_evidence_runs_out_are_kept() -> None:
    def both(_: Thing) -> Verdicts:
        yield Violation("broken already")
        raise CannotTellError("and the rest cannot be seen")

    (finding,) = found(snapshot(loaded(THINGS, thing("a"))), a_rule(THINGS, both))

    assert finding.outcome is Outcome.FAILED
    assert finding.unknown_because == ("and the rest cannot be seen",)


def test_a_light_violation_does_not_hide_how_much_the_rest_may_weigh() -> None:
    def light(_: Thing) -> Verdicts:
        yield Violation("minor", severity=Severity.LOW)
        yield Unknown("and the rest cannot be seen")

    (finding,) = found(snapshot(loaded(THINGS, thing("a"))), a_rule(THINGS, light))

    assert (finding.outcome, finding.severity, finding.unknown_severity) == (
        Outcome.FAILED,
        Severity.LOW,
        Severity.HIGH,
    )


def test_a_rejected_object_that_may_have_been_a_subject_is_not_hidden_by_failures_of_the_others() -> None:
    things = view(THINGS)(lambda records: records)

    assert outcomes(snapshot(loaded(THINGS, thing("b", 9), rejected=["c"])), a_rule(things, small)) == {
        "Cluster": Outcome.UNKNOWN,
        "Thing b": Outcome.FAILED,
    }


def test_unknown_outweighs_not_applicable_and_a_reason_is_told() -> None:
    def unsure(_: Thing) -> Verdicts:
        yield NotApplicable("not here")
        yield Unknown("who knows")

    def elsewhere(_: Thing) -> Verdicts:
        yield NotApplicable("not here")

    snap = snapshot(loaded(THINGS, thing("a")))

    assert outcomes(snap, a_rule(THINGS, unsure)) == {"Thing a": Outcome.UNKNOWN}
    assert [finding.note for finding in found(snap, a_rule(THINGS, elsewhere))] == ["not here"]


def test_what_does_not_apply_is_not_applicable_whether_subjects_or_inputs_say_so() -> None:
    @view(THINGS)
    def nothing(_: object) -> list[Thing]:
        raise DoesNotApplyError("no such feature")

    snap = snapshot(loaded(THINGS, thing("a")))

    assert outcomes(snap, a_rule(nothing, small)) == {"Cluster": Outcome.NOT_APPLICABLE}
    assert outcomes(snap, a_rule(THINGS, small, nothing)) == {"Thing a": Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("malformed", "outcome"),
    [(THINGS, Outcome.UNKNOWN), (OTHERS, Outcome.NOT_APPLICABLE)],
    ids=["its own", "another's"],
)
def test_only_malformed_objects_that_it_rests_on_cast_doubt_on_what_does_not_apply(
    malformed: Source[Thing], outcome: Outcome
) -> None:
    @view(THINGS)
    def nothing(_: object) -> list[Thing]:
        raise DoesNotApplyError("no such feature")

    both = view(nothing, OTHERS)(lambda _, others: others)
    snap = snapshot(*(loaded(source, rejected=["c"] if source is malformed else []) for source in (THINGS, OTHERS)))

    assert outcomes(snap, a_rule(both, small)) == {"Cluster": outcome}


def test_the_worst_violation_sets_the_severity_unless_operators_declared_one() -> None:
    def two(_: Thing) -> Verdicts:
        yield Violation("minor", severity=Severity.LOW)
        yield Violation("major", severity=Severity.CRITICAL)

    snap = snapshot(loaded(THINGS, thing("a")))
    declared = Intent(rules={"TST-001": RuleIntent(severity=Severity.INFO)})

    assert weighed(snap, a_rule(THINGS, two)) == [(Severity.CRITICAL, "violation")]
    assert weighed(snap, a_rule(THINGS, two), declared) == [(Severity.INFO, "intent")]


def test_a_finding_weighs_as_its_rule_where_no_violation_weighs_more() -> None:
    def two(_: Thing) -> Verdicts:
        yield Violation("minor", severity=Severity.LOW)
        yield Violation("as the rule says")

    snap = snapshot(loaded(THINGS, thing("a")))

    assert weighed(snap, a_rule(THINGS, two)) == [(Severity.HIGH, "rule")]


def weighed(snap: Snapshot, rule_: Rule[Any], intent: Intent | None = None) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.severity_from) for finding in found(snap, rule_, intent)]


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    most: int = 1


def limited(subject: Thing, limit: Limit) -> Verdicts:
    if subject.size > limit.most:
        yield Violation("too big")


def test_settings_come_from_the_intent_or_their_defaults() -> None:
    snap = snapshot(loaded(THINGS, thing("a", 5)))
    rule_ = a_rule(THINGS, limited, Settings(Limit))
    relaxed = Intent(rules={"TST-001": RuleIntent(settings={"most": 5})})

    assert [finding.outcome for finding in found(snap, rule_)] == [Outcome.FAILED]
    assert [finding.outcome for finding in found(snap, rule_, relaxed)] == [Outcome.PASSED]


@pytest.mark.parametrize("settings", [{"most": "five"}, {"least": 1}])
def test_settings_that_do_not_fit_name_their_path(settings: dict[str, object]) -> None:
    intent = Intent(rules={"TST-001": RuleIntent(settings=settings)})

    with pytest.raises(IntentError, match=r"\$\.rules\.TST-001\.settings"):
        found(snapshot(loaded(THINGS)), a_rule(THINGS, limited, Settings(Limit)), intent)


def test_only_what_the_rules_need_is_read_and_the_identity() -> None:
    @view(THINGS, OTHERS.reading)
    def joined(_: object, __: Reading[Thing]) -> list[Thing]:
        return []

    assert sources_of([a_rule(joined, small)]) == (KUBE_SYSTEM, OTHERS, THINGS)
    assert sources_of([a_rule(THINGS, small)]) == (KUBE_SYSTEM, THINGS)


def test_two_sources_under_one_name_are_refused() -> None:
    other = Source("things", Thing, THINGS.served_as)

    with pytest.raises(PluginError, match="another source is already called 'things'"):
        sources_of([a_rule(THINGS, small), a_rule(other, small)])


def test_a_fingerprint_follows_cluster_rule_and_subject_and_not_the_words() -> None:
    def loud(_: Thing) -> Verdicts:
        yield Violation("other words")

    snap = snapshot(loaded(THINGS, thing("a", 9)))

    assert found(snap, a_rule(THINGS, small))[0].fingerprint == found(snap, a_rule(THINGS, loud))[0].fingerprint
