"""Progress while a cluster is read and probes ask: a line per list on a terminal, nothing in a pipe."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from chaudit.cli.console import console
from chaudit.text import plural, printable

if TYPE_CHECKING:
    from chaudit.cluster.progress import Progress
    from chaudit.evidence.probe import Probe


@contextmanager
def reading_progress(sources: int, *, quiet: bool) -> "Iterator[Callable[[Progress], None]]":
    """Show how many lists and objects have been read, and how far the long lists are, on standard error."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
    with Bars(*columns, console=console(err=True), transient=True) as bars:
        lists = bars.add_task("lists read", total=sources)
        tasks: dict[str, TaskID] = {}
        objects: dict[str, int] = {}

        def watch(progress: "Progress") -> None:
            objects[progress.source] = max(progress.objects, objects.get(progress.source, 0))
            bars.update(lists, description=f"{plural(sum(objects.values()), 'object')}, lists read")
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


@contextmanager
def at_work(what: str, *, quiet: bool) -> Iterator[None]:
    """Say on a terminal what is going on, for as long as it does."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    with console(err=True).status(what):
        yield


def show_requests() -> None:
    """Print every request to the cluster on standard error from now on."""

    class Printer(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            click.echo(printable(record.getMessage()), err=True)

    logger = logging.getLogger("chaudit.cluster")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [Printer()]


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
