"""Exhibits show what the evidence of the rules carries, and say what is missing from it."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from auditor.world import OTHERS, THINGS, Thing, loaded, snapshot, thing, unread
from chaudit.engine import Evaluation, sources_of
from chaudit.errors import CannotTellError, DoesNotApplyError
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.snapshot import KUBE_SYSTEM
from chaudit.evidence.view import view
from chaudit.exhibits import Exhibit, Exhibited, Shown, exhibited
from chaudit.gate import Threshold
from chaudit.intent.loading import IntentFile
from chaudit.intent.model import Intent
from chaudit.report import json_schema
from chaudit.rules import Rule, Verdicts
from chaudit.scan import judge
from chaudit.severity import Severity


class Size(msgspec.Struct, frozen=True):
    """A size, to be shown."""

    size: int


@view(THINGS, OTHERS.reading)
def sizes(things: Sequence[Thing], others: Reading[Thing]) -> Shown[tuple[Size, ...]]:
    return Shown(tuple(Size(one.size) for one in (*things, *others.objects)), ("who knows",) * bool(others.objects))


SIZES = Exhibit("sizes", "How large things are", tuple[Size, ...], sizes)


def shown(*readings: Reading[Any], exhibit: Exhibit[Any] = SIZES) -> Exhibited[Any]:
    return exhibited(exhibit, Evaluation(snapshot(*readings), Intent()))


def test_an_exhibit_has_its_value() -> None:
    assert shown(loaded(THINGS, thing("a", 3)), loaded(OTHERS)) == Exhibited(
        "sizes", "How large things are", value=(Size(3),)
    )


def test_an_exhibit_without_its_evidence_has_no_value_and_says_why() -> None:
    found = shown(unread(THINGS, State.DENIED), loaded(OTHERS))

    assert (found.value, found.unknown_because) == (None, ("things: denied",))


@pytest.mark.parametrize("state", [State.DENIED, State.FAILED])
def test_what_a_view_makes_do_without_is_told_beside_the_value(state: State) -> None:
    found = shown(loaded(THINGS, thing("a", 3)), unread(OTHERS, state))

    assert (found.value, found.unknown_because) == ((Size(3),), (f"others: {state}",))


def test_an_api_that_is_not_served_leaves_no_gap() -> None:
    assert shown(loaded(THINGS), unread(OTHERS, State.ABSENT)).unknown_because == ()


def test_malformed_objects_and_the_gaps_of_the_view_are_told() -> None:
    found = shown(loaded(THINGS, rejected=["b"]), loaded(OTHERS, thing("c")))

    assert found.unknown_because == ("who knows", "things: 1 object malformed: Thing b")


def test_an_exhibit_that_does_not_apply_says_why() -> None:
    @view(THINGS)
    def nothing(_: object) -> Shown[tuple[Size, ...]]:
        raise DoesNotApplyError("nobody has sizes")

    found = shown(loaded(THINGS), exhibit=Exhibit("sizes", "Sizes", tuple[Size, ...], nothing))

    assert (found.value, found.note) == (None, "nobody has sizes")


def test_a_view_that_crashes_takes_only_its_exhibit_with_it() -> None:
    @view(THINGS)
    def broken(_: object) -> Shown[tuple[Size, ...]]:
        raise ZeroDivisionError("oh")

    found = shown(loaded(THINGS), exhibit=Exhibit("sizes", "Sizes", tuple[Size, ...], broken))

    assert found.unknown_because == ("broken could not be computed: ZeroDivisionError: oh",)


def a_rule() -> Rule[Any]:
    def says_nothing(_: object) -> Verdicts:
        yield from ()

    return Rule("TST-001", "Things are", Severity.LOW, THINGS, (), "-", (), says_nothing)


def test_an_exhibit_makes_nothing_be_read() -> None:
    rules = [a_rule()]

    report = judge(snapshot(loaded(THINGS)), IntentFile(), rules, Threshold(), [SIZES])

    assert sources_of(rules) == (KUBE_SYSTEM, THINGS)
    assert report.exhibited(SIZES) == Exhibited(
        "sizes", "How large things are", ("others: not in the snapshot",), value=()
    )


def test_values_are_members_of_the_json_report_by_the_names_of_their_exhibits() -> None:
    report = judge(
        snapshot(loaded(THINGS, thing("a", 3)), loaded(OTHERS)), IntentFile(), [a_rule()], Threshold(), [SIZES]
    )

    members = json.loads(msgspec.json.encode(report.members))

    assert members["sizes"] == [{"size": 3}]
    assert members["exhibits"] == [{"name": "sizes", "title": "How large things are"}]


def test_a_value_that_is_not_known_is_no_empty_list_in_the_json_report() -> None:
    report = judge(snapshot(unread(THINGS, State.DENIED)), IntentFile(), [a_rule()], Threshold(), [SIZES])

    members = json.loads(msgspec.json.encode(report.members))

    assert "sizes" not in members
    assert members["exhibits"][0]["unknown_because"] == ["things: denied"]


def test_the_schema_describes_exhibits_where_their_values_are() -> None:
    schema = json_schema([SIZES])

    member = schema["$defs"]["Report"]["properties"]["sizes"]
    assert member == {"type": "array", "items": {"$ref": "#/$defs/Size"}, "description": "How large things are"}
    assert "sizes" not in schema["$defs"]["Report"]["required"]


def test_cannot_tell_with_several_reasons_gives_them_all() -> None:
    @view(THINGS)
    def unsure(_: object) -> Shown[tuple[Size, ...]]:
        raise CannotTellError("one", "two")

    found = shown(loaded(THINGS), exhibit=Exhibit("sizes", "Sizes", tuple[Size, ...], unsure))

    assert found.unknown_because == ("one", "two")
