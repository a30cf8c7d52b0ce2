"""The probe `roster`: who is on duty just now, which no object of a cluster says."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from chaudit import Asking, Probe, ProbeError, Record, UsageError, view

from chaudit_acme.teams import TEAMS, Team


class OnDuty(Record, frozen=True, gc=False):
    """Whether somebody picks up at a number."""

    number: str
    answers: bool


@view(TEAMS)
def numbers(teams: Sequence[Team]) -> Iterable[str]:
    """Select the numbers to ask for, each once: they are the bound of what is asked, too."""
    return list(dict.fromkeys(team.spec.on_call for team in teams if team.spec.on_call))


def check(argument: str) -> None:
    """Refuse what is no file before anything is read from the cluster.

    Raises:
        UsageError: it is none.
    """
    if not Path(argument).is_file():
        raise UsageError("it takes the file of the roster: --probe roster=FILE")


def ask(wanted: Sequence[str], asking: Asking) -> Iterable[OnDuty]:
    """Look up each number, in its turn.

    Raises:
        ProbeError: the roster cannot be used, so that it says nothing of anybody.
    """
    try:
        on_duty = set(json.loads(Path(asking.argument).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise ProbeError(f"{asking.argument}: {error}") from error
    return asking.each(wanted, lambda number: OnDuty(number, number in on_duty))


ROSTER = Probe("roster", OnDuty, numbers, ask, "who is on duty", check)
