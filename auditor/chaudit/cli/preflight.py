"""`chaudit preflight`: what a scan with these credentials could see, before it is run."""

from pathlib import Path

import click
from rich.text import Text

from chaudit.cli.completion import probe_names
from chaudit.cli.console import Paper, console
from chaudit.cli.intents import intent_from
from chaudit.cli.options import connection_options, file_path, profile_option, quiet_option, rule_options
from chaudit.cli.progress import show_requests
from chaudit.engine import check_settings, sources_below, sources_of
from chaudit.evidence.reading import State
from chaudit.gate import ExitCode
from chaudit.host import PluginHost
from chaudit.preflight import Preflight, Right
from chaudit.preflight import preflight as weighed
from chaudit.probing import choose
from chaudit.selection import select
from chaudit.text import json_text, printable

_SAMPLE = 100
"""Objects of each kind that are read."""

_RULES = 8
"""Rules that are named where a right is missing, before the rest is only counted (`-v` names all)."""


@click.command
@connection_options
@rule_options
@click.option(
    "--intent", type=file_path, metavar="FILE", help="The intent file of the scan: its profile leaves rules out."
)
@profile_option("The profiles of the scan.")
@click.option(
    "--probe",
    "probes",
    multiple=True,
    metavar="NAME",
    shell_complete=probe_names,
    help="Also what the targets of this probe are found in.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON: chaudit.preflight/v1.")
@quiet_option
@click.pass_obj
def preflight(
    host: PluginHost,
    /,
    *,
    kubeconfig: str | None,
    context: str | None,
    timeout: float,
    deadline: float,
    verbose: bool,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    intent: Path | None,
    profiles: tuple[str, ...],
    probes: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """Say what the selected rules need to read, whether that can be read, and which rules would likely be unknown.

    Each kind of object is asked for as in a scan, but only the first hundred of them are read. Nothing is created, not
    even a SelfSubjectAccessReview.

    Exit codes: 0 a scan would see all it needs, 2 unusable input, 3 something cannot be read, 4 the cluster could not
    be reached or refused the credentials.
    """
    from chaudit.cluster.client import Patience
    from chaudit.cluster.collector import Collector
    from chaudit.cluster.connection import connect

    file = intent_from(host, intent, profiles)
    rules = select(host.rules, include, exclude if include else (*exclude, *file.under.left_out))
    check_settings(file, rules)
    targets = [one.probe.targets for one in choose(probes, host.probes)] if probes else []
    if verbose:
        show_requests()
    sources = sources_below(*sources_of(rules), *targets)
    connection = connect(kubeconfig, context)
    try:
        sample = Collector(connection, Patience(timeout, deadline), _SAMPLE).sample(sources)
    finally:
        connection.close()
    found = weighed(sample, sources, rules, file)
    if as_json:
        click.echo(json_text(found.members), nl=False)
    else:
        _put(Paper(console()), found, verbose=verbose, quiet=quiet)
    return found.exit_code


def _put(paper: Paper, found: Preflight, *, verbose: bool, quiet: bool) -> None:
    if not quiet:
        cluster = found.cluster
        named = " · ".join(filter(None, (f"context {cluster.context}", f"Kubernetes {cluster.version}")))
        paper.put(Text.assemble((printable(cluster.server), "bold"), "  ", (printable(named), "dim")))
        paper.put()
        served = [right for right in found.rights if right.state is not State.ABSENT]
        width = max((len(right.api) for right in served), default=0)
        for right in sorted(served, key=lambda right: right.state is State.LOADED):
            _put_right(paper, right, width, verbose=verbose)
        absent = [right.api for right in found.rights if right.state is State.ABSENT]
        for title, names in (
            ("not served", absent),
            ("likely unknown", found.likely_unknown),
            ("possibly unknown", found.possibly_unknown),
        ):
            if names:
                paper.put()
                paper.put(Text.assemble((f"{title}: ", "bold"), ", ".join(names)), hanging=4)
        paper.put()
        if found.grant:
            paper.put(Text.assemble(("next    ", "dim"), "chaudit rbac: the role to grant"), hanging=10)
    style = "bold green" if found.exit_code is ExitCode.CLEAN else "bold yellow"
    paper.put(Text.assemble((found.summary, style), f" (exit code {int(found.exit_code)})"), hanging=0)


def _put_right(paper: Paper, right: Right, width: int, *, verbose: bool) -> None:
    can = right.state is State.LOADED
    answer = ("yes  ", "green") if can else ("NO   ", "bold yellow")
    about = f"{right.verb:<6}{right.api:<{width}}  {right.version:<9}{' '.join(right.names)}"
    paper.put(Text.assemble(answer, about.rstrip()), 0, 11)
    if not can:
        named = right.rules if verbose else right.rules[:_RULES]
        more = f" and {len(right.rules) - len(named)} more" if len(right.rules) > len(named) else ""
        paper.put(Text(printable(right.reason), "yellow"), 11, 11)
        paper.put(Text(f"for {', '.join(named) or 'the identity of the cluster'}{more}", "dim"), 11, 11)
