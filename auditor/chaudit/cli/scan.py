"""`chaudit scan`: evidence in, verdict out."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from chaudit.cli.by_rule import short_id
from chaudit.cli.completion import file_names, report_formats
from chaudit.cli.evidence import LiveCluster, SavedSnapshot, evidence_from
from chaudit.cli.intents import intent_from
from chaudit.cli.options import cluster_options, file_path, profile_option, quiet_option, rule_options
from chaudit.cli.outputs import Output, parse_outputs, prepared
from chaudit.cli.progress import at_work
from chaudit.cli.summary import print_summary, worst
from chaudit.cli.thresholds import fail_on_option, threshold_of
from chaudit.cli.waive import INTENT, REPORT
from chaudit.earlier import NamedReport, load_report
from chaudit.engine import check_settings
from chaudit.errors import ClusterUnavailableError, ReportError
from chaudit.evidence.archive import read_file
from chaudit.evidence.snapshot import Cluster
from chaudit.exhibits import Exhibit
from chaudit.finding import Outcome, Standing
from chaudit.gate import ExitCode, Threshold
from chaudit.gate.waivers import check_waivers, mandatory_rules
from chaudit.host import PluginHost
from chaudit.intent.loading import IntentFile
from chaudit.report import Report
from chaudit.rules import Rule
from chaudit.scan import judge, unavailable
from chaudit.selection import check_rule_names, select
from chaudit.severity import FailOn
from chaudit.text import plural, printable

DEFAULT_REPORTS = ("html", "junit", "json")


@click.command
@cluster_options
@click.option(
    "--snapshot",
    metavar="PATH",
    shell_complete=file_names,
    help="Scan a snapshot, a file or folder of `kubectl get -o json|yaml`, or -.",
)
@click.option("--intent", type=file_path, metavar="FILE", help="What the cluster is meant to be (chaudit.yaml).")
@profile_option("What kind of cluster it is, instead of what the intent file says; of several the later one holds.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FORMAT[=PATH]",
    shell_complete=report_formats,
    help=f"Write this report; - is standard output, none writes none. Default: {', '.join(DEFAULT_REPORTS)}.",
)
@click.option(
    "--template",
    "templates",
    multiple=True,
    metavar="FILE[=PATH]",
    shell_complete=file_names,
    help="Write a report by a Jinja template of your own, NAME.j2 to NAME.",
)
@fail_on_option
@click.option("--allow-unknown/--no-allow-unknown", default=None, help="Do not block on what could not be judged.")
@click.option(
    "--baseline", type=file_path, metavar="FILE", help="An earlier JSON report: only what it does not have can fail."
)
@click.option(
    "--strict-waivers/--no-strict-waivers", default=None, help="Exit with 2 when a waiver accepts nothing any more."
)
@rule_options
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
    fail_on: Mapping[str, FailOn],
    allow_unknown: bool | None,
    baseline: Path | None,
    strict_waivers: bool | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
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
    check_waivers(file, host.rules)
    check_settings(file, rules)
    outputs = parse_outputs(reports, templates, host.reporters, DEFAULT_REPORTS)
    threshold = threshold_of(file, host.rules, fail_on, allow_unknown=allow_unknown, strict_waivers=strict_waivers)
    earlier = load_report(read_file(baseline), str(baseline)) if baseline else None
    evidence = evidence_from(host, snapshot, cluster, quiet=quiet)
    with prepared(outputs):
        report = _report(evidence, file, rules, threshold, host.exhibits, earlier, quiet=quiet)
    written, problems = _write(outputs, report)
    to_stderr = any(output.path is None for output in outputs)
    accepting = _accepting(report, outputs, intent, mandatory_rules(file, rules))
    print_summary(report, written, [*accepting], verbose=cluster["verbose"], quiet=quiet, err=to_stderr)
    if problems:
        raise ReportError("; ".join(problems))
    return report.verdict.exit_code


def _report(
    evidence: LiveCluster | SavedSnapshot,
    file: IntentFile,
    rules: tuple[Rule[Any], ...],
    threshold: Threshold,
    exhibits: tuple[Exhibit[Any], ...],
    earlier: NamedReport | None,
    *,
    quiet: bool,
) -> Report:
    started = datetime.now(UTC)
    try:
        snapshot = evidence.snapshot((wanted for rule in rules for wanted in rule.inputs), file.intent)
        with at_work(f"judging by {plural(len(rules), 'rule')}", quiet=quiet):
            return judge(snapshot, file, rules, threshold, exhibits, earlier)
    except ClusterUnavailableError as error:
        return unavailable(Cluster(server=error.server, context=error.context), str(error), file, threshold, started)


def _accepting(
    report: Report, outputs: Sequence[Output], intent: Path | None, mandatory: frozenset[str]
) -> Iterator[str]:
    """Yield the command that waives the worst finding, where findings fail the scan and a report has them for it."""
    saved = next((output.path for output in outputs if output.reporter.name == "json" and output.path), None)
    counting = (one for one in report.findings if one.standing in {None, Standing.NEW} and one.rule not in mandatory)
    found = worst(counting, Outcome.FAILED)
    if saved and found and report.verdict.exit_code is ExitCode.FINDINGS:
        options = f" --report {shlex.quote(str(saved))}" if saved != REPORT else ""
        options += f" --intent {shlex.quote(str(intent))}" if intent not in {None, INTENT} else ""
        command = f"chaudit waive {short_id(found)}{options} --reason ... --owner ... --expires 90d"
        yield f"{command}: accept {found.rule} for {found.subject}, for a while"


def _write(outputs: list[Output], report: Report) -> tuple[list[Path], list[str]]:
    """Write every report that can be written; return the files, and why the others could not be."""
    written, problems = [], []
    for output in outputs:
        try:
            output.write(report)
        except ReportError as error:
            problems.append(printable(str(error)))
        else:
            written += [output.path] if output.path else []
    return written, problems
