"""The BGP neighbours that objects of MetalLB and of FRR-K8s configure."""

from collections.abc import Iterator

from chaudit import Reading, view
from chaudit_network.addresses import parse_address
from chaudit_network.bgp.peers import ON_INTERFACE, Password, Peer, Peerings, Speaker, peerings_of
from chaudit_network.kinds.frr import FRR_CONFIGURATIONS, FRRConfiguration, Neighbor
from chaudit_network.kinds.metallb import BGP_PEERS, BGPPeer, BGPPeerSpec

_INTERNAL = "internal"


@view(BGP_PEERS.reading, FRR_CONFIGURATIONS.reading)
def metallb_peerings(peers: Reading[BGPPeer], configurations: Reading[FRRConfiguration]) -> Peerings:
    """Collect the neighbours, each where an operator configures it.

    MetalLB copies the neighbours of its BGPPeers into an FRRConfiguration for each node: there they are left out.
    """
    by_metallb = peerings_of(peers, _of_metallb, lambda found: found.spec.node_selectors)
    copied = {peer.name for _, peer in by_metallb.peers}
    by_frr = peerings_of(configurations, _of_frr, lambda found: (found.spec.node_selector,))
    return by_metallb + by_frr.only(lambda peer: peer.name not in copied)


def _of_metallb(found: BGPPeer) -> Iterator[Peer]:
    spec = found.spec
    local_asn = spec.local_asn or spec.my_asn
    yield _peer(spec.peer_address, spec.peer_asn, local_asn, spec.peer_port, spec, Speaker.METALLB)


def _of_frr(found: FRRConfiguration) -> Iterator[Peer]:
    for router in found.spec.bgp.routers:
        for one in router.neighbors:
            yield _peer(one.address, one.asn, one.local_asn or router.asn, one.port, one, Speaker.FRR)
    if found.spec.raw.raw_config:
        doubt = "spec.raw.rawConfig is not evaluated, and may configure neighbours of its own"
        yield Peer("raw configuration", None, None, Password.UNKNOWN, doubt, Speaker.FRR)


def _peer(address: str, asn: int, local_asn: int, port: int, kept: BGPPeerSpec | Neighbor, speaker: Speaker) -> Peer:
    parsed = parse_address(address) if address or not kept.interface else None
    if kept.password:
        password = Password.READABLE
    else:
        password = Password.REFERENCED if kept.password_secret.name else Password.NONE
    if kept.dynamic_asn == _INTERNAL:
        asn = local_asn
    return Peer(
        str(parsed or ON_INTERFACE + kept.interface),
        parsed,
        asn or None,
        password,
        "",
        speaker,
        port,
        local_asn or None,
        parse_address(kept.source_address) if kept.source_address else None,
        bfd_profile=kept.bfd_profile,
        is_dual=kept.dual_stack_address_family or parsed is None,
    )
