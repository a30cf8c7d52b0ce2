"""Indexed sets are the same sets as plain intervals, whatever is done with them."""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaudit_network.intervals import Intervals
from chaudit_network.policy.address_index import AddressIndex, IndexedIntervals

UNIVERSE = range(24)

indexes = st.lists(st.sampled_from(UNIVERSE)).map(AddressIndex)
plain = st.lists(st.tuples(st.sampled_from(UNIVERSE), st.integers(0, 6)).map(lambda one: (one[0], sum(one)))).map(
    Intervals.of
)
operations = pytest.mark.parametrize("operation", [operator.or_, operator.and_, operator.sub])


def numbers(found: Intervals) -> list[int]:
    return [number for number in range(32) if number in found]


@given(indexes, plain)
def test_an_indexed_set_holds_what_it_was_made_of(index: AddressIndex, one: Intervals) -> None:
    found = index.indexed(one)

    assert isinstance(found, IndexedIntervals)
    assert numbers(found) == numbers(one)
    assert found.spans == one.spans
    assert bool(found) == bool(one)
    assert hash(found) == hash(one)


@operations
@given(index=indexes, one=plain, other=plain, third=plain)
def test_operations_give_the_same_set_as_on_plain_intervals(
    operation: Callable[[Intervals, Intervals], Intervals],
    index: AddressIndex,
    one: Intervals,
    other: Intervals,
    third: Intervals,
) -> None:
    expected = operation(operation(one, other), third)

    for found in (
        operation(operation(index.indexed(one), index.indexed(other)), index.indexed(third)),
        operation(operation(index.indexed(one), other), third),
        operation(operation(one, index.indexed(other)), third),
        operation(operation(one, other), index.indexed(third)),
    ):
        assert isinstance(found, IndexedIntervals)
        assert numbers(found) == numbers(expected)
        assert bool(found) == bool(expected)
        assert found.spans == expected.spans


@given(indexes, plain, plain)
def test_sets_compare_by_what_they_hold(index: AddressIndex, one: Intervals, other: Intervals) -> None:
    for left, right in (
        (index.indexed(one), index.indexed(other)),
        (index.indexed(one), other),
        (one, index.indexed(other)),
    ):
        assert (left == right) == (one == other)
        assert (left <= right) == (one <= other)


def test_sets_of_two_indexes_go_together() -> None:
    one, other = AddressIndex([1, 2]), AddressIndex([2, 3])

    found = one.indexed(Intervals.of([(1, 2)])) & other.indexed(Intervals.of([(2, 9)]))

    assert numbers(found) == [2]


def test_a_set_of_single_addresses_has_no_intervals() -> None:
    index = AddressIndex(range(0, 1000, 2))

    found = index.indexed(Intervals.of((number, number) for number in range(0, 1000, 4)))

    rest = Intervals.of([(0, 2000)]) - found

    assert isinstance(rest, IndexedIntervals)
    assert (found.others.spans, rest.others.spans) == ((), ((0, 2000),))


def test_a_set_is_nothing_but_a_set() -> None:
    assert AddressIndex([1]).indexed(Intervals.of([(1, 1)])) != "1"
