"""HTML: one self-contained page for people, from a mail attachment, on paper or through a screen reader."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from chaudit import Outcome, Report, Severity, Standing, plural, printable
from chaudit_reports.drawing.network import LEFT, RIGHT
from chaudit_reports.page.page import page_of
from chaudit_reports.page.ways import Level
from chaudit_reports.words import at

_OUTCOME_WORDS = {
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "could not be judged",
    Outcome.WAIVED: "waived",
    Outcome.PASSED: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}
_STANDING_WORDS = {
    Standing.NEW: "new",
    Standing.INCOMPARABLE: "cannot be compared",
    Standing.UNCHANGED: "unchanged",
    "fixed": "fixed",
}
_LEVEL_WORDS = {
    Level.OPEN: "open",
    Level.PART: "in part",
    Level.UNKNOWN: "unknown",
    Level.INSIDE: "inside",
    Level.CLOSED: "closed",
}
_LEVELS = {
    Level.OPEN: "to outsiders",
    Level.PART: "open: to some outsiders, or by some ways only",
    Level.UNKNOWN: "whether outsiders get through",
    Level.INSIDE: "only: open to pods, nodes or internal networks",
    Level.CLOSED: "to everybody",
}


def render(report: Report) -> Iterator[str]:
    """Yield the report as an HTML document that asks nothing of any network.

    It is whole without its script, which only filters and folds. What runs or styles on the page is known to the
    content security policy by its digest; nothing that a cluster says can be either.
    """
    return prepare().get_template("report.html.j2").generate(page=page_of(report), report=report)


@cache
def prepare() -> Environment:
    """Return the templates, compiled, with all they need that no report has."""
    style, script = _style(), _asset("script.js")
    environment = Environment(
        loader=PackageLoader("chaudit_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_safe,
    )
    environment.filters |= {"at": at, "plural": plural, "number": "{:,}".format, "prose": _prose, "cut": _cut}
    environment.globals |= {
        "outcome_words": _OUTCOME_WORDS,
        "standing_words": _STANDING_WORDS,
        "level_words": _LEVEL_WORDS,
        "levels": _LEVELS,
        "left": LEFT,
        "right": RIGHT,
        "severities": tuple(Severity),
        "style": Markup(style),  # noqa: S704 - the package's own file
        "script": Markup(script),  # noqa: S704 - the package's own file
        "policy": _policy(style, script),
    }
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)
    return environment


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _style() -> str:
    """Return the style sheet; the colours of the dark scheme are for the system's choice and for the reader's."""
    return _asset("style.css").replace("/* dark */\n", _asset("dark.css").lstrip())


def _asset(name: str) -> str:
    return files("chaudit_reports").joinpath("templates", name).read_text(encoding="utf-8")


def _safe(value: object) -> object:
    """Return text without characters that act instead of showing; Jinja passes every expression through here."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _cut(text: str, letters: int) -> str:
    """Return as much of the text as there is room for."""
    safe = printable(text)
    return safe if len(safe) <= letters else f"{safe[: max(letters - 1, 1)]}\N{HORIZONTAL ELLIPSIS}"


def _prose(text: str) -> Markup:
    """Return a rule's own words with what stands between backticks as code; a lone backtick stays one."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape(printable(text))
    return Markup().join(Markup("<code>{}</code>").format(part) if odd % 2 else part for odd, part in enumerate(parts))
