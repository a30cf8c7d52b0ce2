"""The command `chaudit exposure`: who can reach what, as a table or as JSON lines."""

from collections.abc import Iterable

import click

from chaudit import hookimpl
from chaudit_exposure.command import exposure


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Return the command."""
    return [exposure]
