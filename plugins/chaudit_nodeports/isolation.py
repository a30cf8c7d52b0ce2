"""Whether what is exposed lives among pods that let in only what is meant for them."""

from collections import defaultdict
from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from chaudit import NotApplicable, Settings, Severity, Subject, Unknown, Verdicts, Violation, printable, rule, view
from chaudit_network.exposure.ways import families_of
from chaudit_network.frameworks import CIS, CLUSTER_HOST_NETWORK, NIST, NSA_NETWORK
from chaudit_network.kinds.services import Service
from chaudit_network.policy.isolation import Isolation, isolation
from chaudit_network.views.services import exposed_services
from chaudit_network.views.unread import Unread
from chaudit_nodeports.allowed import PLATFORM
from chaudit_nodeports.enforcement import PodNetworks, pod_networks

_FAMILIES = (4, 6)

_SHOWN = 3
"""How many services a message names; the evidence has them all."""


class IsolationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The namespaces, as shell-style patterns, that are not asked for a policy of their own."""

    exempt: tuple[str, ...] = PLATFORM


class ExposingNamespace(msgspec.Struct, frozen=True):
    """A namespace with the services by which clients come to its pods; `gaps` are those that may be such."""

    name: str
    services: Sequence[Service]
    gaps: Sequence[Unread]

    @property
    def subject(self) -> Subject:
        """The namespace."""
        return Subject("Namespace", name=self.name)

    @property
    def families(self) -> Sequence[int]:
        """The address families in which clients come.

        Raises:
            CannotTellError: a service has one that is none.
        """
        return sorted({family for service in self.services for family in families_of(service)})

    @property
    def named(self) -> str:
        """Return `services web, api and 2 more`."""
        names = ", ".join(service.name for service in self.services[:_SHOWN])
        more = f" and {len(self.services) - _SHOWN} more" if len(self.services) > _SHOWN else ""
        return f"services {names}{more}"


@view(exposed_services)
def exposing_namespaces(services: Sequence[Service | Unread]) -> Sequence[ExposingNamespace | Unread]:
    """Gather exposed services by namespace, and the services that may be exposed."""
    found: dict[str, list[Service]] = defaultdict(list)
    for service in services:
        if isinstance(service, Service):
            found[service.namespace].append(service)
    gaps = [one for one in services if isinstance(one, Unread)]
    return [
        *(ExposingNamespace(name, own, _in(name, gaps)) for name, own in found.items()),
        *gaps,
    ]


def _in(namespace: str, gaps: Sequence[Unread]) -> Sequence[Unread]:
    """Return those that are, or may be, in a namespace."""
    return [one for one in gaps if one.subject.namespace in {"", namespace}]


@rule(
    "NPT-014",
    "Namespaces with exposed services deny by default what comes to their pods",
    severity=Severity.MEDIUM,
    each=exposing_namespaces,
    using=(isolation, pod_networks, Settings(IsolationSettings)),
    remediation="Create a NetworkPolicy with `podSelector: {}`, `policyTypes: [Ingress]` and no rule in the namespace, "
    "and others that allow what its pods are for. Namespaces that need none belong in `rules.NPT-014.settings.exempt`.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-traffic",
        "https://docs.tigera.io/calico/latest/network-policy/get-started/kubernetes-default-deny",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S7"), CIS.at("5.3.2"), NSA_NETWORK, NIST.at("SC-7(5)")),
)
def namespaces_deny_by_default(
    namespace: ExposingNamespace | Unread,
    policies: Isolation,
    plugins: Sequence[PodNetworks],
    settings: IsolationSettings,
) -> Verdicts:
    """Who comes in by an exposed service and takes over its pod is a neighbour of every other pod.

    Kubernetes lets in whatever no policy is about. A policy that selects every pod of the namespace, those of tomorrow
    included, turns that around: what no rule allows stays out. One that selects some pods by their labels does so for
    those alone.
    """
    if isinstance(namespace, Unread):
        yield Unknown(namespace.reason)
        return
    if any(fnmatchcase(namespace.name, pattern) for pattern in settings.exempt):
        yield NotApplicable("the namespace is exempt: rules.NPT-014.settings.exempt")
        return
    defaults = [policies.default(namespace.name, family) for family in namespace.families]
    if open_by := next((one for one in defaults if not one.is_denied), None):
        why = f"{open_by.by} lets them all in" if open_by.by else "no policy is about all of them"
        yield Violation(
            printable(f"{namespace.named} let clients in, and pods are open by default: {why}"),
            {"services": [service.name for service in namespace.services]},
        )
        return
    if namespace.gaps and not all(policies.default(namespace.name, family).is_denied for family in _FAMILIES):
        yield from (Unknown(f"{gap}, and may let clients in by the other address family") for gap in namespace.gaps)
    yield from (Unknown(plugin.doubt) for plugin in plugins if plugin.doubt)
