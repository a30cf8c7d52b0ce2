"""Services that a node serves from its own endpoints only."""

from chaudit import INTENT, Intent, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import Service
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.services import local_services
from chaudit_network.views.unread import Unread


@rule(
    "HA-003",
    "Services with externalTrafficPolicy Local have endpoints on two nodes",
    severity=Severity.CRITICAL,
    each=local_services,
    using=(endpoints, INTENT),
    remediation="Run at least two replicas and spread them over nodes (`topologySpreadConstraints` or a required pod "
    "anti-affinity on `kubernetes.io/hostname`), or set `externalTrafficPolicy: Cluster` if the application can do "
    "without the client's address.",
    references=(
        "https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy",
        "https://kubernetes.io/docs/tutorials/services/source-ip/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10", "S11"),),
)
def local_services_have_endpoints_on_two_nodes(service: Service | Unread, known: Endpoints, intent: Intent) -> Verdicts:
    """With externalTrafficPolicy Local, a node without an endpoint of its own drops what comes from outside.

    When all endpoints are on one node, the service is gone with that node, however many DNS records or load balancer
    targets point to the others.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    backing = known.of(service)
    nodes = [printable(name) for name in backing.nodes]
    if len(nodes) == 1:
        yield Violation(
            f"usable endpoints on {nodes[0]} only, expected on at least 2 nodes",
            {"nodes": nodes},
            severity=Severity.HIGH,
        )
    elif not nodes:
        seen = "no usable endpoint has a node name" if backing.usable else "no usable endpoint"
        yield Violation(
            f"{seen}, so no node answers outsiders; expected endpoints on at least 2 nodes",
            {"nodes": nodes},
        )
