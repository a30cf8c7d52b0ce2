"""`chaudit exposure`: every way in to the cluster, with a verdict for each class of sources."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from chaudit.cli.evidence import evidence_from
from chaudit.cli.intents import intent_from
from chaudit.cli.options import cluster_options, file_path, quiet_option
from chaudit.engine import Evaluation
from chaudit.errors import UsageError
from chaudit.gate import ExitCode
from chaudit.host import PluginHost
from chaudit.text import plural, printable
from chaudit_network.exposure.verdict import Reach

_BLOCKING = (ExitCode.CLEAN, ExitCode.INCOMPLETE, ExitCode.FINDINGS)
"""Exit codes from the one that says least to the one that says most."""

if TYPE_CHECKING:
    from chaudit_exposure.selection import Selection
    from chaudit_network.exposure.trials import Trials


@click.command
@cluster_options
@click.option("--snapshot", metavar="PATH", help="Use a snapshot, a file or folder of `kubectl get` lists, or -.")
@click.option("--intent", type=file_path, metavar="FILE", help="What the cluster is meant to be (chaudit.yaml).")
@click.option("--network", "networks", multiple=True, metavar="PATTERN", help="Only addresses in these networks.")
@click.option("--service", "services", multiple=True, metavar="PATTERN", help="Only ways to NAMESPACE/NAME.")
@click.option("--node", "nodes", multiple=True, metavar="PATTERN", help="Only on these nodes.")
@click.option("--port", "ports", multiple=True, type=int, metavar="NUMBER", help="Only these ports.")
@click.option(
    "--verdict", "verdicts", multiple=True, type=click.Choice([*map(str, Reach)]), help="Only if some has it."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each address, protocol and port.")
@click.option(
    "--diff",
    "earlier",
    metavar="OLD",
    help="Show only what opened and closed since OLD: a snapshot, `kubectl get` lists, or what --json printed then.",
)
@quiet_option
@click.pass_obj
def exposure(
    host: PluginHost,
    /,
    *,
    snapshot: str | None,
    intent: Path | None,
    as_json: bool,
    earlier: str | None,
    quiet: bool,
    networks: tuple[str, ...],
    services: tuple[str, ...],
    nodes: tuple[str, ...],
    ports: tuple[int, ...],
    verdicts: tuple[str, ...],
    **cluster: Any,  # noqa: ANN401 - the values of cluster_options
) -> int:
    """Show who can reach what.

    Each way in, NodePort, HostPort, external IP ..., is judged for each class of sources: open, closed, partial, or
    unknown where the evidence does not carry a verdict. Open means open as far as the cluster's own objects go.

    The exit code is 3 where all services or all pods are missing. With --diff it is 1 where something opened or
    is open to more, and else 3 where something cannot be compared, as what was unknown then or is now.
    """
    from chaudit_exposure.selection import Selection
    from chaudit_exposure.tried import with_answers
    from chaudit_network.exposure.trials import trials as trials_view
    from chaudit_network.exposure.view import exposure as exposure_view
    from chaudit_network.exposure.view import ways_in
    from chaudit_network.views.unread import unread

    if earlier and verdicts:
        raise UsageError("--verdict selects what is shown, and --diff what has changed: use one of them")
    file = intent_from(host, intent)
    evidence = evidence_from(host, snapshot, cluster, quiet=quiet)
    taken = evidence.snapshot([exposure_view], file.intent)
    facts = Evaluation(taken, file.intent)
    selection = Selection(networks, services, nodes, ports, tuple(map(Reach, verdicts)))
    model, trials = facts.get(exposure_view), facts.get(trials_view)
    ways = facts.get(ways_in)
    code = ExitCode.INCOMPLETE if ways.lacks_a_list else ExitCode.CLEAN
    if earlier:
        code = max(code, _diff(earlier, host, facts, selection, as_json=as_json), key=_BLOCKING.index)
    elif as_json:
        _write(record for group in selection.of(model.groups) for record in with_answers(group, trials))
    else:
        _print(list(selection.of(model.groups)), [source.name for source in model.sources], trials)
    for gap in [*ways.gaps, *map(str, unread(trials.reading))]:
        click.echo(f"chaudit: not looked at: {printable(gap)}", err=True)
    return code


def _write(records: Iterable[msgspec.Struct]) -> None:
    encode = msgspec.json.Encoder().encode
    for record in records:
        sys.stdout.buffer.write(encode(record) + b"\n")


def _diff(earlier: str, host: PluginHost, facts: Evaluation, selection: "Selection", *, as_json: bool) -> ExitCode:
    """Show what has changed since an earlier exposure, and return what that means for a gate."""
    from rich.console import Console

    from chaudit_exposure.changes import Change, compare
    from chaudit_exposure.changes_table import changes_table
    from chaudit_exposure.earlier import load
    from chaudit_exposure.sides import ModelSide

    then, notes = load(earlier, host, facts, selection)
    for note in notes:
        click.echo(f"chaudit: {printable(note)}", err=True)
    changed = list(compare(then, ModelSide.of(facts, selection)))
    counts = Counter(change for one in changed for change in {said.change for said in one.changes.values()})
    if as_json:
        _write(changed)
    else:
        console = Console(highlight=False)
        if changed:
            console.print(changes_table(changed))
        console.print(
            ", ".join(f"{counts[change]} {change}" for change in Change) + (": --json shows why" if changed else "")
        )
    if any(said.lets_in_more for one in changed for said in one.changes.values()):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if counts[Change.INCOMPARABLE] else ExitCode.CLEAN


def _print(groups: list[Any], classes: list[str], trials: "Trials") -> None:
    from rich.console import Console

    from chaudit_exposure.table import exposure_table, is_open
    from chaudit_exposure.tried import is_contradicted

    console = Console(highlight=False)
    shown = [group for group in groups if is_open(group) or is_contradicted(group, trials)]
    console.print(exposure_table(shown, classes, trials))
    closed = len(groups) - len(shown)
    if closed:
        console.print(f"{plural(closed, 'more way')} in, closed to everybody: --verdict closed --json shows why")
