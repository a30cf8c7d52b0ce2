"""Questions are paced: never faster than allowed, never after the end, and an interrupt stops those that wait."""

import time
from threading import Event

import pytest

from chaudit.evidence.asking import Asking, Limits, TimeUpError


def test_questions_are_asked_no_faster_than_allowed() -> None:
    start = time.monotonic()
    asking = Asking(limits=Limits(per_second=100))
    times: list[float] = []

    list(asking.each(range(6), lambda _: times.append(time.monotonic())))

    assert max(times) - start >= 5 / 100


def test_slow_answers_do_not_slow_the_others_down() -> None:
    everybody_asked = Event()

    def question(number: int) -> bool:
        if number == 4:
            everybody_asked.set()
        return everybody_asked.wait(30)

    assert list(Asking(limits=Limits(per_second=1000)).each(range(5), question)) == [True] * 5


def test_a_question_waits_for_its_turn_each_time_it_asks_and_none_is_asked_after_the_end() -> None:
    asking = Asking(limits=Limits(per_second=0.001, deadline_s=100))
    asking.wait()

    with pytest.raises(TimeUpError):
        asking.wait()


def test_an_answer_is_waited_for_no_longer_than_to_the_end() -> None:
    asking = Asking(limits=Limits(timeout_s=50, deadline_s=2))

    assert 0 < asking.timeout_s <= 2


def test_when_nobody_takes_the_answers_what_was_not_asked_yet_is_not_asked() -> None:
    asked: list[int] = []
    answers = Asking(limits=Limits(per_second=1, timeout_s=1)).each(range(1000), asked.append)

    next(answers)
    answers.close()

    assert len(asked) < 5
