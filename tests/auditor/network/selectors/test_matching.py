"""What a selector matches, as Calico has it."""

import pytest
from hypothesis import given

from auditor.network.selectors.generated import label_sets, selectors
from chaudit_network.selectors import Selector, parse


@pytest.mark.parametrize(
    ("selector", "matches_when_absent"),
    [
        ("a == ''", False),
        ("a != ''", True),
        ("a in {''}", False),
        ("a in {}", False),
        ("a not in {''}", True),
        ("a notin {}", True),
        ("a contains ''", False),
        ("a starts with ''", False),
        ("a ends with ''", False),
        ("has(a)", False),
    ],
)
def test_an_absent_label_meets_only_the_negative_conditions(selector: str, matches_when_absent: bool) -> None:
    assert parse(selector).matches({"b": ""}) == matches_when_absent


@pytest.mark.parametrize("selector", ["a == ''", "a in {''}", "a contains ''", "a starts with ''", "a ends with ''"])
def test_an_empty_value_is_there_and_equals_the_empty_string(selector: str) -> None:
    assert parse(selector).matches({"a": ""})


@pytest.mark.parametrize(
    ("selector", "matching", "other"),
    [
        ("iftype contains 'oam'", ["oam", "foam", "oam,mgmt"], ["mgmt", "OAM", "oa"]),
        ("iftype starts with 'oam'", ["oam", "oam0"], ["foam", "Oam0"]),
        ("iftype startswith 'oam'", ["oam", "oam0"], ["foam"]),
        ("iftype ends with 'oam'", ["oam", "foam"], ["oam0"]),
        ("iftype endswith 'oam'", ["oam", "foam"], ["oam0"]),
        ("iftype == 'oam'", ["oam"], ["foam", "Oam", " oam"]),
        ("iftype != 'oam'", ["foam", ""], ["oam"]),
        ("iftype in {'oam', 'mgmt'}", ["oam", "mgmt"], ["oam, mgmt", ""]),
        ("iftype not in {'oam', 'mgmt'}", ["foam", ""], ["oam", "mgmt"]),
        (r"iftype == 'a\'", ["a\\"], ["a"]),
    ],
)
def test_a_value_is_matched_by_the_operator(selector: str, matching: list[str], other: list[str]) -> None:
    found = [value for value in matching + other if parse(selector).matches({"iftype": value})]

    assert found == matching


def test_a_negation_binds_to_the_next_term_only() -> None:
    selector = parse("!a == 'x' && b == 'y'")

    assert selector.matches({"a": "z", "b": "y"})
    assert not selector.matches({"a": "z", "b": "z"})


def test_and_binds_closer_than_or() -> None:
    selector = parse("has(a) || has(b) && has(c)")

    assert selector.matches({"a": ""})
    assert not selector.matches({"b": ""})
    assert not parse("(has(a) || has(b)) && has(c)").matches({"a": ""})


@pytest.mark.parametrize("selector", ["", " \t", "all()", "global()", "!!all()", "!(a in {})"])
def test_what_says_nothing_of_labels_matches_everything(selector: str) -> None:
    assert parse(selector).matches({})
    assert parse(selector).matches({"a": "b"})


@pytest.mark.parametrize("selector", ["!all()", "!global()", "a in {}"])
def test_the_opposite_matches_nothing(selector: str) -> None:
    assert not parse(selector).matches({})
    assert not parse(selector).matches({"a": "b"})


@given(selectors, label_sets)
def test_a_negated_selector_matches_exactly_the_rest(selector: Selector, labels: dict[str, str]) -> None:
    assert parse(f"!{selector}").matches(labels) != selector.matches(labels)
