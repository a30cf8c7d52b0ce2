"""Remake the pictures of the docs: the demo's report on a desktop in light and dark, on a phone, and on paper.

It needs what the `browser` tier of tests needs, and looks best with Debian's fonts-inter and fonts-jetbrains-mono.
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).with_name("images")
COLOURS = 255
"""So many are kept: a report has few."""


def main() -> None:
    """Scan the demonstration and take its pictures."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = [sys.executable, "-m", "chaudit", "demo", "--output", folder]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - chaudit itself
        url = (Path(folder) / "report.html").as_uri()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        keep("report-light", shot(browser, url, 1280, 1640))
        keep("report-dark", shot(browser, url, 1280, 900, scheme="dark"))
        keep("report-phone", shot(browser, url, 390, 844))
        keep("report-paper", paper(browser, url, Path(folder)))
        browser.close()


def shot(browser: Browser, url: str, width: int, height: int, scheme: str = "light") -> bytes:
    """Return a screenshot of the top of the page."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.goto(url)
    taken: bytes = page.screenshot()
    page.close()
    return taken


def paper(browser: Browser, url: str, folder: Path) -> bytes:
    """Return the first two printed pages beside each other."""
    page = browser.new_page()
    page.goto(url)
    page.pdf(path=folder / "report.pdf", format="A4", prefer_css_page_size=True, print_background=True)
    page.close()
    command = ["pdftoppm", "-r", "72", "-l", "2", "-png", str(folder / "report.pdf"), str(folder / "page")]
    subprocess.run(command, check=True)  # noqa: S603 - Debian's poppler-utils
    pages = [Image.open(path) for path in sorted(folder.glob("page-*.png"))]
    sheet = Image.new("RGB", (sum(one.width + 12 for one in pages) + 12, pages[0].height + 24), "#c3ccd5")
    for number, one in enumerate(pages):
        sheet.paste(one, (12 + number * (one.width + 12), 12))
    buffer = io.BytesIO()
    sheet.save(buffer, "png")
    return buffer.getvalue()


def keep(name: str, taken: bytes) -> None:
    """Write a picture in few colours."""
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
