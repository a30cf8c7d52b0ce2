"""HTML: one self-contained page for people, from a mail attachment, on paper or through a screen reader."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from chaudit import Outcome, Report, plural, printable
from chaudit_reports.page.page import page_of
from chaudit_reports.words import at

_OUTCOME_WORDS = {
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "could not be judged",
    Outcome.WAIVED: "waived",
    Outcome.PASSED: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}


def render(report: Report) -> str:
    """Return the report as an HTML document that asks nothing of any network and runs no script."""
    environment = Environment(
        loader=PackageLoader("chaudit_reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_safe,
    )
    environment.filters |= {"at": at, "plural": plural, "prose": _prose}
    environment.globals |= {"outcome_words": _OUTCOME_WORDS}
    return environment.get_template("report.html.j2").render(page=page_of(report), report=report)


def _safe(value: object) -> object:
    """Return text without characters that act instead of showing; Jinja passes every expression through here."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(text: str) -> Markup:
    """Return a rule's own words with what stands between backticks as code; a lone backtick stays one."""
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:
        return escape(printable(text))
    return Markup().join(Markup("<code>{}</code>").format(part) if odd % 2 else part for odd, part in enumerate(parts))
