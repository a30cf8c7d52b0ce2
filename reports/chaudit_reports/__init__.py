"""Report formats: JSON to be read by programs, JUnit by pipelines, HTML by people."""

from collections.abc import Callable, Iterable
from importlib import import_module

from chaudit import Report, Reporter, hookimpl


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """Return the bundled formats."""
    return [
        Reporter("json", "chaudit.json", _when_asked("chaudit_reports.json")),
        Reporter("junit", "chaudit.junit.xml", _when_asked("chaudit_reports.junit")),
        Reporter("html", "chaudit.html", _when_asked("chaudit_reports.html")),
    ]


def _when_asked(module: str) -> Callable[[Report], str]:
    """Return the module's `render`, imported with all it is made with only when a report is written."""

    def render(report: Report) -> str:
        text: str = import_module(module).render(report)
        return text

    return render
