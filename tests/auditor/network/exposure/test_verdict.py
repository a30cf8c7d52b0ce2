"""How statements about sources add up."""

import pytest

from chaudit_network.exposure.verdict import Reach, Verdict, either_way, in_a_row

OPEN, CLOSED, PARTIAL, UNKNOWN = (Verdict(reach, (f"why {reach}",)) for reach in Reach)


@pytest.mark.parametrize(
    ("obstacles", "expected"),
    [
        ([OPEN, OPEN], Reach.OPEN),
        ([OPEN, PARTIAL, OPEN], Reach.PARTIAL),
        ([PARTIAL, UNKNOWN], Reach.UNKNOWN),
        ([UNKNOWN, PARTIAL], Reach.UNKNOWN),
        ([UNKNOWN, CLOSED], Reach.CLOSED),
        ([], Reach.OPEN),
    ],
)
def test_obstacles_in_a_row_leave_what_all_of_them_leave(obstacles: list[Verdict], expected: Reach) -> None:
    assert in_a_row(obstacles).verdict is expected


def test_what_closes_the_way_is_the_only_reason() -> None:
    assert in_a_row([OPEN, CLOSED, UNKNOWN]) == CLOSED


def test_reasons_come_in_the_order_of_obstacles_and_once() -> None:
    assert in_a_row([OPEN, PARTIAL, OPEN]).because == ("why open", "why partial")


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([OPEN, OPEN], Reach.OPEN),
        ([CLOSED, CLOSED], Reach.CLOSED),
        ([OPEN, CLOSED], Reach.PARTIAL),
        ([PARTIAL, CLOSED], Reach.PARTIAL),
        ([OPEN, UNKNOWN], Reach.UNKNOWN),
        ([CLOSED, UNKNOWN], Reach.UNKNOWN),
    ],
)
def test_of_several_ways_only_what_holds_for_all_holds(ways: list[Verdict], expected: Reach) -> None:
    assert either_way(ways).verdict is expected
