"""Whether the policies of external interfaces see node ports at all."""

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, plural, printable, rule
from chaudit_network.exposure.arrivals import EdgeEndpoint, edge_endpoints
from chaudit_network.exposure.sight import Sight, sight
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.unread import Unread

_SHOWN = 3
"""How many policies and ports the message names."""

_KEPT = 100
"""How many of each the evidence names: thousands of interfaces may have the same thousands of node ports."""


@rule(
    "NPT-005",
    "Policies of the platform are not mistaken for protection of node ports",
    severity=Severity.HIGH,
    each=edge_endpoints,
    using=(sight,),
    remediation="Keep the platform's policies, and add a GlobalNetworkPolicy with `preDNAT: true` and "
    "`applyOnForward: true` that selects the same HostEndpoints, allows who is meant to come, and ends in a Deny of "
    "the node port range. Do not edit the platform's own: StarlingX restores them when a host is unlocked.",
    references=(
        "https://docs.tigera.io/calico/latest/reference/host-endpoints/forwarded",
        "https://docs.tigera.io/calico/latest/network-policy/services/kubernetes-node-ports",
        "https://docs.starlingx.io/security/kubernetes/security-default-firewall-rules.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S6", "S8"), NIST.at("SC-7")),
)
def node_ports_are_seen_by_host_policy(interface: EdgeEndpoint | Unread, known: Sight) -> Verdicts:
    """A policy without applyOnForward judges what goes to the host's own processes, and nothing that goes on to a pod.

    Node port traffic is such: kube-proxy has sent it on to a pod before the policy is asked. A firewall that lists
    every port it allows looks complete, yet each node port passes beside it. StarlingX's own policies have
    `applyOnForward: false` since 2023.
    """
    if isinstance(interface, Unread):
        yield Unknown(interface.reason)
        return
    if not known.node_ports and not known.ways.services:
        yield NotApplicable("no service has a node port")
        return
    blind = known.blind(interface)
    if not blind:
        yield NotApplicable("no policy guards the host's own processes alone")
        return
    unseen = known.unseen(interface)
    if unseen:
        ports = [f"{way.port}/{way.protocol}" for way in unseen[:_KEPT]]
        titles = [policy.title for policy in blind]
        where = interface.endpoint.spec.interface_name or interface.places[0].address
        yield Violation(
            f"{plural(len(unseen), 'node port')} ({_named(ports, len(unseen))}) met by no policy with preDNAT or "
            f"applyOnForward on {printable(str(where))}: only the host's own processes are guarded there, by "
            f"{_named(titles, len(titles))}",
            {"node_ports": ports, "policies": titles[:_KEPT]},
        )
    yield from map(Unknown, known.ways.gaps_of_services)


def _named(names: list[str], count: int) -> str:
    more = f" and {count - _SHOWN} more" if count > _SHOWN else ""
    return printable(", ".join(names[:_SHOWN]) + more)
