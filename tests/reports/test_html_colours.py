"""Every text of the HTML report stands out from what it is on, in light and in dark (WCAG 2.2, 1.4.3 level AA)."""

import re
from importlib.resources import files

import pytest

STYLE = files("chaudit_reports").joinpath("templates/style.css").read_text()
SCHEMES = dict(
    zip(
        ("light", "dark"),
        (dict(re.findall(r"--(\S+): (#\w{6});", block)) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)),
        strict=False,
    )
)
TONES = ("critical", "high", "medium", "low", "info", "good", "waived")
PAIRS = [
    *((text, ground) for text in ("ink", "soft", "link") for ground in ("page", "card", "inset", "low-tint")),
    *(("ink", f"{tone}-tint") for tone in ("critical", "medium", "good", "info")),
    *((tone, f"{tone}-tint") for tone in TONES),
    *((tone, "card") for tone in TONES),
    ("card", "critical"),
]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_told_from_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = SCHEMES[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
