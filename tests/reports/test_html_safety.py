"""The HTML report asks nothing of anybody and runs nothing that a cluster says."""

import base64
import hashlib
import re
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from chaudit import Outcome, Report, Violation, printable
from chaudit_reports.html import render
from reports.pages import FULL, REPORTS, page, section
from reports.sample import HOSTILE, finding, node


@REPORTS
def test_it_makes_no_request(report: Report) -> None:
    root = page(report)

    assert not root.xpath("//iframe | //img | //object | //embed | //image | //*[@src or @srcset or @style]")
    assert root.xpath("//link/@href") == ["data:,"]
    assert not re.search(r"url\(|@import|expression\(", root.xpath("string(//style)"))
    assert not re.search(r"fetch|XMLHttpRequest|import\b|sendBeacon|WebSocket|https?:", root.xpath("string(//script)"))
    outside = root.xpath("//a[not(starts-with(@href, '#'))]")
    assert {urlsplit(link.get("href")).scheme for link in outside} <= {"https"}
    assert {link.get("rel") for link in outside} <= {"noreferrer noopener"}


@REPORTS
def test_its_content_policy_allows_its_own_style_and_script_and_nothing_else(report: Report) -> None:
    root = page(report)
    (policy,) = root.xpath("//head/meta[@http-equiv='Content-Security-Policy']/@content")
    ((style,), (script,)) = (root.xpath(f"//{tag}/text()") for tag in ("style", "script"))

    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest(style)}'",
        f"script-src 'sha256-{digest(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(name: str) -> None:
    names = section(page(), "failed").xpath(".//p[starts-with(@class, 'names')]/span/text()")

    assert f"default/{printable(name)}:80/TCP" in names


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_is_shown_and_does_nothing(name: str) -> None:
    said = finding("NET-001", Outcome.FAILED, node("a"), Violation(f"{name} is there", {name: [name]}))

    failed = section(page(replace(FULL, findings=(said,))), "failed")

    (message,) = failed.xpath(".//ul[@class='breaches']/li/text()[1]")
    assert message.strip() == f"{printable(name)} is there"
    assert failed.xpath(".//dl/div/dt/text()") == [printable(name)]
    assert failed.xpath(".//dl/div/dd/code/text()") == [printable(name)]


def test_hostile_names_in_pictures_and_tables_are_text() -> None:
    root = page()

    assert printable(HOSTILE[0]) in root.xpath("//table//tr/th/text()")
    assert root.xpath("//svg[@class='drawing']//script") == []
    assert HOSTILE[0] in root.xpath("//svg[@class='drawing']//text[@class='node']/title/text()")


@REPORTS
def test_nothing_is_on_the_page_that_acts_instead_of_showing(report: Report) -> None:
    assert "".join(render(report)).replace("\n", "").isprintable()
    assert not page(report).xpath("//@*[starts-with(name(), 'on')]")


def test_only_web_addresses_become_links() -> None:
    hostile = replace(FULL.rules[0], references=("javascript:alert(1)", "RFC 2119"))

    rules = section(page(replace(FULL, rules=(hostile,))), "rules")

    assert "javascript:alert(1)" in rules.text_content()
    assert rules.xpath(".//ul[@class='references']//a") == []
