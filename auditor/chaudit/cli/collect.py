"""`chaudit collect`: take evidence now, judge it later or elsewhere."""

from pathlib import Path
from typing import Any

import click

from chaudit.cli.evidence import live_cluster
from chaudit.cli.intents import intent_from
from chaudit.cli.options import cluster_options, file_path, quiet_option
from chaudit.engine import sources_of
from chaudit.evidence import archive
from chaudit.evidence.source import Source
from chaudit.host import PluginHost
from chaudit.text import plural, printable


@click.command
@cluster_options
@click.option(
    "-o", "--output", type=file_path, required=True, metavar="FILE", help="Snapshot to write; .gz compresses."
)
@click.option(
    "--intent", type=file_path, metavar="FILE", help="What the cluster is meant to be: it gives probes targets."
)
@quiet_option
@click.pass_obj
def collect(
    host: PluginHost,
    /,
    *,
    output: Path,
    intent: Path | None,
    quiet: bool,
    **cluster: Any,  # noqa: ANN401 - the values of cluster_options
) -> None:
    """Save a snapshot of a cluster for `chaudit scan --snapshot`.

    It keeps the fields that some rule can ask for, of every kind that is known, and no Secret; and what the chosen
    probes answered.
    """
    declared = intent_from(host, intent).intent
    live = live_cluster(host, cluster, quiet=quiet)
    known = known_sources(host)
    snapshot = live.snapshot(known, declared)
    archive.save(snapshot, (*live.sources(known), *(one.probe for one in live.chosen)), output)
    if quiet:
        return
    click.echo(f"{output}: {plural(sum(len(reading.objects) for reading in snapshot.readings.values()), 'object')}")
    for reading in snapshot.readings.values():
        if not reading.is_complete:
            click.echo(f"  incomplete: {printable(reading.reason or str(reading.rejected[0].reason))}")


def known_sources(host: PluginHost) -> tuple[Source[Any], ...]:
    """Return every source that a plugin registers or a rule asks for, by name."""
    found = {source.name: source for source in (*host.sources, *sources_of(host.rules))}
    return tuple(found[name] for name in sorted(found))
