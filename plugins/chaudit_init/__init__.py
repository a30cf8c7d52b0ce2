"""The command `chaudit init`: a draft of the intent file from what the cluster is today."""

from collections.abc import Iterable

import click

from chaudit import hookimpl
from chaudit_init.command import init


@hookimpl
def register_commands() -> Iterable[click.Command]:
    """Return the command."""
    return [init]
