"""What the language allows, where it is broken, and how much of it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaudit_network.selectors import SelectorError, parse
from chaudit_network.selectors.grammar import MAX_LENGTH, MAX_NESTING

_PIECES = ("a", "in", "not", "has", "has(", "all(", "(", ")", "{", "}", ",", "==", "!=", "!", "=", "&&", "||", "&")
_PIECES_OF_TEXT = (*_PIECES, "'x'", '"', " ", "\t", "\n", "é", "has(a)", "a == 'x'", "b notin {'x','y'}")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("in in {'x'}", {"in": "x"}),
        ("not in {'y'}", {"not": "y"}),
        ("not not in {'y'}", {}),
        ("contains contains 'x'", {"contains": "x"}),
        ("startswith starts with 'x'", {"startswith": "x"}),
        ("has == 'x'", {"has": "x"}),
        ("has(has)", {"has": ""}),
        ("all == 'x'", {"all": "x"}),
        ("allways == 'x'", {"allways": "x"}),
        ("global != 'x'", {}),
        ("-._/Z9 == 'x'", {"-._/Z9": "x"}),
    ],
)
def test_labels_may_be_named_like_words_of_the_language(text: str, labels: dict[str, str]) -> None:
    assert parse(text).matches(labels)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a=='x'&&!has(b)||all()", "a == 'x' && !has(b) || all()"),
        ("a contains'x'", "a contains 'x'"),
        ("a not\t in{'x'}", "a not in {'x'}"),
        ("a notin{'x'}", "a not in {'x'}"),
        ("\t! \t!! has(\ta )\t", "!has(a)"),
        ("all( ) && global(\t)", "all() && global()"),
        ("a in {'x' , 'y',}", "a in {'x', 'y'}"),
    ],
)
def test_blanks_are_needed_only_between_words(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_a_string_may_hold_anything_but_its_own_quote() -> None:
    assert parse("a == '\n\"){'").matches({"a": '\n"){'})


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("a = 'x'", 2, "=="),
        ("a == 'x' & has(b)", 9, "&&"),
        ("a == 'x' | has(b)", 9, "||"),
        ("a == x", 5, "quoted string"),
        ("a ==", 4, "quoted string"),
        ("a", 1, "contains"),
        ("a in 'x'", 5, "{"),
        ("a in {x}", 6, "quoted string"),
        ("a in {'x' 'y'}", 10, ","),
        ("a in {,}", 6, "quoted string"),
        ("a in {'x',,}", 10, "}"),
        ("a starts 'x'", 2, "starts with"),
        ("a == 'x", 5, "quoted string"),
        ("'x' == a", 0, "label"),
        ("has(a) has(b)", 7, "the end"),
        ("has(a) &&", 9, "label"),
        ("has(a))", 6, "the end"),
        ("(has(a)", 7, ")"),
        ("()", 1, "label"),
        ("has (a)", 4, "=="),
        ("has()", 4, "label"),
        ("all ()", 4, "=="),
        ("all(a)", 4, ")"),
        ("a != = 'x'", 5, "quoted string"),
        ("has(a)\n", 6, "the end"),
        ("has(a) &&\r has(b)", 9, "label"),
        ("é == 'x'", 0, "label"),
        ("a == '\n' %", 9, "the end"),
    ],
)
def test_an_error_says_where_it_is_and_what_was_expected(text: str, position: int, expected: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse(text)

    assert caught.value.position == position
    assert expected in caught.value.expected.split(" or ")
    assert f"character {position + 1}: expected" in str(caught.value)


@given(st.lists(st.sampled_from(_PIECES_OF_TEXT), max_size=9).map("".join) | st.text())
def test_any_text_is_a_selector_or_an_error_within_the_text(text: str) -> None:
    position = 0
    try:
        parse(text)
    except SelectorError as error:
        position = error.position

    assert 0 <= position <= len(text)


@pytest.mark.parametrize("separator", ["&&", "||"])
def test_the_longest_selector_is_parsed_and_one_character_more_is_refused(separator: str) -> None:
    text = separator.join(["has(a)"] * (MAX_LENGTH // 8)).ljust(MAX_LENGTH)

    assert parse(text).matches({"a": ""})
    with pytest.raises(SelectorError, match=f"{MAX_LENGTH} characters"):
        parse(f"{text} ")


@pytest.mark.parametrize(("opening", "matches"), [("(", True), ("!(", False), ("has(b) || has(a) && !(", False)])
def test_the_deepest_selector_is_evaluated_and_one_parenthesis_more_is_refused(opening: str, matches: bool) -> None:
    deepest = opening * (MAX_NESTING - 1) + "all()" + ")" * (MAX_NESTING - 1)

    assert parse(deepest).matches({"a": ""}) == matches
    assert str(parse(deepest)).count("all()") == 1
    assert parse(deepest) == parse(f" {deepest}")
    with pytest.raises(SelectorError, match="parentheses"):
        parse(f"{opening}{deepest})")


@pytest.mark.parametrize("text", ["(" * 10_000, "!(" * 10_000 + "all()" + ")" * 10_000, "has(a)&&(" * 5_000])
def test_parentheses_without_end_are_an_error_where_they_get_too_deep(text: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse(text)

    assert text[: caught.value.position].count("(") <= 2 * MAX_NESTING


def test_negations_without_end_cancel_out() -> None:
    assert parse("!" * 50_001 + "has(a)") == parse("!has(a)")


def test_a_label_has_512_characters_at_most() -> None:
    assert parse(f"{'x' * 512} == 'a'").labels == {"x" * 512}
    with pytest.raises(SelectorError):
        parse(f"{'x' * 513} == 'a'")
    with pytest.raises(SelectorError):
        parse(f"{'x' * 512}in {{'a'}}")


def test_an_error_quotes_no_more_than_the_beginning_and_nothing_that_a_terminal_obeys() -> None:
    with pytest.raises(SelectorError) as caught:
        parse("\x1b[31m" + "x" * 10_000)

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
