"""Earlier reports: reading a saved JSON report back, and refusing what cannot be compared with this cluster."""

import msgspec

from chaudit.errors import ReportError
from chaudit.evidence.snapshot import Cluster
from chaudit.gate.comparison import Judged
from chaudit.report import Report

SCHEMA = "chaudit.report/v1"
_SCHEMAS = "chaudit.report/"


class _Header(msgspec.Struct, frozen=True):
    schema: str = ""


class NamedReport(msgspec.Struct, frozen=True):
    """A report, with the name of what it was read or judged from, for messages."""

    name: str
    report: Report

    def judged_of(self, cluster: Cluster) -> Judged:
        """Return what it found, to be compared with what is found in a cluster now.

        Of a cluster whose identity could not be read it found nothing: then nothing can be compared.

        Raises:
            ReportError: it is of another cluster.
        """
        if not cluster.uid:
            return Judged((), frozenset())
        if self.report.cluster.uid != cluster.uid:
            raise ReportError(f"{self.name}: of another cluster, {self.report.cluster.uid}; this one is {cluster.uid}")
        return self.report.judged


def is_report(content: bytes) -> bool:
    """Whether the content says that it is a report, of whichever version and even if it is damaged."""
    try:
        return msgspec.json.decode(content, type=_Header).schema.startswith(_SCHEMAS)
    except msgspec.DecodeError:
        return _SCHEMAS.encode() in content[:200]


def load_report(content: bytes, name: str) -> NamedReport:
    """Return a saved report.

    Raises:
        ReportError: it is damaged, of another schema, or nothing was judged for it.
    """
    try:
        schema = msgspec.json.decode(content, type=_Header).schema
        if schema != SCHEMA:
            said = f"its schema is {schema!r}" if schema else "it names no schema"
            raise ReportError(f"{name}: not a {SCHEMA} file: {said}; save one with `chaudit scan --report json=FILE`")
        report = msgspec.json.decode(content, type=Report)
    except msgspec.DecodeError as error:
        raise ReportError(f"{name}: not a usable {SCHEMA} file: {error}") from error
    if sum(report.verdict.counts.values()) != len(report.findings):
        raise ReportError(f"{name}: damaged: its verdict counts other findings than it has")
    if report.error:
        raise ReportError(f"{name}: nothing was judged for it: {report.error}")
    if not report.cluster.uid:
        raise ReportError(f"{name}: it does not say of which cluster it is: namespace kube-system was not read then")
    return NamedReport(name, report)
