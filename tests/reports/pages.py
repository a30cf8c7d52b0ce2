"""The HTML report as a browser would have it, for tests to look at."""

import pytest
from lxml import html

from chaudit import Report
from chaudit_reports.html import render
from reports.sample import clean_report, error_report, full_report

FULL = full_report()
REPORTS = pytest.mark.parametrize("report", [FULL, clean_report(), error_report()], ids=["full", "clean", "error"])
"""For what holds whatever a report says."""


def page(report: Report = FULL) -> html.HtmlElement:
    return html.document_fromstring("".join(render(report)))


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def section(root: html.HtmlElement, name: str) -> html.HtmlElement:
    return root.get_element_by_id(name)
