"""What ACME adds to chaudit: who answers for an exposed service, who is on duty, and a report for its pagers."""

from collections.abc import Iterable
from typing import Any

from chaudit import Family, Probe, Reporter, Rule, Source, hookimpl

from chaudit_acme.ownership import exposed_service_has_an_owner_on_call
from chaudit_acme.pager import PAGER
from chaudit_acme.roster import ROSTER
from chaudit_acme.teams import TEAMS


@hookimpl
def register_families() -> Iterable[Family]:
    """Return what the rules whose ids begin with ACME are about."""
    return [Family("ACME", "Who answers for what is exposed")]


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this plugin."""
    return [exposed_service_has_an_owner_on_call]


@hookimpl
def register_sources() -> Iterable[Source[Any]]:
    """Return the kinds that `chaudit collect` is to keep, whichever rules there are."""
    return [TEAMS]


@hookimpl
def register_probes() -> Iterable[Probe[Any, Any]]:
    """Return what can be asked outside of the API, with `--probe`."""
    return [ROSTER]


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """Return the report formats of this plugin."""
    return [PAGER]
