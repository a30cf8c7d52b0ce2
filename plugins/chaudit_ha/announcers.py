"""Whether somebody takes over when the node that announces a load balancer's address is gone."""

from collections.abc import Sequence

from chaudit import INTENT, Intent, NotApplicable, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.addresses import families
from chaudit_network.announcing.candidates import listed
from chaudit_network.announcing.view import Announced, Announcements, announcements
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import Service
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.services import load_balancers
from chaudit_network.views.unread import Unread


@rule(
    "HA-006",
    "At least two nodes can announce the address of every load balancer",
    severity=Severity.HIGH,
    each=load_balancers,
    using=(announcements, INTENT),
    remediation="Let more nodes announce: widen the `nodeSelectors` of the advertisement (Cilium: the `nodeSelector` "
    "of the policy), take the label `node.kubernetes.io/exclude-from-external-load-balancers` off nodes that are to "
    "take part, and let the speakers tolerate the taints there. With `externalTrafficPolicy: Local` a node needs an "
    "endpoint too.",
    references=(
        "https://metallb.io/concepts/layer2/",
        "https://metallb.io/configuration/_advanced_l2_configuration/",
        "https://docs.cilium.io/en/stable/network/l2-announcements/",
        "https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10", "S16", "S18"),),
)
def addresses_have_two_announcers(service: Service | Unread, known: Announcements, intent: Intent) -> Verdicts:
    """A load balancer on bare metal is an address that nodes announce, on the link or to routers.

    That one node answers for it at a time is as it should be; that no other could is an outage waiting for its node.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    found = known.of(service)
    if not found:
        hostname = any(way.hostname for way in service.ingress)
        yield NotApplicable("its address is a hostname, which no node announces" if hostname else "it has no address")
        return
    for family in families(one.address for one in found):
        yield from _family([one for one in found if one.address.version == family])


def _family(found: Sequence[Announced]) -> Verdicts:
    """Judge the addresses of one family together: of several, clients take another when one is gone."""
    nodes = frozenset[str]().union(*(one.nodes for one in found))
    if len(nodes) > 1 or any(one.is_declared for one in found):
        return
    for one in found:
        if one.doubts:
            yield from map(Unknown, one.doubts)
        elif one.by:
            evidence = {"candidates": sorted(one.nodes), "announced_by": sorted(one.now)}
            who = f"only {listed(one.nodes)}" if one.nodes else "no node"
            why = ", ".join(map(str, one.by))
            yield Violation(f"{who} can announce {one.address}, expected at least 2 nodes: {why}", evidence)
        elif one.pool:
            yield Violation(f"{one.address} is from {one.pool}, but nothing is told to announce it", {"pool": one.pool})
        else:
            yield Unknown(
                f"nothing in the cluster is known to announce {one.address}: if a load balancer outside does, and is "
                "highly available, declare it in names[].load-balancers of the intent file"
            )
