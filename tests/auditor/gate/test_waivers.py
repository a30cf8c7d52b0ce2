"""A waiver accepts what it selects, for as long as it says, and nothing else; nothing about it is kept secret."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.world import THINGS
from chaudit.errors import IntentError
from chaudit.finding import WHOLE_CLUSTER, Finding, Outcome, Violation, Waiver
from chaudit.gate.waivers import Waived, accepted, apply_waivers, check_waivers, waiver_for
from chaudit.intent.loading import IntentFile, load
from chaudit.intent.model import Gate, Intent, SubjectSelector, WaiverIntent
from chaudit.objects import Subject
from chaudit.rules import Rule, Verdicts
from chaudit.severity import Severity

TODAY = date(2026, 1, 1)
NO_LABELS: Mapping[str, str] = {}


def finding(outcome: Outcome = Outcome.FAILED, name: str = "a", *violations: Violation) -> Finding:
    subject = Subject("Thing", "ns", name, "80/TCP")
    return Finding(f"f{name}", "TST-001", "Things are small", Severity.HIGH, outcome, subject, violations)


def waiver(expires: date = TODAY, owner: str = "net team", **selector: Any) -> WaiverIntent:  # noqa: ANN401
    return WaiverIntent("TST-001", "accepted", owner, expires, "CHG-7", SubjectSelector(**selector))


def apply(findings: list[Finding], *waivers: WaiverIntent, today: date = TODAY) -> Waived:
    return apply_waivers(findings, IntentFile(Intent(waivers=waivers)), today, lambda _: NO_LABELS)


def outcomes(waived: Waived) -> list[Outcome]:
    return [one.outcome for one in waived.findings]


def test_a_waiver_accepts_what_it_selects_and_nothing_else() -> None:
    findings = [finding(name="a"), finding(name="b")]

    waived = apply(findings, waiver(name="a"))

    assert outcomes(waived) == [Outcome.WAIVED, Outcome.FAILED]
    assert waived.findings[0].waiver == Waiver("accepted", "net team", "2026-01-01", "CHG-7")
    assert waived.findings[1] == findings[1]
    assert (waived.warnings, waived.stale) == ((), 0)


@pytest.mark.parametrize("selector", [{"kind": "Other"}, {"namespace": "x*"}, {"name": "b"}, {"port": "80/UDP"}])
def test_every_part_of_the_selector_must_match(selector: dict[str, Any]) -> None:
    assert outcomes(apply([finding()], waiver(**selector))) == [Outcome.FAILED]


@pytest.mark.parametrize(
    ("wanted", "outcome"),
    [
        ({"tier": "legacy"}, Outcome.WAIVED),
        ({"tier": "leg*"}, Outcome.WAIVED),
        ({"tier": "legacy", "team": "*"}, Outcome.FAILED),
        ({"tier": "new"}, Outcome.FAILED),
    ],
)
def test_labels_are_those_of_the_object(wanted: Mapping[str, str], outcome: Outcome) -> None:
    file = IntentFile(Intent(waivers=(waiver(labels=wanted),)))
    labels = {finding().subject: {"tier": "legacy"}}

    waived = apply_waivers([finding()], file, TODAY, lambda subject: labels[subject])

    assert outcomes(waived) == [outcome]


@pytest.mark.parametrize(
    ("networks", "outcome"),
    [(["oam"], Outcome.WAIVED), (["oam", "mgmt"], Outcome.FAILED), ([None], Outcome.FAILED), ([], Outcome.FAILED)],
)
def test_a_network_accepts_a_finding_only_if_all_its_violations_are_there(
    networks: list[str | None], outcome: Outcome
) -> None:
    violations = [Violation("open", {"network": name} if name else {}) for name in networks]

    assert outcomes(apply([finding(Outcome.FAILED, "a", *violations)], waiver(network="o*"))) == [outcome]


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.NOT_APPLICABLE])
def test_only_failures_can_be_waived_and_a_waiver_of_nothing_is_said_to_be_one(outcome: Outcome) -> None:
    waived = apply([finding(outcome)], waiver())

    assert outcomes(waived) == [outcome]
    assert waived.warnings == ("the waiver for TST-001 on */*/*/* (net team) matches nothing",)
    assert waived.stale == 1


def test_a_waiver_of_what_could_not_be_judged_is_not_said_to_accept_nothing() -> None:
    blind = msgspec.structs.replace(finding(Outcome.UNKNOWN), subject=WHOLE_CLUSTER)

    assert outcomes(apply([finding(Outcome.UNKNOWN)], waiver())) == [Outcome.UNKNOWN]
    assert apply([finding(Outcome.UNKNOWN)], waiver()).stale == 0
    assert apply([blind], waiver(name="a")).stale == 0
    assert apply([finding(Outcome.UNKNOWN)], waiver(name="other")).stale == 1


def test_a_waiver_of_a_rule_that_was_not_judged_is_not_said_to_accept_nothing() -> None:
    waived = apply([], waiver())

    assert (waived.warnings, waived.stale) == ((), 0)


def test_a_waiver_holds_on_its_last_day_and_not_on_the_next() -> None:
    last_day, day_after = date(2026, 1, 1), date(2026, 1, 2)

    assert outcomes(apply([finding()], waiver(last_day), today=last_day)) == [Outcome.WAIVED]
    expired = apply([finding()], waiver(last_day), today=day_after)
    assert outcomes(expired) == [Outcome.FAILED]
    assert expired.findings[0].expired_waiver == Waiver("accepted", "net team", "2026-01-01", "CHG-7")
    assert expired.warnings == ("the waiver for TST-001 on */*/*/* (net team) expired on 2026-01-01",)
    assert expired.stale == 0


def test_an_expired_waiver_that_would_accept_nothing_is_stale() -> None:
    waived = apply([finding(Outcome.PASSED)], waiver(date(2025, 12, 31)))

    assert waived.stale == 1
    assert waived.warnings == (
        "the waiver for TST-001 on */*/*/* (net team) expired on 2025-12-31, and matches nothing",
    )


def test_of_two_that_accept_the_same_the_first_counts_and_the_second_is_named() -> None:
    waived = apply([finding(name="a"), finding(name="b")], waiver(name="a"), waiver(owner="app team"))

    assert [one.waiver.owner for one in waived.findings if one.waiver] == ["net team", "app team"]
    (warning,) = waived.warnings
    assert warning.startswith(
        "the waiver for TST-001 on */*/*/* (app team) accepts 1 finding that the one of net team "
    )
    assert warning.endswith("accepts already: */*/a/*")
    assert waived.stale == 0


def test_an_expired_waiver_overlaps_with_nothing() -> None:
    waived = apply([finding()], waiver(date(2025, 1, 1)), waiver())

    assert waived.warnings == ("the waiver for TST-001 on */*/*/* (net team) expired on 2025-01-01",)
    assert outcomes(waived) == [Outcome.WAIVED]


def small(_: object) -> Verdicts:
    """Big things fall over."""
    yield from ()


def a_rule(*, mandatory: bool = False) -> Rule[Any]:
    return Rule("TST-001", "Things are small", Severity.HIGH, THINGS, (), "Shrink it.", (), small, (), mandatory)


@pytest.mark.parametrize(
    ("text", "rule", "problem"),
    [
        ("waivers: [{rule: TST-009, W}]", a_rule(), r"f.yaml:1: \$.waivers\[0\].rule: no rule is called 'TST-009'"),
        ("waivers: [{rule: TST-001, W}]", a_rule(mandatory=True), r"\$.waivers\[0\].rule: TST-001 is mandatory"),
        ("rules: {TST-001: {mandatory: true}}\nwaivers: [{rule: TST-001, W}]", a_rule(), r"f.yaml:2: .*is mandatory"),
        ("rules: {TST-001: {mandatory: false}}", a_rule(mandatory=True), r"\$.rules.TST-001.mandatory: .*taken back"),
        ("waivers: [{rule: TST-001, subject: {labels: {a: b}}, W}]", a_rule(), r"subject.labels: whoever may write"),
    ],
)
def test_waivers_that_cannot_hold_are_refused_with_line_and_path(
    tmp_path: Path, text: str, rule: Rule[Any], problem: str
) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text.replace("W", "reason: r, owner: o, expires: 2999-01-01"))

    with pytest.raises(IntentError, match=problem):
        check_waivers(load(path), [rule])


@pytest.mark.parametrize(
    "text",
    [
        "rules: {TST-001: {mandatory: true}}",
        "rules: {TST-001: {mandatory: false}}",
        "waivers: [{rule: TST-001, subject: {namespace: a, labels: {a: b}}, reason: r, owner: o, expires: 2999-01-01}]",
    ],
)
def test_waivers_that_can_hold_are_let_through(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text)

    check_waivers(load(path), [a_rule()])


def test_warnings_say_where_in_the_file_the_waiver_is(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("waivers:\n  - rule: TST-001\n    reason: r\n    owner: o\n    expires: 2999-01-01\n")

    waived = apply_waivers([finding(Outcome.PASSED)], load(path), TODAY, lambda _: NO_LABELS)

    assert waived.warnings == (f"{path}:2: the waiver for TST-001 on */*/*/* (o) matches nothing",)


@pytest.mark.parametrize(
    ("longest", "outcome", "warnings"),
    [
        (None, Outcome.WAIVED, []),
        (31, Outcome.WAIVED, []),
        (30, Outcome.FAILED, ["accepts nothing: 2026-02-01 is more than 30 days away"]),
    ],
)
def test_a_waiver_that_would_hold_for_longer_than_any_may_accepts_nothing(
    longest: int | None, outcome: Outcome, warnings: list[str]
) -> None:
    intent = Intent(waivers=(waiver(date(2026, 2, 1)),), gate=Gate(longest_waiver=longest))

    waived = apply_waivers([finding()], IntentFile(intent), TODAY, lambda _: NO_LABELS)

    assert outcomes(waived) == [outcome]
    assert waived.findings[0].expired_waiver is None
    assert [said.partition("(net team) ")[2] for said in waived.warnings] == warnings


names = st.sampled_from(["a", "b", "c", "*"])
some_waivers = st.lists(st.builds(waiver, st.dates(date(2025, 1, 1), date(2027, 1, 1)), name=names), max_size=4)
some_findings = st.lists(
    st.builds(finding, st.sampled_from(sorted({*Outcome} - {Outcome.WAIVED})), st.sampled_from("abc")),
    max_size=6,
    unique_by=lambda one: one.subject,
)


@given(some_findings, some_waivers, st.builds(waiver, name=names))
def test_one_more_waiver_never_changes_a_finding_that_it_does_not_select(
    findings: list[Finding], waivers: list[WaiverIntent], added: WaiverIntent
) -> None:
    before, after = apply(findings, *waivers).findings, apply(findings, *waivers, added).findings

    for given_, old, new in zip(findings, before, after, strict=True):
        selected = added.subject.name in {"*", given_.subject.name} and given_.outcome is Outcome.FAILED
        assert new == old or (selected and old.outcome is Outcome.FAILED and new.outcome is Outcome.WAIVED)


@given(some_findings, some_waivers)
def test_waivers_hide_nothing(findings: list[Finding], waivers: list[WaiverIntent]) -> None:
    assert [unwaived(one) for one in apply(findings, *waivers).findings] == findings


def unwaived(one: Finding) -> Finding:
    outcome = Outcome.FAILED if one.outcome is Outcome.WAIVED else one.outcome
    return msgspec.structs.replace(one, outcome=outcome, waiver=None, expired_waiver=None)


parts = st.sampled_from(["", "a", "b", "*", "[a]", "a*", "?"])
subjects = st.builds(Subject, st.sampled_from(["Thing", "Other"]), parts, parts, parts)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(subjects, min_size=1, max_size=6, unique=True), st.sampled_from(["TST-001", "TST-002"]))
def test_the_waiver_for_a_finding_accepts_that_one_alone_whatever_it_is_called(named: list[Subject], rule: str) -> None:
    rules = ["TST-001", "TST-002"]
    findings = [
        Finding(f"{rule_id}{subject}", rule_id, "Things are small", Severity.HIGH, Outcome.FAILED, subject)
        for subject in named
        for rule_id in rules
    ]
    chosen = findings[rules.index(rule)]

    made = waiver_for(chosen, findings, reason="accepted", owner="net team", expires=TODAY)

    assert [one.fingerprint for one in accepted(findings, [made], TODAY)] == [chosen.fingerprint]
