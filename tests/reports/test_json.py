"""The JSON report is the report: nothing is lost in it, and it fits the schema that is published for it."""

import json

import jsonschema
import msgspec
import pytest

from chaudit import Report
from chaudit.report import json_schema
from chaudit_reports.json import render
from reports.sample import clean_report, error_report, full_report

REPORTS = [full_report(), clean_report(), error_report()]


@pytest.mark.parametrize("report", REPORTS, ids=["full", "clean", "error"])
def test_decoding_gives_back_the_report(report: Report) -> None:
    assert msgspec.json.decode(render(report), type=Report) == report


@pytest.mark.parametrize("report", REPORTS, ids=["full", "clean", "error"])
def test_it_fits_the_published_schema(report: Report) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(render(report)))


def test_it_says_first_what_it_is() -> None:
    assert list(json.loads(render(full_report())))[:5] == ["schema", "tool", "cluster", "scan", "verdict"]


def test_it_is_indented_and_ends_with_a_newline() -> None:
    text = render(clean_report())

    assert text.startswith('{\n  "schema": "chaudit.report/v1",\n')
    assert text.endswith("\n}\n")


def test_printing_it_moves_no_cursor_and_turns_no_text_around() -> None:
    text = render(full_report())

    assert text.replace("\n", "").isprintable()
    assert "\U0001f680" in text
