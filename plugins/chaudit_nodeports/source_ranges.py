"""Whether the source ranges of a load balancer can be walked around."""

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.exposure.edge import EdgeWay, node_ports_at_the_edge
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.unread import Unread


@rule(
    "NPT-012",
    "loadBalancerSourceRanges cannot be passed by on a node port",
    severity=Severity.HIGH,
    each=node_ports_at_the_edge,
    remediation="Set `allocateLoadBalancerNodePorts: false` and remove the `nodePort` fields, which stay otherwise; or "
    "deny the node port to outsiders by a policy with preDNAT on the external interfaces.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-nodeport-allocation",
        "https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8"), NIST.at("AC-4", "SC-7")),
)
def source_ranges_are_not_passed_by(port: EdgeWay | Unread) -> Verdicts:
    """kube-proxy asks the source ranges at the load balancer's address, and nowhere else.

    The same service has a node port on every node, where everybody is let in whom the ranges were to keep out.
    """
    if isinstance(port, Unread):
        yield Unknown(port.reason)
        return
    service = port.way.service
    if service is None or not service.is_load_balancer or not service.spec.load_balancer_source_ranges:
        yield NotApplicable("the service has no loadBalancerSourceRanges")
        return
    ranges = [text.strip() for text in service.spec.load_balancer_source_ranges]
    for opening in port.openings:
        if opening.reach is Reach.UNKNOWN:
            yield Unknown(f"{port} is {opening}")
        elif opening.lets_in:
            yield Violation(
                f"{port} is {opening}, which loadBalancerSourceRanges ({', '.join(ranges)}) do not guard",
                {"source_ranges": ranges, "network": opening.network, "sources": opening.sources},
            )
    yield from map(Unknown, port.gaps)
