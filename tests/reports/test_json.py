"""The JSON report is the report: nothing is lost in it, and it fits the schema that is published for it."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace

from chaudit import Exhibit, Report, json_text
from chaudit.report import json_schema
from chaudit_network.exhibits import EXHIBITS
from chaudit_reports import json as json_report
from reports.sample import clean_report, error_report, full_report


def render(report: Report) -> str:
    return "".join(json_report.render(report))


REPORTS = [full_report(), clean_report(), error_report()]


@pytest.mark.parametrize("report", REPORTS, ids=["full", "clean", "error"])
def test_decoding_gives_back_the_report_but_for_the_values_of_exhibits(report: Report) -> None:
    bare = tuple(replace(one, value=None) for one in report.exhibits)

    assert msgspec.json.decode(render(report), type=Report) == replace(report, exhibits=bare)


def test_the_values_of_exhibits_are_members_of_their_own() -> None:
    members = json.loads(render(full_report()))

    exhibits: tuple[Exhibit[Any], ...] = EXHIBITS
    for exhibit in exhibits:
        shown = full_report().exhibited(exhibit)
        assert shown
        assert msgspec.convert(members[exhibit.name], exhibit.type) == shown.value


@pytest.mark.parametrize("report", REPORTS, ids=["full", "clean", "error"])
def test_it_fits_the_published_schema(report: Report) -> None:
    jsonschema.Draft202012Validator(json_schema(EXHIBITS)).validate(json.loads(render(report)))


def test_it_says_first_what_it_is() -> None:
    assert list(json.loads(render(full_report())))[:5] == ["schema", "tool", "cluster", "scan", "verdict"]


def test_it_is_indented_and_ends_with_a_newline() -> None:
    text = render(clean_report())

    assert text.startswith('{\n  "schema": "chaudit.report/v1",\n')
    assert text.endswith("\n}\n")


def test_a_long_list_in_pieces_is_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    report = full_report()
    monkeypatch.setattr(json_report, "_AT_ONCE", 3)
    assert len(report.findings) % 3

    assert render(report) == json_text(report.members)


def test_printing_it_moves_no_cursor_and_turns_no_text_around() -> None:
    text = render(full_report())

    assert text.replace("\n", "").isprintable()
    assert "\U0001f680" in text
