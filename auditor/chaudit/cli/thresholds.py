"""The options that decide the exit code, on top of the `gate` section of the intent file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from chaudit.cli.completion import words
from chaudit.errors import UsageError
from chaudit.finding import family_of
from chaudit.gate import Threshold
from chaudit.intent.loading import IntentFile
from chaudit.rules import Rule
from chaudit.selection import unknown_family
from chaudit.severity import FailOn


def _parse(_: click.Context, __: click.Parameter, values: Sequence[str]) -> Mapping[str, FailOn]:
    """Return the thresholds by family; that of all has none."""
    found = {}
    for value in values:
        family, _equals, level = value.rpartition("=")
        if level.lower() not in {*FailOn}:
            raise click.BadParameter(f"{level!r} is not one of {', '.join(FailOn)}")
        found[family.upper()] = FailOn(level.lower())
    return found


_thresholds = words(
    lambda host: (
        *((level.value, "") for level in FailOn),
        *((f"{family.name}={level}", family.title) for family in host.families for level in FailOn),
    )
)

fail_on_option = click.option(
    "--fail-on",
    multiple=True,
    callback=_parse,
    shell_complete=_thresholds,
    metavar="[FAMILY=]SEVERITY",
    help=f"Least severity that blocks: {', '.join(FailOn)} (default high); for a family of rules: BGP=medium.",
)


def threshold_of(
    file: IntentFile,
    rules: Iterable[Rule[Any]],
    fail_on: Mapping[str, FailOn],
    *,
    allow_unknown: bool | None,
    strict_waivers: bool | None,
) -> Threshold:
    """Return the threshold: options win over the intent file, which wins over the default.

    A threshold for all that is given as an option takes the place of those of families in the file, too.

    Raises:
        UsageError: an option names a family that nobody knows.
    """
    gate = file.intent.gate
    families = {**({} if "" in fail_on else gate.families), **fail_on}
    of_all = families.pop("", None) or gate.fail_on or FailOn.HIGH
    known = {family_of(rule.id) for rule in rules}
    for family in fail_on.keys() - known - {""}:
        raise UsageError(f"--fail-on: {unknown_family(family, known)}")
    return Threshold(
        fail_on=of_all.severity,
        families={family: level.severity for family, level in families.items()},
        allow_unknown=bool(gate.allow_unknown if allow_unknown is None else allow_unknown),
        strict_waivers=bool(gate.strict_waivers if strict_waivers is None else strict_waivers),
    )
