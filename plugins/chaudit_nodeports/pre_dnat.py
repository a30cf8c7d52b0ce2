"""Whether policies with preDNAT, which decide about node ports, decide about everybody, and not about the cluster."""

from collections.abc import Iterator, Sequence

from chaudit import CannotTellError, NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.exposure.arrivals import EdgeEndpoint, edge_endpoints
from chaudit_network.exposure.before_nat import BeforeNat, before_nat
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.node_port_ranges import spelt
from chaudit_network.views.unread import Unread

_SHOWN = 5
_KEPT = 100
_REFERENCES = (
    "https://docs.tigera.io/calico/latest/reference/host-endpoints/pre-dnat",
    "https://docs.tigera.io/calico/latest/network-policy/services/kubernetes-node-ports",
)


@rule(
    "NPT-008",
    "Policies with preDNAT decide about every client of every node port",
    severity=Severity.HIGH,
    each=edge_endpoints,
    using=(before_nat,),
    remediation="Add a last GlobalNetworkPolicy with `preDNAT: true` and `applyOnForward: true`, of the highest order "
    "among them, whose only rule denies the range of node ports, for TCP and UDP and both families.",
    references=_REFERENCES,
    controls=(CLUSTER_HOST_NETWORK.at("S8"), NIST.at("SC-7(5)")),
)
def node_ports_are_denied_in_the_end(interface: EdgeEndpoint | Unread, known: BeforeNat) -> Verdicts:
    """What no preDNAT policy decides goes on: their tiers have no drop at the end, as others have.

    A list of allowed clients without a Deny behind it allows everybody else as well. Nothing about it looks wrong.
    """
    if isinstance(interface, Unread):
        yield Unknown(interface.reason)
        return
    if not known.allows_somebody(interface.endpoint):
        yield NotApplicable("no policy with preDNAT that allows anybody selects it")
        return
    for undecided in known.undecided(interface):
        if undecided.is_sure:
            yield Violation(
                f"{printable(', '.join(known.titles(interface.endpoint)))} do not decide about everybody at node ports "
                f"{spelt(undecided.ports)} of {undecided.protocol} over IPv{undecided.family}: whoever is left goes on",
                {"ports": spelt(undecided.ports), "protocol": undecided.protocol, "family": undecided.family},
            )
        else:
            yield Unknown(
                f"whether everybody is decided about at node ports {spelt(undecided.ports)} of {undecided.protocol} "
                f"over IPv{undecided.family} cannot be told"
            )


@rule(
    "NPT-009",
    "Policies with preDNAT do not cut the cluster off from itself",
    severity=Severity.MEDIUM,
    each=edge_endpoints,
    using=(before_nat,),
    remediation="Let a policy with preDNAT of lower order allow the networks of nodes and pods, tunnel addresses "
    "included, in both families, before the one that denies.",
    references=_REFERENCES,
    controls=(CLUSTER_HOST_NETWORK.at("S2"),),
)
def cluster_is_not_cut_off(interface: EdgeEndpoint | Unread, known: BeforeNat) -> Verdicts:
    """A Deny before DNAT meets every packet that comes in by the interface, those of nodes and pods among them.

    Pods that use a node port, kubelets, tunnels and route exchange stop, at once or when a pod moves. What is judged is
    every node port and, at the address by which nodes know each other, kubelet, VXLAN, BGP and Typha.
    """
    if isinstance(interface, Unread):
        yield Unknown(interface.reason)
        return
    titles = known.titles(interface.endpoint)
    if not titles:
        yield NotApplicable("no policy with preDNAT selects it")
        return
    try:
        cut = [*dict.fromkeys(known.cut_off(interface))]
    except CannotTellError as gap:
        yield Unknown(str(gap))
        return
    yield from _told(titles, cut)
    yield from (Unknown(str(gap)) for gap in known.ways.services)


def _told(titles: Sequence[str], cut: Sequence[tuple[str, str]]) -> Iterator[Violation]:
    for source in dict.fromkeys(source for source, _ in cut):
        ports = [port for one, port in cut if one == source]
        more = f" and {len(ports) - _SHOWN} more" if len(ports) > _SHOWN else ""
        yield Violation(
            f"{printable(', '.join(titles))} deny {source} at {', '.join(ports[:_SHOWN])}{more}",
            {"sources": source, "ports": ports[:_KEPT]},
        )
