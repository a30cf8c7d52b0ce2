"""Intervals are sets: they agree with Python's sets of small numbers, and with ipaddress."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chaudit_network.intervals import Intervals

_MOST = 40

numbers = st.integers(0, _MOST)
spans = st.lists(st.tuples(numbers, numbers).map(lambda pair: (min(pair), max(pair))), max_size=6)
number_sets = st.frozensets(numbers, max_size=12)

bounded = settings(max_examples=200, deadline=None, derandomize=True)


def intervals(members: frozenset[int]) -> Intervals:
    return Intervals.of((number, number) for number in members)


def members(found: Intervals) -> frozenset[int]:
    return frozenset(number for low, high in found.spans for number in range(low, high + 1))


@bounded
@given(spans)
def test_the_numbers_of_overlapping_intervals_are_those_of_any_of_them(pairs: list[tuple[int, int]]) -> None:
    expected = frozenset(number for low, high in pairs for number in range(low, high + 1))

    assert members(Intervals.of(pairs)) == expected


@bounded
@given(number_sets, number_sets)
def test_union_intersection_and_difference_are_those_of_sets(one: frozenset[int], other: frozenset[int]) -> None:
    ours, theirs = intervals(one), intervals(other)

    assert members(ours | theirs) == one | other
    assert members(ours & theirs) == one & other
    assert members(ours - theirs) == one - other


@bounded
@given(number_sets, number_sets)
def test_whether_one_is_part_of_the_other_is_told_as_of_sets(one: frozenset[int], other: frozenset[int]) -> None:
    assert (intervals(one) <= intervals(other)) == (one <= other)
    assert intervals(one & other) <= intervals(one)


@bounded
@given(number_sets, number_sets)
def test_equal_sets_are_equal_values_however_they_came_about(one: frozenset[int], other: frozenset[int]) -> None:
    ours, theirs = intervals(one), intervals(other)

    assert (ours == theirs) == (one == other)
    assert (ours & theirs) | (ours - theirs) == ours
    assert ours - (ours - theirs) == ours & theirs


@bounded
@given(number_sets, st.integers(-1, _MOST + 1))
def test_membership_and_emptiness_are_those_of_sets(one: frozenset[int], number: int) -> None:
    found = intervals(one)

    assert (number in found) == (number in one)
    assert bool(found) == bool(one)


@bounded
@given(spans, spans)
def test_spans_are_sorted_and_neither_touch_nor_overlap(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    ours, theirs = Intervals.of(one), Intervals.of(other)

    for found in (ours, ours | theirs, ours & theirs, ours - theirs):
        assert all(low <= high for low, high in found.spans)
        assert all(before[1] + 1 < after[0] for before, after in zip(found.spans, found.spans[1:], strict=False))


ipv4_networks = st.builds(
    lambda address, prefix: IPv4Network((address, prefix), strict=False), st.integers(0, 2**32 - 1), st.integers(24, 32)
)
ipv6_networks = st.builds(
    lambda address, prefix: IPv6Network((address, prefix), strict=False),
    st.integers(0, 2**128 - 1),
    st.integers(120, 128),
)


@bounded
@given(st.lists(ipv4_networks | ipv6_networks, max_size=4))
def test_the_addresses_of_networks_are_those_that_ipaddress_lists(networks: list[IPv4Network | IPv6Network]) -> None:
    for family in (4, 6):
        expected = {int(address) for network in networks if network.version == family for address in network}

        assert members(Intervals.addresses(networks, family)) == expected


@pytest.mark.parametrize(
    ("family", "last"),
    [(4, int(IPv4Address("255.255.255.255"))), (6, int(IPv6Address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")))],
)
def test_all_addresses_of_a_family_are_from_the_first_to_the_last(family: int, last: int) -> None:
    everyone = Intervals.all_addresses(family)

    assert 0 in everyone
    assert last in everyone
    assert last + 1 not in everyone
    assert everyone == Intervals.addresses([IPv4Network("0.0.0.0/0"), IPv6Network("::/0")], family)
