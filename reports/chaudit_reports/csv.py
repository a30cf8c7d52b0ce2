"""CSV (RFC 4180): a line for each finding, for spreadsheets and whatever joins tables."""

import csv
import io

from chaudit import Finding, Report, printable
from chaudit_reports.words import said_of

_COLUMNS = (
    "outcome",
    "severity",
    "rule",
    "title",
    "kind",
    "namespace",
    "name",
    "port",
    "said",
    "fingerprint",
    "cluster",
    "standing",
    "severity_from",
    "waiver",
    "expired_waiver",
)
_FORMULAS = ("=", "+", "-", "@")


def render(report: Report) -> str:
    """Return the table, with its header."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    table.writerows(map(_cell, _row(report, finding)) for finding in report.findings)
    return text.getvalue()


def _row(report: Report, finding: Finding) -> tuple[str, ...]:
    subject = finding.subject
    return (
        finding.outcome,
        finding.severity,
        finding.rule,
        finding.title,
        subject.kind,
        subject.namespace,
        subject.name,
        subject.port,
        "; ".join(said_of(finding)),
        finding.fingerprint,
        report.cluster.uid,
        finding.standing or "",
        finding.severity_from,
        str(finding.waiver or ""),
        str(finding.expired_waiver or ""),
    )


def _cell(text: str) -> str:
    """Return the text as a cell that no spreadsheet takes for a formula (CWE-1236)."""
    safe = printable(text)
    return f"'{safe}" if safe.startswith(_FORMULAS) else safe
