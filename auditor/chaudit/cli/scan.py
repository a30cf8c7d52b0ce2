"""`chaudit scan`: evidence in, verdict out."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from chaudit.cli.evidence import LiveCluster, SavedSnapshot, evidence_from
from chaudit.cli.intents import intent_from
from chaudit.cli.options import cluster_options, file_path, quiet_option, rule_options
from chaudit.cli.outputs import Output, parse_outputs
from chaudit.cli.summary import print_summary
from chaudit.engine import check_settings
from chaudit.errors import ClusterUnavailableError, ReportError
from chaudit.evidence.snapshot import Cluster
from chaudit.exhibits import Exhibit
from chaudit.gate import Threshold
from chaudit.host import PluginHost
from chaudit.intent.loading import IntentFile
from chaudit.report import Report
from chaudit.rules import Rule
from chaudit.scan import judge, unavailable
from chaudit.selection import check_rule_names, select
from chaudit.severity import Severity
from chaudit.text import printable

NEVER = "never"
DEFAULT_REPORTS = ("html", "junit", "json")


@click.command
@cluster_options
@click.option(
    "--snapshot", metavar="PATH", help="Scan a snapshot, a file or folder of `kubectl get -o json|yaml`, or -."
)
@click.option("--intent", type=file_path, metavar="FILE", help="What the cluster is meant to be (chaudit.yaml).")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME",
    help="What kind of cluster it is, instead of what the intent file says; of several the later one holds.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"Write this report; - is standard output, none writes none. Default: {', '.join(DEFAULT_REPORTS)}.",
)
@click.option(
    "--template",
    "templates",
    multiple=True,
    metavar="FILE[=PATH]",
    help="Write a report by a Jinja template of your own, NAME.j2 to NAME.",
)
@click.option(
    "--fail-on", type=click.Choice([*map(str, Severity), NEVER]), help="Least severity that blocks (default high)."
)
@click.option("--allow-unknown/--no-allow-unknown", default=None, help="Do not block on what could not be judged.")
@rule_options
@click.option("-v", "--verbose", is_flag=True, help="Print the evidence and every finding.")
@quiet_option
@click.pass_obj
def scan(
    host: PluginHost,
    /,
    *,
    snapshot: str | None,
    intent: Path | None,
    profiles: tuple[str, ...],
    reports: tuple[str, ...],
    templates: tuple[str, ...],
    fail_on: str | None,
    allow_unknown: bool | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    verbose: bool,
    quiet: bool,
    **cluster: Any,  # noqa: ANN401 - the values of cluster_options
) -> int:
    """Judge a cluster and write reports.

    Exit codes: 0 nothing blocks, 1 findings at or above --fail-on, 2 unusable input, 3 something could not be judged,
    4 the cluster could not be reached or refused the credentials.
    """
    file = intent_from(host, intent, profiles)
    rules = select(host.rules, include, exclude if include else (*exclude, *file.under.left_out))
    check_rule_names(file, host.rules)
    check_settings(file, rules)
    outputs = parse_outputs(reports, templates, host.reporters, DEFAULT_REPORTS)
    threshold = _threshold(file, fail_on, allow_unknown)
    evidence = evidence_from(host, snapshot, cluster, quiet=quiet)
    report = _report(evidence, file, rules, threshold, host.exhibits)
    problems = _write(outputs, report)
    to_stderr = any(output.path is None for output in outputs)
    print_summary(
        report, [output.path for output in outputs if output.path], verbose=verbose, quiet=quiet, err=to_stderr
    )
    if problems:
        raise ReportError("; ".join(problems))
    return report.verdict.exit_code


def _report(
    evidence: LiveCluster | SavedSnapshot,
    file: IntentFile,
    rules: tuple[Rule[Any], ...],
    threshold: Threshold,
    exhibits: tuple[Exhibit[Any], ...],
) -> Report:
    started = datetime.now(UTC)
    try:
        snapshot = evidence.snapshot((wanted for rule in rules for wanted in rule.inputs), file.intent)
        return judge(snapshot, file, rules, threshold, exhibits)
    except ClusterUnavailableError as error:
        return unavailable(Cluster(server=error.server, context=error.context), str(error), file, threshold, started)


def _threshold(file: IntentFile, fail_on: str | None, allow_unknown: bool | None) -> Threshold:
    """Return the threshold: options win over the intent file, which wins over the default."""
    gate = file.intent.gate
    level = fail_on or gate.fail_on or Severity.HIGH
    return Threshold(
        None if level == NEVER else Severity(level),
        allow_unknown if allow_unknown is not None else bool(gate.allow_unknown),
    )


def _write(outputs: list[Output], report: Report) -> list[str]:
    """Write every report that can be written; one that cannot does not take the others with it."""
    problems = []
    for output in outputs:
        try:
            output.write(report)
        except ReportError as error:
            problems.append(printable(str(error)))
    return problems
