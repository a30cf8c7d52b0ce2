"""OpenMetrics text, which Prometheus reads too: for node-exporter's textfile collector and the Pushgateway.

Only gauges are used, since the older text format of Prometheus knows no other of the new types. A scan that judged
nothing leaves out the time of the last success: an alarm on its age, or absence, tells that the audit has died.

Specification: https://prometheus.io/docs/specs/om/open_metrics_spec/.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from chaudit import Outcome, Report, Severity, State, printable

Samples = Iterable[tuple[Mapping[str, str], float]]


class _Gauge(msgspec.Struct, frozen=True):
    name: str
    help: str
    samples: Samples

    def lines(self, common: Mapping[str, str]) -> Iterator[str]:
        yield f"# TYPE {self.name} gauge"
        yield f"# HELP {self.name} {self.help}"
        for labels, value in self.samples:
            shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in {**common, **labels}.items())
            yield f"{self.name}{{{shown}}} {value:.15g}"


def render(report: Report) -> str:
    """Return the metrics; every one bears the cluster's UID."""
    common = {"cluster": report.cluster.uid}
    lines = (line for gauge in _gauges(report) for line in gauge.lines(common))
    return "\n".join((*lines, "# EOF", ""))


def _gauges(report: Report) -> Iterator[_Gauge]:
    scan = report.scan
    build = {"version": report.tool.version, "kubernetes": report.cluster.version, "server": report.cluster.server}
    yield _Gauge("chaudit_build_info", "What judged which cluster.", [(build, 1)])
    yield _Gauge(
        "chaudit_exit_code", "0 clean, 1 findings, 3 incomplete, 4 unavailable.", _one(report.verdict.exit_code)
    )
    finished = scan.finished.timestamp()
    yield _Gauge("chaudit_last_run_timestamp_seconds", "When the last scan ended.", _one(finished))
    yield _Gauge(
        "chaudit_duration_seconds", "How long reading took.", _one((scan.finished - scan.started).total_seconds())
    )
    if report.error:
        return
    yield _Gauge("chaudit_last_success_timestamp_seconds", "When a scan last judged the cluster.", _one(finished))
    yield _Gauge("chaudit_findings", "Findings of each rule by severity and outcome.", _findings(report))
    yield _Gauge("chaudit_outcomes", "Findings by outcome.", _outcomes(report))
    if report.verdict.standings:
        yield _Gauge("chaudit_standings", "What failed or is unknown, by standing to a baseline.", _standings(report))
    yield _Gauge("chaudit_sources", "Sources of evidence by the state of their reading.", _sources(report))
    yield _Gauge("chaudit_coverage_ratio", "Share of findings that could be judged.", _one(_coverage(report)))


def _one(value: float) -> Samples:
    return [({}, value)]


def _findings(report: Report) -> Samples:
    counts = Counter((one.rule, one.severity, one.outcome) for one in report.findings)
    for (rule, severity, outcome), count in sorted(counts.items()):
        yield {"rule": rule, "severity": Severity(severity), "outcome": Outcome(outcome)}, count


def _outcomes(report: Report) -> Samples:
    return [({"outcome": outcome}, report.verdict.counts.get(outcome, 0)) for outcome in Outcome]


def _standings(report: Report) -> Samples:
    return [({"standing": standing}, count) for standing, count in report.verdict.standings.items()]


def _sources(report: Report) -> Samples:
    counts = Counter(reading.state for reading in report.evidence)
    return [({"state": state}, counts[state]) for state in State]


def _coverage(report: Report) -> float:
    unknown = sum(one.outcome is Outcome.UNKNOWN for one in report.findings)
    return 1 - unknown / len(report.findings) if report.findings else 0.0


def _escaped(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')
