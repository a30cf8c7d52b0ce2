"""A selector tells what it mentions, and has one text."""

import subprocess
import sys

import pytest
from hypothesis import given

from auditor.network.selectors.generated import selectors
from chaudit_network.selectors import Selector, parse


@given(selectors)
def test_the_canonical_text_reads_back_as_the_same_selector(selector: Selector) -> None:
    assert parse(str(selector)) == selector


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("", "all()"),
        (" ( ( all( ) ) ) ", "all()"),
        ("global( )", "global()"),
        ("a=='b'", 'a == "b"'),
        ("""a != '"'""", """a != '"'"""),
        ("a startswith 'b' || a  ends\twith 'c'", '(a starts with "b" || a ends with "c")'),
        ("a notin {'c', 'b', \"c\",}", 'a not in {"b", "c"}'),
        ("a in {}", "a in {}"),
        ("!!has(a)", "has(a)"),
        ("!(!has(a))", "has(a)"),
        ("!(!!has(a))", "!has(a)"),
        ("! (a == 'b' && has( c ))", '!(a == "b" && has(c))'),
        ("has(a) && (has(b) && has(c))", "(has(a) && (has(b) && has(c)))"),
        ("has(a) || has(b) && has(c)", "(has(a) || (has(b) && has(c)))"),
    ],
)
def test_every_spelling_has_the_same_canonical_text(spelled: str, canonical: str) -> None:
    assert str(parse(spelled)) == canonical


def test_the_labels_it_mentions_are_named_once() -> None:
    selector = parse("has(a) && !(b == 'x' || c in {'y'}) && d not in {} && a contains 'z' && all()")

    assert selector.labels == {"a", "b", "c", "d"}


@pytest.mark.parametrize(("text", "is_all"), [("", True), ("(all())", True), ("!all()", False), ("global()", False)])
def test_only_all_says_that_it_is_all(text: str, is_all: bool) -> None:
    assert parse(text).is_all == is_all


@pytest.mark.parametrize(
    ("text", "uses_global"),
    [("global()", True), ("has(a) && !(all() || global())", True), ("global == 'a'", False), ("all()", False)],
)
def test_global_is_found_wherever_it_stands(text: str, uses_global: bool) -> None:
    assert parse(text).uses_global == uses_global


def test_the_parser_is_loaded_by_the_first_selector_and_not_by_the_import() -> None:
    program = (
        "import sys, chaudit_network.selectors as selectors; "
        "before = 'lark' in sys.modules; selectors.parse('all()'); print(before, 'lark' in sys.modules)"
    )

    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert loaded.split() == ["False", "True"]
