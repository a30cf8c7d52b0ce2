"""The page works as it should in a browser, with its script and without, and does nothing else."""

import re
from typing import TYPE_CHECKING

import pytest

from browser.conftest import Open
from reports.sample import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHOWN = "Array.from(document.querySelectorAll('.findings .item')).filter(one => one.checkVisibility()).length"


def shown(page: "Page") -> int:
    """Count the statements and lists that are to be seen when everything is unfolded."""
    page.evaluate("document.querySelectorAll('.findings details').forEach(one => { one.open = true; })")
    return int(page.evaluate(SHOWN))


def wait_for_filter(page: "Page", expected: str) -> None:
    page.locator("#filter output", has_text=re.compile(expected)).wait_for()


def test_it_asks_nobody_for_anything_and_has_nothing_to_complain_about(visit: Open) -> None:
    seen = visit(at="#rule-NET-001")

    assert set(seen.requests) == {f"{seen.url}#rule-NET-001"} or set(seen.requests) == {seen.url}
    assert seen.complaints == []


def test_what_a_cluster_says_stays_text(visit: Open) -> None:
    seen = visit()

    assert seen.page.locator("text=<script>alert(1)</script>").count() > 1
    assert seen.page.locator("script").count() == 1
    assert [name for name in HOSTILE if name.startswith("javascript:")]
    assert seen.page.locator("a[href^='javascript']").count() == 0
    assert seen.complaints == []


def test_the_content_policy_stops_what_is_not_its_own(visit: Open) -> None:
    page = visit().page

    stopped = page.evaluate(
        """() => new Promise((done) => {
          document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.owned = true";
          document.body.append(script);
        })"""
    )

    assert stopped == "script-src-elem"
    assert page.evaluate("window.owned") is None


def test_without_its_script_nothing_is_missing_but_what_needs_it(visit: Open) -> None:
    page = visit(java_script_enabled=False).page

    assert page.locator("#filter").is_hidden()
    assert page.locator("#theme").is_hidden()
    for section in ("verdict", "network", "exposure", "failed", "unknown", "waived", "passed", "evidence", "rules"):
        assert page.locator(f"#{section} > h2").is_visible()
    assert page.locator("#failed .statement").first.is_visible()
    page.locator("#passed summary").first.click()
    assert page.locator("#passed .names").first.is_visible()


def test_a_search_leaves_what_fits_and_says_how_much_is_hidden(visit: Open) -> None:
    page = visit().page
    everything = shown(page)

    page.fill("#filter [name=text]", "compute-7 internalip")
    wait_for_filter(page, r"1 shown, \d+ hidden")

    assert page.evaluate(SHOWN) == 1
    assert page.locator("#failed-NET-001").is_visible()
    assert page.locator("#failed-NPT-004").is_hidden()
    page.click("#filter [type=reset]")
    page.locator("#failed-NPT-004").wait_for()
    assert shown(page) == everything


def test_a_search_finds_what_is_folded(visit: Open) -> None:
    page = visit().page

    page.fill("#filter [name=text]", "compute-42")
    wait_for_filter(page, "hidden")

    assert page.locator("#passed .names:visible").count() == 1


@pytest.mark.parametrize(
    ("box", "gone", "left"),
    [
        ("[name=severity][value=critical]", "#failed-NET-001", "#failed-NPT-004"),
        ("[name=outcome][value=failed]", "#failed-NET-001", "#waived-NPT-004"),
    ],
)
def test_a_box_hides_its_findings_and_no_others(visit: Open, box: str, gone: str, left: str) -> None:
    page = visit().page

    page.uncheck(f"#filter {box}")
    wait_for_filter(page, "hidden")

    assert page.locator(gone).is_hidden()
    assert page.locator(left).is_visible()


def test_a_family_is_shown_alone(visit: Open) -> None:
    page = visit().page

    page.select_option("#filter [name=family]", "NPT")
    wait_for_filter(page, "hidden")

    assert page.locator("article.rule:visible").count() == 2
    assert page.locator("#failed-NET-001").is_hidden()


