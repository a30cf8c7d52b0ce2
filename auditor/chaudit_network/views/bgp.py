"""With whom the cluster is configured to speak BGP, by Calico, MetalLB, FRR-K8s and Cilium, and who of them is outside.

Whether a session is up is another matter: nothing here comes from a running router.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, parse_address, parse_interface
from chaudit_network.kinds import calico, metallb
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.bgp_cilium import cilium_peerings
from chaudit_network.views.bgp_peers import Password, Peer, Peerings, peerings_of


@view(calico.BGP_PEERS.reading, metallb.BGP_PEERS.reading, metallb.FRR_CONFIGURATIONS.reading, cilium_peerings)
def bgp_peerings(
    calico_peers: Reading[calico.BGPPeer],
    metallb_peers: Reading[metallb.BGPPeer],
    frr_configurations: Reading[metallb.FRRConfiguration],
    cilium: Peerings,
) -> Peerings:
    """Collect all configured peers, each where an operator configures it.

    MetalLB copies the neighbours of its BGPPeers into an FRRConfiguration for each node: there they are left out.
    """
    by_metallb = peerings_of(metallb_peers, _of_metallb)
    copied = {peer.name for _, peer in by_metallb.peers}
    by_frr = peerings_of(frr_configurations, _of_frr).only(lambda peer: peer.name not in copied)
    return peerings_of(calico_peers, _of_calico) + by_metallb + by_frr + cilium


@view(NODES)
def node_addresses(nodes: Sequence[Node]) -> frozenset[IPAddress]:
    """Return every address that a node reports or that Calico gives it; what is no address cannot be a peer's."""
    return frozenset(address for node in nodes for address in _addresses(node))


@view(bgp_peerings, node_addresses)
def external_peerings(peerings: Peerings, own: frozenset[IPAddress]) -> Peerings:
    """Return the peers that are not nodes themselves. One whose address is not said is taken to be outside."""
    return peerings.only(lambda peer: not (peer.address and (peer.address in own or peer.address.is_loopback)))


def _of_calico(found: calico.BGPPeer) -> Iterator[Peer]:
    """Yield the peer of `peerIP`; without it the peers are nodes or local workloads, which is nothing external."""
    spec = found.spec
    if not spec.peer_ip:
        return
    address = parse_address(_without_port(spec.peer_ip))
    in_secret = spec.password and spec.password.secret_key_ref and spec.password.secret_key_ref.name
    yield Peer(str(address), address, spec.as_number or None, Password.REFERENCED if in_secret else Password.NONE)


def _of_metallb(found: metallb.BGPPeer) -> Iterator[Peer]:
    spec = found.spec
    yield _frr_peer(spec.peer_address, spec.interface, spec.peer_asn, spec)


def _of_frr(found: metallb.FRRConfiguration) -> Iterator[Peer]:
    for router in found.spec.bgp.routers:
        for neighbor in router.neighbors:
            yield _frr_peer(neighbor.address, neighbor.interface, neighbor.asn, neighbor)
    if found.spec.raw.raw_config:
        doubt = "spec.raw.rawConfig is not evaluated, and may configure neighbours of its own"
        yield Peer("raw configuration", None, None, Password.UNKNOWN, doubt)


def _frr_peer(address: str, interface: str, asn: int, kept: metallb.BGPPeerSpec | metallb.Neighbor) -> Peer:
    parsed = parse_address(address) if address or not interface else None
    if kept.password:
        password = Password.READABLE
    else:
        password = Password.REFERENCED if kept.password_secret.name else Password.NONE
    return Peer(str(parsed or f"on interface {interface}"), parsed, asn or None, password)


def _without_port(peer_ip: str) -> str:
    """Cut off the port: `192.0.2.1:1790`, `[fd00::1]:179`."""
    if peer_ip.startswith("["):
        return peer_ip[1:].partition("]")[0]
    host, _, _ = peer_ip.partition(":")
    return host if peer_ip.count(":") == 1 else peer_ip


def _addresses(node: Node) -> Iterator[IPAddress]:
    for reported in node.status.addresses:
        with suppress(CannotTellError):
            yield parse_address(reported.address)
    for annotation in calico.NODE_ADDRESS_ANNOTATIONS:
        with suppress(CannotTellError):
            yield parse_interface(node.annotations.get(annotation, "")).ip
