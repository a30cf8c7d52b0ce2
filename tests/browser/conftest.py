"""The report in a real browser: Debian's chromium, driven by playwright, with every request on record."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chaudit_reports.html import render
from reports.sample import compared_report, full_report
from tiers import require

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FONTS = Path(__file__).with_name("fonts.conf")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")


@dataclass
class Visit:
    """A page that was opened, and what it did."""

    page: "Page"
    url: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Start one browser for all tests."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        require("browser", "there is no chromium")
    if not DEJAVU.exists():
        require("browser", f"there is no {DEJAVU}: Debian has it in fonts-dejavu-core")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not every machine has it
    except ImportError:
        require("browser", "playwright is not installed: pip install --group browser")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env=os.environ | {"FONTCONFIG_FILE": str(FONTS)}
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Write a report with every outcome and hostile names, and the same held against a baseline."""
    folder = tmp_path_factory.mktemp("browser")
    written = {}
    for name, report in (("full", full_report()), ("compared", compared_report())):
        written[name] = folder / f"{name}.html"
        written[name].write_text("".join(render(report)), encoding="utf-8")
    return written


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: "Browser", reports: Mapping[str, Path]) -> Iterator[Open]:
    """Open a report in a context of its own: `visit("compared", width=390, color_scheme="dark", at="#rules")`."""
    contexts = []

    def open_page(
        report: str = "full",
        *,
        width: int = 1280,
        height: int = 900,
        at: str = "",
        **settings: Any,  # noqa: ANN401 - playwright's
    ) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        visited = Visit(context.new_page(), reports[report].as_uri())
        _watch(visited)
        visited.page.goto(f"{visited.url}{at}")
        return visited

    yield open_page
    for context in contexts:
        context.close()


def _watch(visited: Visit) -> None:
    """Keep every request, stop those to anywhere else, and keep what the console says."""
    page = visited.page

    def decide(route: Any) -> None:  # noqa: ANN401 - playwright's
        visited.requests.append(route.request.url)
        route.continue_() if route.request.url.startswith(visited.url) else route.abort()

    def dismiss(dialog: Any) -> None:  # noqa: ANN401 - playwright's
        visited.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.route("**/*", decide)
    page.on("console", lambda message: visited.complaints.append(message.text))
    page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    page.on("dialog", dismiss)
