"""`chaudit demo`: for those who want to see a scan before they point one at a cluster of their own."""

from pathlib import Path

import click


@click.command
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo-report",
    show_default=True,
    metavar="FOLDER",
    help="Where the reports go, with the kubeconfig and the intent file that the scan used.",
)
@click.option(
    "--serve", is_flag=True, help="Keep the cluster up after the scan, for kubectl and chaudit, until Ctrl-C."
)
def demo(output: Path, *, serve: bool) -> int:
    """Scan a bundled cluster and leave its reports.

    The cluster looks like a small StarlingX system. It is served on loopback for as long as the command runs, and
    some of it is wrong on purpose. Exit code 0 means that the scan found what there is to find; anything else is the
    scan's own.
    """
    from chaudit_demo.demonstration import demonstrate  # noqa: PLC0415 - only this command pays for the server

    return demonstrate(output, serve=serve)
