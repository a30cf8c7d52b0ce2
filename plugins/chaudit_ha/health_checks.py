"""Whether load balancers outside can see which nodes serve."""

from chaudit import INTENT, Intent, NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.announcing.candidates import listed
from chaudit_network.announcing.view import Announcements, announcements
from chaudit_network.exposure.answering import Answering, answering
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import Service
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.services import local_services
from chaudit_network.views.unread import Unread


@rule(
    "HA-009",
    "Load balancers outside can check which nodes serve",
    severity=Severity.LOW,
    each=local_services,
    using=(answering, announcements, INTENT),
    remediation="Let the load balancer's addresses through to the service's `healthCheckNodePort` in the policy of the "
    "nodes' interfaces. kube-proxy answers there itself, so that what is allowed for the node port does not help.",
    references=(
        "https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/",
        "https://docs.tigera.io/calico/latest/network-policy/hosts/protect-hosts",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10", "S16"),),
)
def load_balancers_can_check_nodes(
    service: Service | Unread, ports: Answering, known: Announcements, intent: Intent
) -> Verdicts:
    """With externalTrafficPolicy Local a load balancer finds the nodes that serve by asking each on one port.

    Where host policy drops the question, every node seems to be down, or the load balancer sends a share of the clients
    to nodes without an endpoint.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    port = service.spec.health_check_node_port
    if not port:
        yield NotApplicable("it has no healthCheckNodePort, so nobody asks")
        return
    addresses = known.of(service)
    if addresses and all(one.by for one in addresses):
        yield NotApplicable("the nodes announce its address themselves, and need not ask one another")
        return
    met = ports.nodes((port, "TCP"))
    for verdict, nodes in met.items():
        why = printable("; ".join(verdict.because))
        if verdict.verdict is Reach.CLOSED:
            yield Violation(
                f"healthCheckNodePort {port} is closed to everybody outside on {listed(nodes)}: {why}",
                {"nodes": sorted(nodes)},
            )
        elif verdict.verdict is Reach.UNKNOWN:
            yield Unknown(f"healthCheckNodePort {port} on {listed(nodes)}: {why}")
    if not met:
        yield Unknown("no address of any node is known at which health checks could be answered")
