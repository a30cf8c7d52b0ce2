"""Whether outsiders reach node ports."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

from chaudit import INTENT, Intent, Severity, Unknown, Verdicts, Violation, plural, rule
from chaudit_network.exposure.edge import EdgeWay, Opening, node_ports_at_the_edge
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST, NSA_NETWORK
from chaudit_network.views.unread import Unread
from chaudit_nodeports.allowed import is_allowed


@rule(
    "NPT-001",
    "No node port is open to outsiders unless it is meant to be",
    severity=Severity.CRITICAL,
    each=node_ports_at_the_edge,
    using=(INTENT,),
    remediation="Select the HostEndpoint of every external interface with a GlobalNetworkPolicy that has "
    "`preDNAT: true` and `applyOnForward: true`, allows the nodes, the pods and whoever is meant to come, and ends in "
    "a Deny; or limit kube-proxy's `nodePortAddresses` to an internal network. What is meant to be open belongs in "
    "`exposure.allow` of the intent file, with its reason.",
    references=(
        "https://docs.tigera.io/calico/latest/network-policy/services/kubernetes-node-ports",
        "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8", "S14"), NSA_NETWORK, NIST.at("SC-7(5)", "AC-4", "CM-7")),
)
def node_ports_are_closed_to_outsiders(port: EdgeWay | Unread, intent: Intent) -> Verdicts:
    """A node port opens on every address of every node, whoever can reach it.

    An application that was meant for one network answers on all of them, past the ingress controller and whatever it
    asks of clients. Nobody is told: neither the service nor the platform's firewall shows it. The verdict is that of
    the cluster's own objects; a firewall in front of the cluster is not seen.
    """
    if isinstance(port, Unread):
        yield Unknown(port.reason)
        return
    yield from open_to_outsiders([port], intent)


def open_to_outsiders(ways: Sequence[EdgeWay], intent: Intent) -> Verdicts:
    """Yield where ways in let outsiders in, or may, that the intent does not allow; what is the same of many, once."""
    alike: dict[Hashable, list[tuple[EdgeWay, Opening]]] = defaultdict(list)
    for way in ways:
        for opening in way.openings:
            if not is_allowed(intent, way.way, opening.network):
                same = opening.network, opening.family, opening.reach, tuple(opening.sources)
                alike[str(way), same].append((way, opening))
    for (way, opening), *others in alike.values():
        more = f" (and so at {plural(len(others), 'more place')})" if others else ""
        if opening.reach is Reach.UNKNOWN:
            yield Unknown(f"{way} is {opening}{more}")
        elif opening.lets_in:
            yield Violation(
                f"{way} is {opening}{more}",
                {"network": opening.network, "sources": opening.sources, "because": opening.because},
            )
    yield from map(Unknown, dict.fromkeys(gap for way in ways for gap in way.gaps))
