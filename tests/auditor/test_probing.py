"""Probes ask what they may, and their answers never look more complete than they are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pytest

from auditor.world import ECHO, THINGS, Answer, loaded, snapshot, thing, unread
from chaudit.errors import DoesNotApplyError, UsageError
from chaudit.evidence.asking import Asking, Limits, ProbeError, TimeUpError
from chaudit.evidence.input import Input
from chaudit.evidence.probe import Probe
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.view import view
from chaudit.intent.model import Intent
from chaudit.probing import Chosen, choose, probe

WORLD = snapshot(loaded(THINGS, thing("a"), thing("b"), thing("c")))


Ask = Callable[[Sequence[str], Asking], Iterable[Answer]]


def asked(chosen: Chosen, limits: Limits | None = None) -> Reading[Answer]:
    reading: Reading[Answer] = probe(WORLD, Intent(), [chosen], limits).reading(chosen.probe)
    return reading


def asking_with(ask: Ask, targets: Input[Iterable[str]] = ECHO.targets) -> Chosen:
    return Chosen(replace(ECHO, ask=ask, targets=targets))


def test_answers_become_a_reading_of_the_snapshot_in_the_order_of_their_targets() -> None:
    reading = asked(Chosen(ECHO, "hello "))

    assert reading.state is State.LOADED
    assert reading.records == (Answer("a", "hello a"), Answer("b", "hello b"), Answer("c", "hello c"))
    assert (reading.targets, str(reading.subject)) == (3, "Probe echo")


def test_a_probe_that_nobody_asked_is_absent_and_says_how_to_ask() -> None:
    reading = WORLD.reading(ECHO)

    assert (reading.state, reading.reason) == (State.ABSENT, "not probed: --probe echo asks for it")


def test_targets_beyond_the_limit_are_not_asked_and_make_the_reading_partial() -> None:
    reading = asked(Chosen(ECHO), Limits(targets=2))

    assert [answer.name for answer in reading.objects] == ["a", "b"]
    assert (reading.state, reading.reason) == (State.PARTIAL, "echo: not all targets asked because of --probe-limit 2")
    assert not reading.is_complete


def test_targets_that_are_not_asked_in_time_make_the_reading_partial() -> None:
    reading = asked(Chosen(ECHO), Limits(per_second=0.001, deadline_s=100))

    assert [answer.name for answer in reading.objects] == ["a"]
    assert reading.reason == "echo: 2 targets not asked because of --probe-deadline 100"


def test_a_probe_that_is_broken_off_keeps_its_answers_and_is_partial() -> None:
    def ask(_names: Sequence[str], _asking: Asking) -> Iterable[Answer]:
        yield Answer("a")
        raise TimeUpError

    reading = asked(asking_with(ask))

    assert (reading.state, reading.objects) == (State.PARTIAL, (Answer("a"),))


@pytest.mark.parametrize(
    ("error", "said"),
    [(ProbeError("no resolver"), "echo: no resolver"), (KeyError("x"), "echo: the probe crashed: KeyError: 'x'")],
)
def test_a_probe_that_cannot_work_fails_with_the_reason_and_without_answers(error: Exception, said: str) -> None:
    def ask(_names: Sequence[str], _asking: Asking) -> Iterable[Answer]:
        yield Answer("a")
        raise error

    reading = asked(asking_with(ask))

    assert (reading.state, reading.objects, reading.reason) == (State.FAILED, (), said)


def test_targets_that_cannot_be_told_fail_the_probe() -> None:
    denied = snapshot(unread(THINGS, State.DENIED))

    reading = probe(denied, Intent(), [Chosen(ECHO)]).reading(ECHO)

    assert (reading.state, reading.reason) == (State.FAILED, "echo: whom to ask is not known: things: denied")


def test_a_cluster_without_what_is_asked_leaves_nobody_to_ask() -> None:
    @view(THINGS)
    def nobody(_: object) -> Sequence[str]:
        raise DoesNotApplyError("no things here")

    reading = asked(asking_with(ECHO.ask, nobody))

    assert (reading.state, reading.reason) == (State.ABSENT, "echo: nobody to ask: no things here")


def test_without_a_chosen_probe_the_snapshot_stays_as_it_is() -> None:
    assert probe(WORLD, Intent(), ()) is WORLD


OTHER: Probe[str, Answer] = replace(ECHO, name="other")
WRITER: Probe[str, Answer] = replace(ECHO, name="writer", writes=THINGS.served_as)


def test_a_probe_that_writes_is_chosen_by_permission_and_not_otherwise() -> None:
    permitted = [one.probe.name for one in choose(["echo"], [ECHO, WRITER], ["writer"])]

    with pytest.raises(UsageError, match="--probe writer writes to the cluster: --allow-writer permits it"):
        choose(["writer"], [ECHO, WRITER])
    assert permitted == ["echo", "writer"]
    assert [one.probe.name for one in choose(["writer"], [WRITER], ["writer"])] == ["writer"]


def test_a_probe_that_writes_says_which_option_permits_it() -> None:
    assert WRITER.unread.reason == "not probed: --allow-writer asks for it"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["echo"], [("echo", "")]),
        (["echo,other"], [("echo", ""), ("other", "")]),
        (["other", "echo=a=b,c"], [("echo", "a=b,c"), ("other", "")]),
        (["other,echo=x"], [("echo", "x"), ("other", "")]),
    ],
)
def test_options_choose_probes_by_name_with_an_argument_for_the_last(
    options: Sequence[str], expected: Sequence[tuple[str, str]]
) -> None:
    assert [(one.probe.name, one.argument) for one in choose(options, [ECHO, OTHER])] == expected


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["ping"], "no probe is called 'ping': choose from echo, other"),
        (["echo,"], "no probe is called ''"),
        (["echo", "other,echo"], "--probe echo is given twice"),
        (["echo=7"], "--probe echo: 7 is a number"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(options: Sequence[str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        choose(options, [ECHO, OTHER])

    assert str(refused.value).startswith(said)
