"""The HTML report asks nothing of anybody and runs nothing that a cluster says."""

import re
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from chaudit import Report, printable
from chaudit_reports.html import render
from reports.pages import FULL, REPORTS, page, section
from reports.sample import HOSTILE


@REPORTS
def test_it_makes_no_request(report: Report) -> None:
    root = page(report)

    assert not root.xpath("//script | //iframe | //img | //object | //embed | //form | //*[@src or @srcset]")
    assert root.xpath("//link/@href") == ["data:,"]
    assert not re.search(r"url\(|@import|expression\(", root.xpath("string(//style)"))
    outside = root.xpath("//a[not(starts-with(@href, '#'))]")
    assert {urlsplit(link.get("href")).scheme for link in outside} <= {"https"}
    assert {link.get("rel") for link in outside} <= {"noreferrer noopener"}


@REPORTS
def test_its_content_policy_allows_nothing_but_its_own_styles(report: Report) -> None:
    (policy,) = page(report).xpath("//head/meta[@http-equiv='Content-Security-Policy']/@content")

    assert policy.split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(name: str) -> None:
    failed = section(page(), "failed")

    assert f"default/{printable(name)}:80/TCP" in [
        "".join(one.xpath("span[position() > 1]//text()")) for one in failed.xpath(".//h4[span]")
    ]
    messages = [message.strip() for message in failed.xpath(".//ul[@class='breaches']/li/text()")]
    assert f"{printable(name)} answers on oam" in messages


@REPORTS
def test_nothing_is_on_the_page_that_acts_instead_of_showing(report: Report) -> None:
    assert render(report).replace("\n", "").isprintable()
    assert not page(report).xpath("//@*[starts-with(name(), 'on')]")


def test_only_web_addresses_become_links() -> None:
    hostile = replace(FULL.rules[0], references=("javascript:alert(1)", "RFC 2119"))

    rules = section(page(replace(FULL, rules=(hostile,))), "rules")

    assert "javascript:alert(1)" in rules.text_content()
    assert rules.xpath(".//ul[@class='references']//a") == []
