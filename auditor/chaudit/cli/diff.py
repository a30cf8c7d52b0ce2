"""`chaudit diff`: what changed between two reports or snapshots of one cluster."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.structs import replace

from chaudit.cli.completion import file_names
from chaudit.cli.console import Paper, console
from chaudit.cli.evidence import contents_of, snapshot_in
from chaudit.cli.intents import intent_from
from chaudit.cli.options import file_path, profile_option, quiet_option, rule_options
from chaudit.cli.thresholds import fail_on_option, threshold_of
from chaudit.diff import diff as compared
from chaudit.earlier import NamedReport, is_report, load_report
from chaudit.engine import check_settings, sources_of
from chaudit.errors import UsageError
from chaudit.gate import Threshold
from chaudit.gate.waivers import check_waivers
from chaudit.host import PluginHost
from chaudit.intent.loading import IntentFile
from chaudit.rules import Rule
from chaudit.scan import judge
from chaudit.selection import HasId, check_rule_names, select
from chaudit.severity import FailOn
from chaudit.text import json_text


class _Snapshot(msgspec.Struct, frozen=True):
    """What is still to be judged: name and content of each file."""

    name: str
    contents: Sequence[tuple[str, bytes]]


@click.command
@click.argument("then", metavar="OLD", shell_complete=file_names)
@click.argument("now", metavar="NEW", shell_complete=file_names)
@click.option("--intent", type=file_path, metavar="FILE", help="What snapshots are judged by; and `gate` in it.")
@profile_option("Profiles that snapshots are judged by.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "markdown"]),
    default="terminal",
    show_default=True,
    help="json is chaudit.diff/v1, markdown a note for a merge request.",
)
@fail_on_option
@click.option("--allow-unknown/--no-allow-unknown", default=None, help="Do not block on what could not be compared.")
@rule_options
@click.option("-v", "--verbose", is_flag=True, help="Show every change, and all that is said of it.")
@quiet_option
@click.pass_obj
def diff(
    host: PluginHost,
    /,
    *,
    then: str,
    now: str,
    intent: Path | None,
    profiles: tuple[str, ...],
    form: str,
    fail_on: Mapping[str, FailOn],
    allow_unknown: bool | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    verbose: bool,
    quiet: bool,
) -> int:
    """Show what changed between OLD and NEW: what is new, changed, fixed, and what cannot be compared.

    Each is a JSON report, a snapshot, a file or folder of `kubectl get -o json|yaml`, or - for standard input.
    Snapshots are judged first. Both must be of one cluster.

    Exit codes: 0 nothing new blocks, 1 something new at or above --fail-on, 2 unusable input or different clusters,
    3 something at or above it could not be compared, and may be new.
    """
    if then == now == "-":
        raise UsageError("OLD and NEW cannot both come from standard input")
    file = intent_from(host, intent, profiles)
    check_rule_names(file, host.rules)
    check_waivers(file, host.rules)
    threshold = threshold_of(file, host.rules, fail_on, allow_unknown=allow_unknown, strict_waivers=False)
    sides = [_given(path) for path in (then, now)]
    known: dict[str, HasId] = {
        rule.id: rule for side in sides if isinstance(side, NamedReport) for rule in side.report.rules
    }
    known |= {rule.id: rule for rule in host.rules}
    chosen = {rule.id for rule in select([*known.values()], include, exclude)}
    left_out = set() if include else set(file.under.left_out)
    rules = tuple(rule for rule in host.rules if rule.id in chosen - left_out)
    before, after = (
        _only(side, chosen) if isinstance(side, NamedReport) else _judged(side, host, file, rules, threshold)
        for side in sides
    )
    found = compared(before, after, threshold)
    if form == "json":
        click.echo(json_text(found.members), nl=False)
        return found.verdict.exit_code
    from chaudit.cli.differences import markdown, put_diff

    if form == "markdown":
        click.echo(markdown(found), nl=False)
    else:
        put_diff(Paper(console()), found, verbose=verbose, quiet=quiet)
    return found.verdict.exit_code


def _given(path: str) -> NamedReport | _Snapshot:
    """Return the report that a path names, or what a snapshot is made of."""
    contents = contents_of(path)
    name, content = contents[0]
    if len(contents) == 1 and is_report(content):
        return load_report(content, name)
    return _Snapshot(name if path == "-" else path, contents)


def _only(given: NamedReport, chosen: AbstractSet[str]) -> NamedReport:
    """Return a report with what was found by the chosen rules."""
    report = replace(
        given.report,
        findings=tuple(finding for finding in given.report.findings if finding.rule in chosen),
        rules=tuple(rule for rule in given.report.rules if rule.id in chosen),
    )
    return NamedReport(given.name, report)


def _judged(
    given: _Snapshot, host: PluginHost, file: IntentFile, rules: tuple[Rule[Any], ...], threshold: Threshold
) -> NamedReport:
    if not rules:
        raise UsageError(f"{given.name}: no rules are left to judge it by")
    check_settings(file, rules)
    snapshot = snapshot_in(given.contents, sources_of(rules), host.probes)
    return NamedReport(given.name, judge(snapshot, file, rules, threshold))
