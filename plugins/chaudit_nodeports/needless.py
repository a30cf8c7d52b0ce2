"""Whether load balancers whose addresses the nodes answer for themselves have node ports as well."""

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, plural, rule
from chaudit_network.announcing.view import Announcements, announcements
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.services import Service
from chaudit_network.views.services import load_balancers
from chaudit_network.views.unread import Unread


@rule(
    "NPT-011",
    "No load balancer has node ports that nothing needs",
    severity=Severity.LOW,
    each=load_balancers,
    using=(announcements,),
    remediation="Set `allocateLoadBalancerNodePorts: false`, and remove the `nodePort` fields in the same update: "
    "ports that were allocated before stay open otherwise.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-nodeport-allocation",
        "https://metallb.io/usage/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8", "S9"), NIST.at("CM-7")),
)
def load_balancers_have_no_needless_node_ports(service: Service | Unread, known: Announcements) -> Verdicts:
    """Node ports are how a cloud's load balancer finds the service. MetalLB, Calico and Cilium do without them.

    The service then answers on every address of every node, too, on a port that nobody asked for and no source range
    guards.
    """
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    ports = [str(port.node_port) for port in service.spec.ports if port.node_port]
    if not ports:
        return
    if not service.ingress:
        yield NotApplicable("it has no address yet, so that who balances its load is not known")
        return
    if any(way.hostname or way.ip_mode == "Proxy" for way in service.ingress):
        yield NotApplicable("a load balancer outside sends to its node ports")
        return
    announced = known.of(service)
    if all(one.is_given_out for one in announced):
        by = ", ".join(
            sorted({one.means for found in announced for one in found.by} | {one.pool for one in announced} - {""})
        )
        yield Violation(
            f"{plural(len(ports), 'node port')} open ({', '.join(ports)}) that its load balancer does without ({by})"
            + ("" if service.spec.allocate_load_balancer_node_ports else ", left from before they were switched off"),
            {"node_ports": ports},
        )
        return
    doubts = [doubt for one in announced if not one.is_given_out for doubt in one.doubts]
    yield from map(Unknown, doubts or ["who announces its address is not known, nor whether they need its node ports"])
