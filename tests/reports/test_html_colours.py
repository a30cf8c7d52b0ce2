"""Every text of the HTML report stands out from what it is on, in light and in dark (WCAG 2.2, 1.4.3 level AA)."""

import re
from importlib.resources import files

import pytest

FOLDER = files("chaudit_reports").joinpath("templates")
SCHEMES = {
    name: dict(re.findall(r"--([\w-]+): (#\w{6});", FOLDER.joinpath(sheet).read_text()))
    for name, sheet in (("light", "style.css"), ("dark", "dark.css"))
}
TONES = ("bad", "open", "doubt", "good", "waived", "calm")
PAIRS = [
    *((text, ground) for text in ("ink", "soft", "link") for ground in ("page", "panel", "calm-tint")),
    *(("ink", f"{tone}-tint") for tone in ("doubt", "waived", "calm")),
    *((tone, f"{tone}-tint") for tone in TONES),
    *((tone, "page") for tone in TONES),
    ("on-solid", "bad"),
    ("on-solid", "open-solid"),
    ("soft", "doubt-tint"),
]


def test_both_schemes_have_the_same_colours() -> None:
    assert SCHEMES["dark"].keys() == SCHEMES["light"].keys()


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
