"""Whether policies of pods are relied on to tell clients apart where kube-proxy hides them."""

from chaudit import CannotTellError, NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.exposure.edge import EdgeWay, node_ports_at_the_edge
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CIS, CLUSTER_HOST_NETWORK, NIST
from chaudit_network.policy.pods import PodPolicies, pod_policies
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.unread import Unread


@rule(
    "NPT-013",
    "No policy of pods is relied on to tell clients of a node port apart where their addresses are hidden",
    severity=Severity.MEDIUM,
    each=node_ports_at_the_edge,
    using=(endpoints, pod_policies),
    remediation="Set `externalTrafficPolicy: Local`, which keeps clients' addresses, or limit clients by a policy with "
    "preDNAT on the external HostEndpoints, which sees packets before kube-proxy changes them.",
    references=(
        "https://kubernetes.io/docs/tutorials/services/source-ip/#source-ip-for-services-with-type-nodeport",
        "https://docs.tigera.io/calico/latest/network-policy/services/services-cluster-ips",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S7", "S8"), CIS.at("5.3.2"), NIST.at("AC-4")),
)
def clients_are_told_apart_where_they_are_seen(
    port: EdgeWay | Unread, behind: Endpoints, policies: PodPolicies
) -> Verdicts:
    """With externalTrafficPolicy Cluster a pod on another node sees the address of the node by which clients came.

    A policy that allows some client networks then shuts everybody out or, where it allows the nodes, as probes want it,
    lets everybody in. Whether a client is told apart depends on which node it happened to ask.
    """
    if isinstance(port, Unread):
        yield Unknown(port.reason)
        return
    service, service_port = port.way.service, port.way.service_port
    if service is None or service_port is None or service.is_local:
        yield NotApplicable("externalTrafficPolicy is Local, which keeps the addresses of clients")
        return
    found = behind.of(service)
    pods = {
        backend.pod
        for family in sorted(port.way.families)
        for backend in found.backends(service_port.name, port.way.protocol, family).ready
        if backend.pod
    }
    try:
        relied_on = sorted({title for pod in pods for title in policies.by_address(pod)})
    except CannotTellError as gap:
        yield Unknown(str(gap))
        return
    if not relied_on:
        yield NotApplicable("no policy of its pods tells clients apart by address")
        return
    for opening in port.openings:
        if opening.reach is Reach.UNKNOWN:
            yield Unknown(f"{port} is {opening}")
        elif opening.lets_in:
            is_open = opening.reach is Reach.OPEN
            yield Violation(
                f"{printable(', '.join(relied_on))} is to tell clients apart by address, but {port} is {opening}",
                {"policies": relied_on, "network": opening.network},
                severity=None if is_open else Severity.LOW,
            )
    yield from map(Unknown, port.gaps)
