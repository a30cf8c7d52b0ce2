"""Findings that differ in nothing but the name of their subject are told together, and no others."""

import pytest
from msgspec.structs import replace

from chaudit import Finding, Outcome, Severity, Violation, Waiver
from chaudit_reports.page.likeness import THIS, alike, left_open
from reports.sample import finding, node


def said(name: str, message: str, **evidence: object) -> Finding:
    return finding("NET-001", Outcome.FAILED, node(name), Violation(message, evidence))


def test_the_same_said_of_several_is_one_statement_with_the_name_left_open() -> None:
    (one,) = alike([said("n1", "no state n1 here", of=["n1", 1]), said("n2", "no state n2 here", of=["n2", 1])])

    assert [finding.subject.name for finding in one.findings] == ["n1", "n2"]
    assert one.said.violations == (Violation(f"no state {THIS} here", {"of": [THIS, 1]}),)


def test_a_statement_about_one_subject_keeps_its_name() -> None:
    (one,) = alike([said("n1", "no state n1 here")])

    assert one.said.violations[0].message == "no state n1 here"


@pytest.mark.parametrize("names", [("message", "evidence"), ("1", "2"), ("null", "true"), ("high", "low")])
def test_a_name_may_be_any_word(names: tuple[str, str]) -> None:
    (one,) = alike([said(name, f"{name} is there 3", of=[name, 3, None, True]) for name in names])

    assert one.said.violations == (Violation(f"{THIS} is there 3", {"of": [THIS, 3, None, True]}),)


@pytest.mark.parametrize(
    "other",
    [
        said("n2", "another message"),
        said("n2", "message", of="2"),
        replace(said("n2", "message", of="1"), severity=Severity.LOW),
        replace(said("n2", "message", of="1"), severity_from="intent"),
        replace(said("n2", "message", of="1"), unknown_because=("dark",)),
        replace(said("n2", "message", of="1"), note="a note"),
        replace(said("n2", "message", of="1"), waiver=Waiver("why", "who", "2030-01-01")),
    ],
)
def test_what_differs_in_anything_else_is_told_by_itself(other: Finding) -> None:
    assert len(alike([said("n1", "message", of="1"), other])) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n1", THIS),
        ("(n1)", f"({THIS})"),
        ("n1: n1, n1", f"{THIS}: {THIS}, {THIS}"),
        ("n10 n1 an1", f"n10 {THIS} an1"),
        ("n1-a n1.b x-n1 n1_c", "n1-a n1.b x-n1 n1_c"),
        ("nothing", "nothing"),
    ],
)
def test_a_name_is_left_open_only_where_it_is_a_word(text: str, expected: str) -> None:
    assert left_open(text, "n1") == expected


def test_a_subject_without_a_name_leaves_nothing_open() -> None:
    assert left_open("text", "") == "text"
