"""From where the pods of a node get their addresses."""

from chaudit import CannotTellError, NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.pod_pools import PodPools, pod_pools


@rule(
    "NET-009",
    "Pods of every node get addresses from a pool that is meant for it",
    severity=Severity.MEDIUM,
    each=NODES,
    using=(pod_pools,),
    remediation="Correct `nodeSelector` of the IPPools so that each node is selected by one of each family, enable the "
    "pool, or label the node. Blocks that are left over go when the pods with addresses of them are gone.",
    references=(
        "https://docs.tigera.io/calico/latest/networking/ipam/assign-ip-addresses-topology",
        "https://docs.tigera.io/calico/latest/reference/resources/ippool",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S2", "S3"),),
)
def pods_get_addresses_of_a_pool(node: Node, pools: PodPools) -> Verdicts:
    """On a node that no pool selects new pods stay without address, and it shows when the others are full.

    A node that still has addresses of a pool that is not meant for it is reached by other routes, encapsulation and
    policy than was planned.
    """
    if node.spec.unschedulable or node.is_virtual:
        yield NotApplicable("no new pods come to the node" if node.spec.unschedulable else "the node is virtual")
        return
    for family, selected in pools.selecting(node).items():
        if selected.pools:
            continue
        if selected.doubts:
            raise CannotTellError(*selected.doubts)
        yield Violation(f"no IPPool of IPv{family} selects the node", {"labels": dict(node.metadata.labels)})
    if not pools.families:
        yield Violation("no IPPool for pods is enabled")
    for block, why in pools.stray_blocks(node):
        yield Violation(printable(f"the node has block {block}, {why}"), severity=Severity.LOW)
    for selected in pools.selecting(node).values():
        yield from map(Unknown, selected.doubts)
