"""The site of the docs: built strictly, read in a browser, and nobody else is asked for anything."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHECKOUT = Path(__file__).resolve().parents[2]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: the browser's record is what is looked at."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the site and serve it on loopback."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=CHECKOUT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "width", "scheme", "heading"),
    [
        ("index.html", 1280, "light", "Quick start"),
        ("rules/NET-001.html", 1280, "dark", "NET-001: Every node is attached to the cluster host network"),
        ("intent-reference.html", 390, "light", "Intent reference"),
        ("comparison.html", 390, "dark", "Comparison with others"),
    ],
)
def test_a_page_is_shown_and_asks_nobody_else(
    browser: "Browser", site: str, path: str, width: int, scheme: str, heading: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(f"{site}/{path}", wait_until="networkidle")

    assert page.locator("h1").inner_text().startswith(heading)
    assert asked <= {urlsplit(site).netloc, ""}
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_a_rule_is_found_by_its_id(browser: "Browser", site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/index.html", wait_until="networkidle")

    page.locator("input[name=query]").press_sequentially("NPT-010")  # the site listens for keys

    page.locator(".md-search-result__link[href*='rules/NPT-010']").first.wait_for(timeout=20_000)
    page.close()
