"""The hooks by which plugins join in. Each returns plain values, is called once, and may be left out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from chaudit.evidence.probe import Probe
    from chaudit.evidence.source import Source
    from chaudit.exhibits import Exhibit
    from chaudit.profiles import Profile
    from chaudit.report import Reporter
    from chaudit.rules import Family, Rule

hookspec = pluggy.HookspecMarker("chaudit")
hookimpl = pluggy.HookimplMarker("chaudit")


@hookspec
def register_rules() -> "Iterable[Rule[Any]]":  # type: ignore[empty-body]  # pluggy calls implementations only
    """Return the rules this plugin adds. Called when the command line needs the catalogue of rules."""


@hookspec
def register_families() -> "Iterable[Family]":  # type: ignore[empty-body]
    """Return what the families of this plugin's rules are about, for lists of rules."""


@hookspec
def register_sources() -> "Iterable[Source[Any]]":  # type: ignore[empty-body]
    """Return kinds of object worth collecting beyond those that rules ask for, so that `chaudit collect` keeps them."""


@hookspec
def register_exhibits() -> "Iterable[Exhibit[Any]]":  # type: ignore[empty-body]
    """Return what reports are to show beside findings. In the JSON report each is a member by its name."""


@hookspec
def register_profiles() -> "Iterable[Profile]":  # type: ignore[empty-body]
    """Return kinds of cluster, to be chosen with `--profile NAME` or `profile:` in the intent file."""


@hookspec
def register_probes() -> "Iterable[Probe[Any, Any]]":  # type: ignore[empty-body]
    """Return evidence to ask for outside of the API, to be chosen with `--probe NAME[=ARGUMENT]`."""


@hookspec
def register_reporters() -> "Iterable[Reporter]":  # type: ignore[empty-body]
    """Return output formats, to be chosen with `--report NAME[=PATH]`."""


@hookspec
def register_commands() -> "Iterable[click.Command]":  # type: ignore[empty-body]
    """Return subcommands of `chaudit`. Called at every start, so import what is heavy inside the command."""
