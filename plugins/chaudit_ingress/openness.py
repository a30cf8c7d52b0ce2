"""What namespaces open to each other by Gateways and grants."""

from collections.abc import Sequence

from chaudit import DoesNotApplyError, Reading, Severity, Unknown, Verdicts, Violation, printable, rule, view
from chaudit_network.frameworks import NIST
from chaudit_network.kinds.gateway import GATEWAYS, REFERENCE_GRANTS, Gateway, ReferenceGrant
from chaudit_network.views.unread import Unread, unread


@view(GATEWAYS.reading, REFERENCE_GRANTS.reading)
def gateways_and_grants(
    gateways: Reading[Gateway], grants: Reading[ReferenceGrant]
) -> Sequence[Gateway | ReferenceGrant | Unread]:
    """Return all of both kinds, and what of them could not be read; without the Gateway API there is neither."""
    if gateways.is_absent and grants.is_absent:
        raise DoesNotApplyError(gateways.reason)
    return [*unread(gateways), *gateways.objects, *unread(grants), *grants.objects]


@rule(
    "ING-010",
    "Gateways and grants are open to chosen namespaces only",
    severity=Severity.LOW,
    each=gateways_and_grants,
    remediation="Let `allowedRoutes.namespaces` of the listener be `from: Selector` with a label that only "
    "administrators of namespaces give, or `Same`; name in `spec.to` of the grant the one object that is meant.",
    references=(
        "https://gateway-api.sigs.k8s.io/guides/multiple-ns/",
        "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
        "https://gateway-api.sigs.k8s.io/concepts/security-model/",
    ),
    controls=(NIST.at("AC-4"),),
)
def namespaces_are_opened_by_choice(found: Gateway | ReferenceGrant | Unread) -> Verdicts:
    """Whoever may write routes in any namespace publishes at a listener that is open to all, for hosts of others too.

    A grant of a whole kind lets routes of another namespace lead to every service of this one, and Gateways use every
    certificate. Without anything said, a listener is open to its own namespace, and nothing is granted.
    """
    match found:
        case Unread():
            yield Unknown(found.reason)
        case Gateway():
            yield from _gateway(found)
        case ReferenceGrant():
            yield from _grant(found)


def _gateway(gateway: Gateway) -> Verdicts:
    for listener in gateway.spec.listeners:
        namespaces = listener.allowed_routes.namespaces
        if namespaces.are_all:
            how = "" if namespaces.from_ == "All" else ", as its selector has no condition"
            yield Violation(
                f"listener {printable(listener.name)} is open to routes of all namespaces{how}",
                {"listener": listener.name},
            )


def _grant(grant: ReferenceGrant) -> Verdicts:
    by = ", ".join(dict.fromkeys(f"{one.kind} of {one.namespace}" for one in grant.spec.from_))
    for one in grant.spec.to:
        if not one.name:
            yield Violation(
                printable(f"{by} may refer to every {one.kind} of namespace {grant.namespace}"), {"kind": one.kind}
            )
