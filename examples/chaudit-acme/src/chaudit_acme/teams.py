"""Team, a custom resource of ACME, cluster-scoped: who runs what, and who answers at night."""

from collections.abc import Mapping
from functools import cached_property

from chaudit import KubernetesObject, Reading, Record, Resource, Source, view


class TeamSpec(Record, frozen=True, gc=False):
    """How to reach a team: the `onCall` of the manifest."""

    on_call: str = ""


class Team(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """acme.example.org/v1 Team, with the one field that a rule reads."""

    spec: TeamSpec = TeamSpec()


TEAMS = Source("teams", Team, served_as=(Resource("acme.example.org", "v1", "teams", "Team"),))


class Teams:
    """The teams of the cluster, looked at only when a service names one."""

    def __init__(self, reading: Reading[Team]) -> None:
        self._reading = reading

    @cached_property
    def by_name(self) -> Mapping[str, Team]:
        """All teams; none where the cluster does not know the kind.

        Raises:
            CannotTellError: they were not all read, so that a name that is missing proves nothing.
        """
        return {team.name: team for team in self._reading.complete_records}


@view(TEAMS.reading)
def teams(reading: Reading[Team]) -> Teams:
    """Index the teams by name."""
    return Teams(reading)
