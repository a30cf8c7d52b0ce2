"""`chaudit rbac`: the rights a scan needs, and no more."""

import click
import yaml

from chaudit.cli.collect import known_sources
from chaudit.cli.completion import probe_names
from chaudit.cli.options import rule_options
from chaudit.engine import sources_below, sources_of
from chaudit.host import PluginHost
from chaudit.probing import choose
from chaudit.rbac import cluster_role
from chaudit.selection import select


@click.command
@rule_options
@click.option("--collect", "everything", is_flag=True, help="What `chaudit collect` needs: every kind that is known.")
@click.option(
    "--probe",
    "probes",
    multiple=True,
    metavar="NAME",
    shell_complete=probe_names,
    help="What finding the targets of this probe needs, too.",
)
@click.option(
    "--allow-node-status", is_flag=True, help="What the option of that name needs: the only verbs that write."
)
@click.option("--name", default="chaudit", show_default=True, help="Name of the ClusterRole.")
@click.pass_obj
def rbac(
    host: PluginHost,
    /,
    *,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    everything: bool,
    probes: tuple[str, ...],
    allow_node_status: bool,
    name: str,
) -> None:
    """Print the least ClusterRole that the selected rules need.

    It grants list, and get of single named objects; no Secret can be read with it and, without --allow-node-status,
    nothing written.
    """
    sources = known_sources(host) if everything else sources_of(select(host.rules, include, exclude))
    permitted = ["node-status"] if allow_node_status else []
    chosen = [one.probe for one in choose(probes, host.probes, permitted)] if probes or permitted else []
    if chosen:
        sources = sources_below(*sources, *(probe.targets for probe in chosen))
    role = cluster_role(sources, name, written=[kind for probe in chosen for kind in probe.writes])
    click.echo(yaml.safe_dump(role, sort_keys=False, default_flow_style=False), nl=False)
