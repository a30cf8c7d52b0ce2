"""JSON (`chaudit.report/v1`): the report itself, indented, for programs and for comparison with the next scan."""

from chaudit import Report, json_text


def render(report: Report) -> str:
    """Return the report as JSON text that says first what it is, and ends with a newline."""
    return json_text(report.members)
