"""Who answers for a service that outsiders can reach."""

from chaudit import Reading, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.kinds.services import Service
from chaudit_network.views.services import exposed_services
from chaudit_network.views.unread import Unread

from chaudit_acme.roster import ROSTER, OnDuty
from chaudit_acme.teams import Teams, teams

OWNER = "acme.example.org/owner"
"""The label of a service that names its Team."""


@rule(
    "ACME-001",
    "Every exposed service has an owner on call",
    severity=Severity.MEDIUM,
    each=exposed_services,
    using=(teams, ROSTER.reading),
    remediation=f"Label the service {OWNER}=TEAM, with the name of a Team whose spec.onCall says who answers: "
    "`kubectl get teams.acme.example.org`.",
    references=("https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",),
)
def exposed_service_has_an_owner_on_call(service: Service | Unread, known: Teams, roster: Reading[OnDuty]) -> Verdicts:
    """When a service is attacked or down, minutes count, and finding out whose it is takes hours."""
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    owner = service.metadata.labels.get(OWNER)
    if not owner:
        yield Violation(f"no label {OWNER} says who answers for the service")
        return
    team = known.by_name.get(owner)
    if team is None:
        yield Violation(f"the owner {printable(owner)} is no Team of this cluster", {"owner": owner})
    elif not team.spec.on_call:
        yield Violation(f"nobody is on call for the owner {printable(owner)}", {"owner": owner})
    elif not roster.is_absent:
        yield from _picks_up(team.spec.on_call, roster)


def _picks_up(number: str, roster: Reading[OnDuty]) -> Verdicts:
    """Judge by what was answered; what was asked and not answered is unknown."""
    answers = {one.number: one.answers for one in roster.objects}
    if number not in answers:
        yield Unknown(roster.reason or f"roster: nobody asked for {printable(number)}")
    elif not answers[number]:
        yield Violation(f"nobody is on duty at {printable(number)}", {"number": number})
