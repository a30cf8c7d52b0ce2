"""The demonstration: a bundled cluster to be scanned like any other, and `chaudit demo`, which does it."""

from collections.abc import Iterable

import click

from chaudit import hookimpl
from chaudit_demo.command import demo


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Return `chaudit demo`."""
    return [demo]
