"""Markdown as CommonMark reads it: names stay text, and long reports are cut, not truncated."""

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from chaudit import Outcome, Subject, code_span
from chaudit_reports.markdown import render
from reports.sample import HOSTILE, clean_report, compared_report, error_report, finding, full_report


def html(text: str) -> str:
    rendered: str = MarkdownIt("commonmark").enable("table").render(text)
    return rendered


def test_the_verdict_is_the_heading() -> None:
    assert render(full_report()).startswith("## chaudit: Failed: 12 findings at or above high")
    assert render(clean_report()).startswith("## chaudit: Clean")


def test_all_that_matters_is_there_waived_and_unknown_included() -> None:
    text = render(full_report())

    assert all(heading in text for heading in ("### Failed", "### Could not be judged", "### Waived", "### Warnings"))
    assert "CHG-1187" in text
    assert "cannot list resource" in text


def test_what_is_new_comes_apart_from_what_is_not_and_what_is_fixed_is_named() -> None:
    parts = dict(part.split("\n", 1) for part in render(compared_report()).split("\n### ")[1:])

    assert list(parts) == [
        "New since the baseline",
        "Failed, and may be new or not",
        "Could not be judged",
        "Failed as in the baseline",
        "Waived",
        "Fixed since the baseline",
        "Not seen any more",
        "Warnings",
    ]
    assert "`Node compute-3`" in parts["New since the baseline"]
    assert "`Node compute-7`" in parts["Failed as in the baseline"]
    assert "was waived until 2026-02-28 by net team: moved in spring (CHG-1186)" in parts["Failed as in the baseline"]
    assert "`Node compute-20`: `failed then`" in parts["Fixed since the baseline"]
    assert "`Hostname gone.example.org`" in parts["Not seen any more"]


def test_a_cluster_that_was_not_reached_is_said_and_nothing_counted() -> None:
    text = render(error_report())

    assert "**Nothing was judged:**" in text
    assert "connection refused" in text
    assert "| failed |" not in text


def test_one_message_is_said_once_with_some_of_its_subjects() -> None:
    assert "and 26 more: ``hostendpoints" in render(full_report())


@pytest.mark.parametrize("name", [*HOSTILE, "``", "`", "a ``` b", "<details>", "| a | b |", "[x](javascript:y)"])
def test_names_reach_the_reader_as_text(name: str) -> None:
    page = html(f"- {code_span(name)}: said")

    assert page.count("<") == page.count("<ul>") * 2 + page.count("<li>") * 2 + page.count("<code>") * 2
    assert page.count("<code>") == 1


def test_a_very_large_report_stays_below_what_pipelines_take() -> None:
    many = tuple(
        finding("NPT-004", Outcome.UNKNOWN, Subject("Service", "apps", f"s{one}"), because=[f"{one} " + "x" * 200])
        for one in range(20_000)
    )

    assert len(render(replace(full_report(), findings=many))) < 100_000
