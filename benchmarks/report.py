"""Measures the HTML report of a large cluster: its size, and how soon a browser shows it and finds something in it.

Run from the checkout by ``python -m benchmarks.report``. It needs chromium and the dependency group `browser`.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.exposure import write_snapshot
from benchmarks.population.edge import INTENT
from playwright.sync_api import Browser, sync_playwright

_ROUNDS = 5
_TIMES = """() => ({
  painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
  elements: document.querySelectorAll("*").length,
})"""


def main() -> None:
    """Scan a snapshot, then open its report several times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=5_000, help="there are twice as many services")
    nodes = parser.parse_args().nodes
    with TemporaryDirectory(prefix="chaudit-benchmark-") as scratch, sync_playwright() as playwright:
        report = _scan(Path(scratch), nodes)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = [_open(browser, report) for _ in range(_ROUNDS)]
        browser.close()
        print(f"{nodes:,} nodes, {2 * nodes:,} services: {report.stat().st_size / 1e6:.1f} MB, medians of {_ROUNDS}:\n")
        print("| elements | first painted, ms | loaded, ms | searched, ms |\n|---|---|---|---|")
        print(f"| {' | '.join(f'{median(one[key] for one in opened):,.0f}' for key in opened[0])} |")


def _scan(folder: Path, nodes: int) -> Path:
    intent, report = folder / "chaudit.yaml", folder / "report.html"
    intent.write_text(INTENT)
    snapshot = write_snapshot(folder / "snapshot", nodes)
    command = [sys.executable, "-m", "chaudit", "scan", "--snapshot", str(snapshot), "--intent", str(intent)]
    lenient = ["--quiet", "--fail-on", "never", "--allow-unknown", "--report", f"html={report}"]
    subprocess.run([*command, *lenient], check=True)
    return report


def _open(browser: Browser, report: Path) -> dict[str, float]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(report.as_uri())
    found: dict[str, Any] = page.evaluate(_TIMES)
    started = time.perf_counter()
    page.fill("#filter [name=text]", "compute-00042")
    page.locator("#filter output", has_text="hidden").wait_for()
    searched = (time.perf_counter() - started) * 1000
    page.close()
    elements = found["elements"]
    return {"elements": elements, "painted": found["painted"], "loaded": found["loaded"], "searched": searched}


if __name__ == "__main__":
    main()
