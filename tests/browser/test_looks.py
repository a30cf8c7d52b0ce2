"""The page looks as it did: screenshots are held against golden ones, small and with some tolerance.

`CHAUDIT_UPDATE_GOLDEN=1 pytest tests/browser` writes new ones, to be looked at before they are committed.
"""

import io
import os
from pathlib import Path

import pytest

from browser.conftest import Open

GOLDEN = Path(__file__).with_name("golden")
WIDTH = 480
"""To so many pixels across is a screenshot reduced: layout and colours remain, the rendering of letters does not."""

TOLERATED = 0.015
"""So large a part of all pixels may differ visibly."""

VISIBLY = 48


@pytest.mark.parametrize(
    ("name", "width", "scheme", "selector", "report"),
    [
        ("first-light", 1280, "light", "", "full"),
        ("first-dark", 1280, "dark", "", "full"),
        ("first-phone", 390, "light", "", "full"),
        ("network", 1280, "light", "svg.drawing", "full"),
        ("exposure", 1280, "light", "#exposure table", "full"),
        ("names", 1280, "light", "#names table", "full"),
        ("bgp", 1280, "light", "#bgp", "full"),
        ("finding", 1280, "light", "#failed-NET-001", "full"),
        ("first-compared", 1280, "light", "", "compared"),
        ("finding-compared", 1280, "light", "#failed-NET-001", "compared"),
        ("baseline-dark", 1280, "dark", "#baseline", "compared"),
    ],
)
def test_it_looks_as_it_did(visit: Open, name: str, width: int, scheme: str, selector: str, report: str) -> None:
    from PIL import Image, ImageChops  # noqa: PLC0415 - not every machine has it

    page = visit(report, width=width, color_scheme=scheme, reduced_motion="reduce").page
    taken = page.locator(selector).first.screenshot() if selector else page.screenshot()
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    image = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.BOX)
    path = GOLDEN / f"{name}.png"
    if os.environ.get("CHAUDIT_UPDATE_GOLDEN"):
        image.quantize(48).save(path, optimize=True)
    golden = Image.open(path).convert("RGB")

    assert abs(image.height - golden.height) <= 2
    difference = ImageChops.difference(image.crop((0, 0, *golden.size)), golden).convert("L")
    differing = sum(difference.histogram()[VISIBLY:]) / (golden.width * golden.height)
    assert differing < TOLERATED, f"{differing:.1%} of {name} look different: see the top of this file"
