"""The BGP neighbours that Cilium's objects configure."""

from collections.abc import Iterator

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.addresses import parse_address, parse_interface
from chaudit_network.kinds.cilium import (
    CILIUM_BGP_CLUSTER_CONFIGS,
    CILIUM_BGP_PEER_CONFIGS,
    CILIUM_BGP_PEERING_POLICIES,
    CiliumBGPClusterConfig,
    CiliumBGPPeer,
    CiliumBGPPeerConfig,
    CiliumBGPPeeringPolicy,
)
from chaudit_network.views.bgp_peers import Password, Peer, Peerings, peerings_of


@view(CILIUM_BGP_CLUSTER_CONFIGS.reading, CILIUM_BGP_PEER_CONFIGS.reading, CILIUM_BGP_PEERING_POLICIES.reading)
def cilium_peerings(
    clusters: Reading[CiliumBGPClusterConfig],
    settings: Reading[CiliumBGPPeerConfig],
    policies: Reading[CiliumBGPPeeringPolicy],
) -> Peerings:
    """Collect the peers of both generations of Cilium's BGP objects."""
    return peerings_of(clusters, lambda found: _configured(found, settings)) + peerings_of(policies, _by_policy)


def _configured(cluster: CiliumBGPClusterConfig, settings: Reading[CiliumBGPPeerConfig]) -> Iterator[Peer]:
    for instance in cluster.spec.bgp_instances:
        for peer in instance.peers:
            address = parse_address(peer.peer_address.strip()) if peer.peer_address else None
            try:
                password, doubt = _password(peer, settings), ""
            except CannotTellError as gap:
                password, doubt = Password.UNKNOWN, str(gap)
            yield Peer(peer.name, address, peer.peer_asn or None, password, doubt)


def _password(peer: CiliumBGPPeer, settings: Reading[CiliumBGPPeerConfig]) -> Password:
    """Look into the settings that the peer refers to; without any it has the defaults, which have no password."""
    if peer.peer_config_ref is None:
        return Password.NONE
    name = peer.peer_config_ref.name
    found = next((one for one in settings.complete_records if one.name == name), None)
    if found is None:
        raise CannotTellError(f"there is no CiliumBGPPeerConfig {printable(name)}, which its peerConfigRef names")
    return Password.REFERENCED if found.spec.auth_secret_ref else Password.NONE


def _by_policy(policy: CiliumBGPPeeringPolicy) -> Iterator[Peer]:
    for router in policy.spec.virtual_routers:
        for neighbor in router.neighbors:
            address = parse_interface(neighbor.peer_address).ip
            password = Password.REFERENCED if neighbor.auth_secret_ref else Password.NONE
            yield Peer(str(address), address, neighbor.peer_asn or None, password)