@pytest.mark.parametrize(
    ("standing", "where"),
    [("new", "#failed-NET-001"), ("unchanged", "#failed-NPT-004"), ("fixed", "#fixed"), ("incomparable", "#unknown")],
)
def test_a_standing_is_shown_alone(visit: Open, standing: str, where: str) -> None:
    page = visit("compared").page
    expected = page.locator(f".findings [data-standing={standing}].item, [data-standing={standing}] .item").count()

    page.select_option("#filter [name=standing]", standing)
    wait_for_filter(page, f"^{expected} shown")

    assert page.locator(f"{where} .item:visible").count() > 0
    assert page.locator("#waived .item:visible, #passed .item:visible").count() == 0
    assert page.locator(f"#failed .item:visible:not([data-standing={standing}])").count() == 0


def test_what_is_fixed_is_there_without_the_script(visit: Open) -> None:
    page = visit("compared", java_script_enabled=False).page

    assert page.locator("#fixed .names").first.is_visible()
    assert page.locator("#failed .standing.new").first.is_visible()


@pytest.mark.parametrize(("order", "first"), [("rank", "NET-001"), ("rule", "AAA-001"), ("count", "AAA-001")])
def test_findings_are_sorted_as_asked(visit: Open, order: str, first: str) -> None:
    page = visit().page
    page.evaluate("document.getElementById('failed-NPT-004').dataset.rule = 'AAA-001'")
    page.evaluate(f"document.getElementById('failed-NPT-004').dataset.count = {1000 if order == 'count' else 1}")

    for choice in ("count", "rule", order):
        page.select_option("#filter [name=sort]", choice)

    assert page.locator("#failed article.rule").first.get_attribute("data-rule") == first


def test_everything_is_folded_and_unfolded_at_once(visit: Open) -> None:
    page = visit().page

    page.click("#filter [name=fold]")
    folded = page.locator(".findings details[open]").count()
    page.click("#filter [name=fold]")

    assert folded == 0
    assert page.locator(".findings details:not([open])").count() == 0


def test_a_link_to_what_is_folded_unfolds_it(visit: Open) -> None:
    anchor = visit().page.locator("#passed .names span[id]").last.get_attribute("id")

    page = visit(at=f"#{anchor}").page

    assert page.locator(f"#{anchor}").is_visible()


def test_the_colours_are_the_systems_until_the_reader_chooses(visit: Open) -> None:
    page = visit(color_scheme="dark").page
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)

    page.click("#theme")
    chosen_dark = page.evaluate(ground)
    page.click("#theme")
    chosen_light = page.evaluate(ground)

    assert dark == chosen_dark == "rgb(15, 21, 27)"
    assert chosen_light == "rgb(255, 255, 255)"
    assert page.locator("#theme").get_attribute("aria-label") == "Colours: light"


@pytest.mark.parametrize("report", ["full", "compared"])
@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_reaches_beyond_a_narrow_screen(visit: Open, width: int, report: str) -> None:
    page = visit(report, width=width).page
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_gets_past_the_header_and_into_folds(visit: Open) -> None:
    page = visit().page

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    then = page.evaluate("document.activeElement.id")
    page.locator("#passed summary").first.focus()
    page.keyboard.press("Enter")

    assert (first, then) == ("Skip to the verdict", "verdict")
    assert page.locator("#passed details").first.get_attribute("open") is not None


def test_paper_has_contents_and_what_was_folded_but_no_controls(visit: Open) -> None:
    page = visit().page

    page.emulate_media(media="print")

    assert page.locator(".contents").is_visible()
    assert page.locator("#filter").is_hidden()
    assert page.locator("header nav").is_hidden()
    assert page.locator("#unknown details .names").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_dark_readers_print_on_white(visit: Open) -> None:
    page = visit(color_scheme="dark").page
    page.click("#theme")

    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
