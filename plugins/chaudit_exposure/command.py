"""`chaudit exposure`: every way in to the cluster, with a verdict for each class of sources."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from chaudit.cli.evidence import evidence_from
from chaudit.cli.intents import intent_from
from chaudit.cli.options import cluster_options, file_path, quiet_option
from chaudit.engine import Evaluation
from chaudit.gate import ExitCode
from chaudit.host import PluginHost
from chaudit.text import plural, printable
from chaudit_exposure.selection import Selection
from chaudit_network.exposure.verdict import Reach
from chaudit_network.views.unread import unread

if TYPE_CHECKING:
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
@quiet_option
@click.pass_obj
def exposure(
    host: PluginHost,
    /,
    *,
    snapshot: str | None,
    intent: Path | None,
    as_json: bool,
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
    """
    from chaudit_exposure.tried import with_answers
    from chaudit_network.exposure.trials import trials as trials_view
    from chaudit_network.exposure.view import exposure as exposure_view
    from chaudit_network.exposure.view import ways_in

    file = intent_from(host, intent)
    evidence = evidence_from(host, snapshot, cluster, quiet=quiet)
    facts = Evaluation(evidence.snapshot([exposure_view], file.intent), file.intent)
    model, trials = facts.get(exposure_view), facts.get(trials_view)
    chosen = Selection(networks, services, nodes, ports, tuple(map(Reach, verdicts))).of(model.groups)
    if as_json:
        encode = msgspec.json.Encoder().encode
        for group in chosen:
            for record in with_answers(group, trials):
                sys.stdout.buffer.write(encode(record) + b"\n")
    else:
        _print(list(chosen), [source.name for source in model.sources], trials)
    ways = facts.get(ways_in)
    for gap in [*ways.gaps, *map(str, unread(trials.reading))]:
        click.echo(f"chaudit: not looked at: {printable(gap)}", err=True)
    return ExitCode.INCOMPLETE if ways.lacks_a_list else ExitCode.CLEAN


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
