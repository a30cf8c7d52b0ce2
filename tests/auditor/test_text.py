"""Text from a cluster is hostile until it is made printable."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaudit.text import enumerated, json_text, or_rather, plural, printable


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("two\nlines", r"two\nlines"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\ud800", r"\ud800"),
        ("Größe 漢字", "Größe 漢字"),
        ("\x00", r"\x00"),
    ],
)
def test_control_and_format_characters_are_escaped(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@given(st.text(st.characters()))
def test_what_is_printable_stays_so_and_fits_one_encoded_line(text: str) -> None:
    shown = printable(text)

    assert shown.isprintable()
    assert printable(shown) == shown
    assert len(shown.encode().splitlines()) <= 1


def test_counts_agree_with_their_nouns() -> None:
    assert [plural(1, "node"), plural(2, "policy"), plural(0, "address"), plural(3, "day")] == [
        "1 node",
        "2 policies",
        "0 addresses",
        "3 days",
    ]


def test_of_many_names_the_first_few_are_listed() -> None:
    assert enumerated(["a"], "node") == "1 node (a)"
    assert enumerated(["a", "b", "c"], "node") == "3 nodes (a, b, c)"
    assert enumerated(["a", "b\n", "c", "d"], "node") == "4 nodes (a, b\\n, c, ...)"


def test_large_counts_can_be_read() -> None:
    assert plural(25_009, "finding") == "25,009 findings"


def test_what_may_be_meant_is_said_and_nothing_where_nothing_is_like_it() -> None:
    known = ["NET-001", "NPT-019", "NPT-021"]

    assert or_rather("npt-19", known) == "; did you mean NPT-019 or NPT-021?"
    assert or_rather("pci", known) == ""


@pytest.mark.parametrize("hostile", ["\x7f", "\x1b[31m", "\u202e", "\U000e0041", "plain"])
def test_json_holds_nothing_that_a_terminal_acts_on_and_loses_nothing(hostile: str) -> None:
    text = json_text([hostile])

    assert text.replace("\n", "").isprintable()
    assert msgspec.json.decode(text) == [hostile]
