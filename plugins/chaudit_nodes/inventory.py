"""Whether all addresses of a node are known."""

from chaudit import Reading, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.nmstate import NODE_NETWORK_STATES, NodeNetworkState
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses


@rule(
    "NET-012",
    "All addresses of every node are known",
    severity=Severity.INFO,
    each=NODES,
    using=(node_addresses, NODE_NETWORK_STATES.reading),
    remediation="Install Kubernetes NMState, whose NodeNetworkStates list every interface of a node with its "
    "addresses, and see to its handler on nodes whose state is failing. Nothing else in the API is a complete list.",
    references=(
        "https://nmstate.io/kubernetes-nmstate/user-guide/101-reporting",
        "https://kubernetes.io/docs/reference/node/node-status/#addresses",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8"),),
)
def all_addresses_of_a_node_are_known(node: Node, known: NodeAddresses, states: Reading[NodeNetworkState]) -> Verdicts:
    """A node port is open on addresses that no Kubernetes object mentions.

    A Node reports one address or two, HostEndpoints name the interfaces that somebody thought of. What is open on all
    the others is not in this report, so that what it says of a node is the least that is true.
    """
    networking = known.of(node.name)
    if networking.is_complete:
        return
    if states.is_complete:
        yield Violation(
            f"the node may have addresses that are not known: {networking.gap}",
            {"known": [str(one.address) for one in networking.addresses]},
        )
    else:
        yield Unknown(networking.gap)
