"""Progress while a cluster is read and probes ask: a line per list on a terminal, nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from chaudit.text import plural

if TYPE_CHECKING:
    from chaudit.cluster.progress import Progress
    from chaudit.evidence.probe import Probe


@contextmanager
def reading_progress(sources: int, *, quiet: bool) -> "Iterator[Callable[[Progress], None]]":
    """Show how many lists have been read, and how far the long ones are, on standard error."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        lists = bars.add_task("lists read", total=sources)
        tasks: dict[str, TaskID] = {}

        def watch(progress: "Progress") -> None:
            if progress.done:
                bars.advance(lists)
                if progress.source in tasks:
                    bars.update(tasks[progress.source], visible=False)
            elif progress.total > progress.objects or progress.source in tasks:
                task = tasks.get(progress.source)
                if task is None:
                    task = tasks[progress.source] = bars.add_task(progress.source)
                bars.update(task, completed=progress.objects, total=progress.total)

        yield watch


def announce_probe(*, quiet: bool) -> "Callable[[Probe[Any, Any], int], None]":
    """Return what says on standard error whom a probe is about to ask; writing is announced in a pipe, too."""

    def announce(probe: "Probe[Any, Any]", targets: int) -> None:
        if quiet:
            return
        if probe.writes and targets:
            kind = probe.writes[0].kind
            click.echo(f"creating a {kind} for each of {plural(targets, 'target')}, and deleting it again", err=True)
        elif sys.stderr.isatty():
            click.echo(f"asking {probe.name}: {plural(targets, 'target')}", err=True)

    return announce
