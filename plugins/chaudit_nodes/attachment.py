"""Where a node is attached."""

from chaudit import Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.addresses import families, holds, parse_address
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.networks import CLUSTER_HOST, Networks, networks


@rule(
    "NET-001",
    "Every node is attached to the cluster host network",
    severity=Severity.CRITICAL,
    each=NODES,
    using=(networks,),
    remediation="Attach the host's platform interface to the cluster host network (on StarlingX: assign the "
    "cluster-host network to an interface, then unlock), and let the kubelet report that address with `--node-ip`.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://kubernetes.io/docs/reference/node/node-status/#addresses",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S4"), NIST.at("SC-7")),
)
def node_is_on_the_cluster_host_network(node: Node, known: Networks) -> Verdicts:
    """Nodes reach each other, and their pods, over the cluster host network.

    A node that reports an address elsewhere carries pod and control traffic over a network that nobody planned for it,
    often the one that outsiders can reach.
    """
    addresses = [parse_address(address) for address in node.internal_ips]
    if not addresses:
        yield Unknown("the node reports no InternalIP")
        return
    network = known.named(CLUSTER_HOST)
    outside = [address for address in addresses if not holds(network.cidrs, address)]
    attached = families(address for address in addresses if address not in outside)
    for family in families(network.cidrs):
        if family not in attached:
            strays = [str(address) for address in outside if address.version == family]
            yield Violation(
                f"no IPv{family} InternalIP in {network}"
                + (f": the node reports {', '.join(strays)}" if strays else ""),
                {
                    "internal_ips": node.internal_ips,
                    "network": network.name,
                    "cidrs": [*map(str, network.cidrs)],
                    "known_from": network.origin,
                },
            )
    if network.is_inferred:
        yield Unknown(f"{network} is only inferred from {network.origin}: declare networks.{CLUSTER_HOST}.cidrs")
