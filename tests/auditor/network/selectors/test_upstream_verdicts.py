"""Agrees with Calico's own tests of its parser and validator, case by case."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chaudit_network.selectors import SelectorError, parse
from fixtures_folder import fixture


class MatchCase(msgspec.Struct):
    selector: str
    matches: list[dict[str, str]]
    does_not_match: list[dict[str, str]]


class CanonicalCase(msgspec.Struct):
    input: str
    canonical: str


class ObjectCase(msgspec.Struct):
    description: str
    valid: bool
    object: Any


def test_selectors_match_what_they_match_in_calico() -> None:
    cases = msgspec.json.decode(fixture("calico-selectors", "match.shared.json").read_bytes(), type=list[MatchCase])

    expected = [
        (case.selector, labels, match)
        for case in cases
        for match, label_sets in ((True, case.matches), (False, case.does_not_match))
        for labels in label_sets
    ]
    actual = [(selector, labels, parse(selector).matches(labels)) for selector, labels, _ in expected]

    assert expected
    assert actual == expected


def test_canonical_texts_are_those_of_calico() -> None:
    file = fixture("calico-selectors", "canonical.shared.json")
    expected = msgspec.json.decode(file.read_bytes(), type=list[CanonicalCase])

    actual = [CanonicalCase(case.input, str(parse(case.input))) for case in expected]

    assert expected
    assert actual == expected


def test_what_calico_refuses_is_refused() -> None:
    refused = msgspec.json.decode(fixture("calico-selectors", "invalid.shared.json").read_bytes(), type=list[str])

    assert refused
    for text in refused:
        with pytest.raises(SelectorError):
            parse(text)


def test_selectors_of_objects_that_calico_accepts_are_parsed() -> None:
    accepted = [text for case in _objects() if case.valid for text in _selectors(case.object)]

    assert accepted
    for text in accepted:
        assert parse(str(parse(text))) == parse(text)


def test_global_is_seen_in_the_objects_that_calico_refuses_for_it() -> None:
    refused = [case for case in _objects() if not case.valid and "global()" in case.description]

    assert refused
    for case in refused:
        assert any(parse(text).uses_global for text in _selectors(case.object)), case.description


def _objects() -> list[ObjectCase]:
    return msgspec.json.decode(fixture("calico-validator", "cases.shared.json").read_bytes(), type=list[ObjectCase])


def _selectors(value: object) -> Iterator[str]:
    """Yield the text of every field named like a selector."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.lower().endswith("selector") and isinstance(inner, str):
                yield inner
            yield from _selectors(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _selectors(inner)
