"""Whether enough nodes are left to load balancers."""

from chaudit import INTENT, Intent, NotApplicable, Severity, Unknown, Verdicts, Violation, plural, rule
from chaudit_network.announcing.candidates import listed
from chaudit_network.announcing.exclusion import Exclusion, exclusion
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.core import EXCLUDED_FROM_LOAD_BALANCERS
from chaudit_network.single_node import SINGLE_NODE


@rule(
    "HA-007",
    "Nodes kept out of load balancing leave at least two that take part",
    severity=Severity.MEDIUM,
    each=exclusion,
    using=(INTENT,),
    remediation=f"Take the label `{EXCLUDED_FROM_LOAD_BALANCERS}` off nodes that are to take part "
    "(`kubectl label node NAME LABEL-`; kubeadm gives it to every control-plane node), or let MetalLB's speakers "
    "ignore it (`--ignore-exclude-lb`).",
    references=(
        "https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-exclude-from-external-load-balancers",
        "https://metallb.io/troubleshooting/",
        "https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10"),),
)
def excluded_nodes_leave_two(found: Exclusion, intent: Intent) -> Verdicts:
    """A node with the label announces no load balancer and gets no traffic from one.

    kubeadm gives it to control planes. Where these are all the nodes there are, nobody announces anything, although
    every pod of the load balancer runs; and the value `false` keeps a node out as well, but for Calico.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    for one in found.heeded:
        if len(one.nodes) <= 1:
            left = f"{len(one.nodes)} of {plural(found.total, 'node')}" + (
                f" ({listed(one.nodes)})" if one.nodes else ""
            )
            yield Violation(
                f"label {EXCLUDED_FROM_LOAD_BALANCERS} leaves {left} to {one.by}, expected at least 2",
                {"eligible": sorted(one.nodes)},
            )
    yield from map(Unknown, found.gaps)
    if not found.heeded and not found.gaps:
        yield NotApplicable("nothing in the cluster asks for the label")
