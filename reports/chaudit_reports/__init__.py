"""Report formats: JSON for programs, JUnit and SARIF for pipelines, HTML for people, others for what they feed."""

from collections.abc import Callable, Iterable
from importlib import import_module

from chaudit import Report, Reporter, hookimpl


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """Return the bundled formats."""
    return [
        Reporter("json", "chaudit.json", _when_asked("chaudit_reports.json")),
        Reporter("junit", "chaudit.junit.xml", _when_asked("chaudit_reports.junit")),
        Reporter("html", "chaudit.html", _when_asked("chaudit_reports.html"), _prepare_html),
        Reporter("sarif", "chaudit.sarif", _when_asked("chaudit_reports.sarif")),
        Reporter("markdown", "chaudit.md", _when_asked("chaudit_reports.markdown")),
        Reporter("openmetrics", "chaudit.prom", _when_asked("chaudit_reports.openmetrics")),
        Reporter("csv", "chaudit.csv", _when_asked("chaudit_reports.csv")),
        Reporter("oscal", "chaudit.oscal.json", _when_asked("chaudit_reports.oscal")),
        Reporter("policy-report", "chaudit.policy-report.yaml", _when_asked("chaudit_reports.policy_report")),
    ]


def _when_asked(module: str) -> Callable[[Report], str | Iterable[str]]:
    """Return the module's `render`, imported with all it is made with only when a report is written."""

    def render(report: Report) -> str | Iterable[str]:
        text: str | Iterable[str] = import_module(module).render(report)
        return text

    return render


def _prepare_html() -> None:
    """Compile the templates, which takes half as long as writing a large report."""
    import_module("chaudit_reports.html").prepare()
