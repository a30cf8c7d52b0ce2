"""The pager report: a line for each finding that failed, and no more than that."""

from chaudit import Outcome, Report, Reporter, printable


def render(report: Report) -> str:
    """Return the lines; what a cluster says in them is hostile text until it is made printable."""
    return "".join(
        f"{finding.severity} {finding.rule} {finding.subject}: {printable(violation.message)}\n"
        for finding in report.findings
        if finding.outcome is Outcome.FAILED
        for violation in finding.violations
    )


PAGER = Reporter("pager", "chaudit.pager.txt", render)
