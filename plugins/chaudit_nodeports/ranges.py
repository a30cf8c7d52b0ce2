"""Whether everybody means the same ports when they speak of node ports."""

from chaudit import Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.intervals import Intervals
from chaudit_network.views.api_servers import ApiServer, api_servers
from chaudit_network.views.node_port_ranges import DEFAULT_RANGE, WrittenRanges, node_port_range, spelt, written_ranges
from chaudit_network.views.unread import Unread

_WELL_KNOWN = Intervals(((0, 1023),))
_EPHEMERAL = Intervals(((32768, 60999),))
"""From where Linux takes the ports of outgoing connections (net.ipv4.ip_local_port_range) unless told otherwise."""


@rule(
    "NPT-020",
    "Policies cover the whole range of node ports",
    severity=Severity.LOW,
    each=api_servers,
    using=(written_ranges,),
    remediation="Write the range of `--service-node-port-range` into the policies and into kubeNodePortRanges, and "
    "choose one beyond the well-known ports that does not overlap net.ipv4.ip_local_port_range of the nodes.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
        "https://docs.tigera.io/calico/latest/network-policy/services/kubernetes-node-ports",
        "https://docs.kernel.org/networking/ip-sysctl.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S7"),),
)
def policies_cover_the_range_of_node_ports(server: ApiServer | Unread, written: WrittenRanges) -> Verdicts:
    """A policy that denies the ports 30000 to 32767 denies the node ports only as long as that is their range.

    The next service gets a port outside of it, and is open. In the range of outgoing connections a node port that is
    taken fails now and then, and below 1024 it can take the place of the node's own services.
    """
    if isinstance(server, Unread):
        yield Unknown(server.reason)
        return
    served = node_port_range(server)
    for ports, name in ((_WELL_KNOWN, "the well-known ports"), (_EPHEMERAL, "the ports of outgoing connections")):
        if shared := served & ports:
            yield Violation(
                f"the range of node ports is {spelt(served)}, of which {spelt(shared)} are among {name}",
                {"range": spelt(served)},
            )
    for one in written:
        if (one.ports & (served | DEFAULT_RANGE)) and (left_out := served - one.ports):
            yield Violation(
                f"{one.subject}: {one.field} {spelt(one.ports)}, which leaves out {spelt(left_out)} of the node ports",
                {"range": spelt(served), "written": spelt(one.ports)},
            )
