"""On which addresses of the nodes kube-proxy serves node ports."""

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, enumerated, rule
from chaudit_network.exposure.serving import Limits, Serving, node_port_limits, serving
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST

_REFERENCES = (
    "https://kubernetes.io/docs/concepts/services-networking/service/#service-nodeport-custom-listen-address",
    "https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/",
)


@rule(
    "NPT-002",
    "kube-proxy limits the addresses that serve node ports",
    severity=Severity.HIGH,
    each=node_port_limits,
    remediation="Set `nodePortAddresses` in kube-proxy's configuration to the networks that clients are meant to use, "
    "with a network of each address family, and restart the kube-proxy pods. StarlingX leaves it unset.",
    references=_REFERENCES,
    controls=(CLUSTER_HOST_NETWORK.at("S8"), NIST.at("CM-7")),
)
def node_port_addresses_are_limited(limits: Limits) -> Verdicts:
    """Unless told otherwise kube-proxy serves every node port on every address of every node.

    That includes management, storage and whatever interface is added later. A list limits one address family at a
    time: with IPv4 networks alone, IPv6 stays open.
    """
    for (family, why), nodes in limits.missing.items():
        yield Violation(
            f"node ports are served on every IPv{family} address of {enumerated(nodes, 'node')}: {why}",
            {"family": family, "nodes": nodes},
        )
    for reason, nodes in limits.unknown.items():
        yield Unknown(f"{enumerated(nodes, 'node')}: {reason}")
    yield from map(Unknown, limits.doubts)


@rule(
    "NPT-003",
    "Every node serves node ports on some address",
    severity=Severity.MEDIUM,
    each=serving,
    remediation="Correct the networks in kube-proxy's `nodePortAddresses` so that each node has an address in one of "
    "them, or take the node out of what clients and load balancers use.",
    references=_REFERENCES,
    controls=(CLUSTER_HOST_NETWORK.at("S7"),),
)
def every_node_serves_node_ports(node: Serving) -> Verdicts:
    """A node none of whose addresses is listed answers on no node port.

    Load balancers and DNS records that name it send clients into the void, and kube-proxy says so nowhere but in its
    log.
    """
    yield from map(Unknown, node.doubts)
    if not node.families:
        yield NotApplicable("the node is not known to have an address of a family in which services have node ports")
    for family in node.families:
        if why := node.unserved(family):
            if node.gap:
                yield Unknown(f"{why}; but the node may have other addresses: {node.gap}")
            else:
                yield Violation(
                    f"no known IPv{family} address serves node ports: {why}", {"addresses": [*map(str, node.addresses)]}
                )
