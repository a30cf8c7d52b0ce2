"""`chaudit init`: for those who would rather correct an intent file than begin one."""

from pathlib import Path
from typing import Any

import click

from chaudit.cli.evidence import evidence_from
from chaudit.cli.options import cluster_options, quiet_option
from chaudit.errors import UsageError
from chaudit.host import PluginHost
from chaudit.intent.model import Intent

_STANDARD_OUTPUT = Path("-")


@click.command
@cluster_options
@click.option(
    "--snapshot", metavar="PATH", help="Draft from a snapshot, a file or folder of `kubectl get` lists, or -."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default="chaudit.yaml",
    show_default=True,
    metavar="FILE",
    help="Where the draft goes; - is standard output.",
)
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@quiet_option
@click.pass_obj
def init(
    host: PluginHost,
    /,
    *,
    snapshot: str | None,
    output: Path,
    force: bool,
    quiet: bool,
    **cluster: Any,  # noqa: ANN401 - the values of cluster_options
) -> None:
    """Draft an intent file from what a cluster is today.

    Networks, topology, names, BGP peers and what is open to outsiders, each with where it is known from. It says what
    is, not what should be: read it, correct it, and then let `chaudit scan --intent` hold the cluster to it.
    """
    from chaudit_init.drafting import INPUTS, draft

    if output != _STANDARD_OUTPUT and output.exists() and not force:
        raise UsageError(f"{output} is there already: --force overwrites it, -o writes elsewhere")
    evidence = evidence_from(host, snapshot, cluster, quiet=quiet or output == _STANDARD_OUTPUT)
    text = draft(evidence.snapshot(INPUTS, Intent()))
    if output == _STANDARD_OUTPUT:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error}") from error
    if not quiet:
        click.echo(f"{output}: read it and correct it, then run chaudit scan --intent {output}")
