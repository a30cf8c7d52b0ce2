"""Whether the way that routers are told leads over the network that is meant for it."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from chaudit import DoesNotApplyError, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_bgp.outside import NOBODY
from chaudit_network.addresses import IPAddress, holds
from chaudit_network.bgp.peers import NextHop
from chaudit_network.bgp.sessions import Session
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.networks import CLUSTER_HOST, NamedNetwork, Networks, networks
from chaudit_network.views.unread import Unread


class Speaking(msgspec.Struct, frozen=True):
    """A node that is the way to something: by its own sessions with routers, or as others pass its routes on."""

    node: str
    sessions: Sequence[Session]
    addresses: tuple[IPAddress, ...] = ()

    @property
    def subject(self) -> Subject:
        """The node."""
        return Subject("Node", name=self.node)


@view(bgp_sessions)
def speaking_nodes(sessions: Sessions) -> Sequence[Speaking | Unread]:
    """Return the nodes that routers are told of.

    Where a session keeps next hops, or a route reflector tells a client, all nodes of Calico may be among them.

    Raises:
        DoesNotApplyError: there is no router outside.
    """
    if not sessions.external and not sessions.unread:
        raise DoesNotApplyError(NOBODY)
    found: dict[str, Speaking] = {name: Speaking(name, own) for name, own in sessions.external_of.items()}
    kept = {
        one.peer.address.version
        for one in sessions.external
        if one.peer.address and (one.peer.next_hop is NextHop.KEEP or one.is_client)
    }
    for node in sessions.cluster.nodes if kept else ():
        addresses = tuple(address for family, address in node.addresses.items() if family in kept)
        if addresses and node.name not in found:
            found[node.name] = Speaking(node.name, (), addresses)
    return [*sessions.unread, *found.values()]


@rule(
    "BGP-010",
    "Routers are told cluster host addresses as next hops",
    severity=Severity.MEDIUM,
    each=speaking_nodes,
    using=(networks, bgp_sessions),
    remediation="Let calico-node find the address on the cluster host network (`IP_AUTODETECTION_METHOD`, or "
    "`nodeAddressAutodetectionV4` of the Installation) and leave `sourceAddress` of the BGPPeer at UseNodeIP; set "
    "`sourceAddress` of MetalLB's BGPPeer. `--probe bgp-rib=FILE` shows what a router really heard.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.tigera.io/calico/latest/networking/ipam/ip-autodetection",
        "https://docs.tigera.io/calico/latest/reference/resources/bgppeer",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S19"),),
)
def next_hop_is_a_cluster_host_address(judged: Speaking | Unread, known: Networks, sessions: Sessions) -> Verdicts:
    """What the next hop is decides over which network clients come in: a node names the address it speaks from.

    An address on another network leads traffic past the policy and the capacity that were planned for it, or nowhere.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
        return
    network = known.named(CLUSTER_HOST)
    addresses = list(judged.addresses)
    for session in judged.sessions:
        if session.local:
            addresses.append(session.local)
        elif not _is_on_link(session, network):
            yield Unknown(f"peer {session.peer}: nothing says from which address the node speaks")
    yield from _outside(dict.fromkeys(addresses), network)
    if network.is_inferred:
        yield Unknown(f"{network} is only inferred from {network.origin}: declare networks.{CLUSTER_HOST}.cidrs")
    yield from (Unknown(str(gap)) for gap in sessions.unread)  # may be of sessions of this node


def _is_on_link(session: Session, network: NamedNetwork) -> bool:
    """Whether the neighbour is in the network itself, to which a node speaks from its address there."""
    return session.peer.address is not None and holds(network.cidrs, session.peer.address)


def _outside(addresses: Iterable[IPAddress], network: NamedNetwork) -> Iterator[Violation]:
    for address in addresses:
        if not holds(network.cidrs, address):
            yield Violation(f"the next hop {address} is outside of {network}", {"next_hop": str(address)})
