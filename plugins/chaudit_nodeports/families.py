"""Whether node ports are as closed over IPv6 as they are over IPv4."""

from collections.abc import Mapping

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.exposure.edge import EdgeWay, Opening, node_ports_at_the_edge
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.unread import Unread

_MOST_OPEN_FIRST = (Reach.OPEN, Reach.PARTIAL, Reach.UNKNOWN, Reach.CLOSED)


@rule(
    "NPT-004",
    "A node port is no more open over IPv6 than over IPv4",
    severity=Severity.HIGH,
    each=node_ports_at_the_edge,
    remediation="Say everything twice: `nodePortAddresses` with networks of both families, policies without "
    "`ipVersion` or with rules for both, IPv6 beside IPv4 in `nets`. Keep ICMPv6 neighbour discovery allowed.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/dual-stack/",
        "https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy#rule",
        "https://github.com/kubernetes/kubernetes/blob/master/pkg/proxy/util/nodeport_addresses.go",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8"), NIST.at("SC-7")),
)
def node_port_is_as_closed_over_ipv6(port: EdgeWay | Unread) -> Verdicts:
    """A list of IPv4 networks says nothing about IPv6, and what nothing is said about is open.

    kube-proxy serves a family of which `nodePortAddresses` names no network on every address, and a policy whose nets
    are all IPv4 never matches an IPv6 packet. Whoever tests over IPv4 finds the port closed.
    """
    if isinstance(port, Unread):
        yield Unknown(port.reason)
        return
    if len(port.way.families) == 1:
        yield NotApplicable("the service has one address family")
        return
    over_4, over_6 = _most_open(port, 4), _most_open(port, 6)
    for network, six in over_6.items():
        four = over_4.get(network) or min(over_4.values(), key=_rank, default=None)
        if four is None or Reach.UNKNOWN in {four.reach, six.reach}:
            said = [str(one) for one in (four, six) if one and one.reach is Reach.UNKNOWN]
            yield Unknown(f"{port} is {said[0]}" if said else f"{port} has no known IPv4 address to compare with")
        elif _rank(six) < _rank(four):
            yield Violation(
                f"{port} is {six}, but over IPv4 {four}",
                {"network": network, "ipv6": six.reach, "ipv4": four.reach, "because": six.because},
            )
    if not over_6 and not port.gaps:
        yield Unknown(f"no IPv6 address is known at which outsiders meet {port}")
    yield from map(Unknown, port.gaps)


def _most_open(port: EdgeWay, family: int) -> Mapping[str, Opening]:
    """Return the most open of a family's openings in each network."""
    found: dict[str, Opening] = {}
    for opening in port.openings:
        if opening.family == family and (
            opening.network not in found or _rank(opening) < _rank(found[opening.network])
        ):
            found[opening.network] = opening
    return found


def _rank(opening: Opening) -> int:
    return _MOST_OPEN_FIRST.index(opening.reach)
