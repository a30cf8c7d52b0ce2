"""The BGP neighbours that Cilium's objects configure."""

from collections.abc import Iterator

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.addresses import parse_address, parse_interface
from chaudit_network.bgp.peers import Password, Peer, Peerings, Speaker, peerings_of
from chaudit_network.kinds.cilium_bgp import (
    CILIUM_BGP_CLUSTER_CONFIGS,
    CILIUM_BGP_PEER_CONFIGS,
    CILIUM_BGP_PEERING_POLICIES,
    CiliumBGPClusterConfig,
    CiliumBGPPeer,
    CiliumBGPPeerConfig,
    CiliumBGPPeerConfigSpec,
    CiliumBGPPeeringPolicy,
)


@view(CILIUM_BGP_CLUSTER_CONFIGS.reading, CILIUM_BGP_PEER_CONFIGS.reading, CILIUM_BGP_PEERING_POLICIES.reading)
def cilium_peerings(
    clusters: Reading[CiliumBGPClusterConfig],
    settings: Reading[CiliumBGPPeerConfig],
    policies: Reading[CiliumBGPPeeringPolicy],
) -> Peerings:
    """Collect the peers of both generations of Cilium's BGP objects."""
    configured = peerings_of(
        clusters, lambda found: _configured(found, settings), lambda found: (found.spec.node_selector,)
    )
    return configured + peerings_of(policies, _by_policy, lambda found: (found.spec.node_selector,))


def _configured(cluster: CiliumBGPClusterConfig, settings: Reading[CiliumBGPPeerConfig]) -> Iterator[Peer]:
    for instance in cluster.spec.bgp_instances:
        for peer in instance.peers:
            address = parse_address(peer.peer_address.strip()) if peer.peer_address else None
            try:
                found, doubt = settings_of(peer, settings), ""
            except CannotTellError as gap:
                found, doubt = None, str(gap)
            yield Peer(
                peer.name,
                address,
                peer.peer_asn or None,
                _password(found),
                doubt,
                Speaker.CILIUM,
                found.transport.peer_port if found else 0,
                instance.local_asn or None,
                hops=found.ebgp_multihop if found else 0,
                settings=peer.peer_config_ref.name if peer.peer_config_ref else "",
                is_dual=True,
            )


def settings_of(peer: CiliumBGPPeer, settings: Reading[CiliumBGPPeerConfig]) -> CiliumBGPPeerConfigSpec:
    """Return the settings that a peer refers to, the defaults where it refers to none.

    Raises:
        CannotTellError: they were not read, or there are none of this name.
    """
    if peer.peer_config_ref is None:
        return CiliumBGPPeerConfigSpec()
    name = peer.peer_config_ref.name
    found = next((one for one in settings.complete_records if one.name == name), None)
    if found is None:
        raise CannotTellError(f"there is no CiliumBGPPeerConfig {printable(name)}, which its peerConfigRef names")
    return found.spec


def _password(found: CiliumBGPPeerConfigSpec | None) -> Password:
    if found is None:
        return Password.UNKNOWN
    return Password.REFERENCED if found.auth_secret_ref else Password.NONE


def _by_policy(policy: CiliumBGPPeeringPolicy) -> Iterator[Peer]:
    for router in policy.spec.virtual_routers:
        for neighbor in router.neighbors:
            address = parse_interface(neighbor.peer_address).ip
            password = Password.REFERENCED if neighbor.auth_secret_ref else Password.NONE
            asn, local_asn = neighbor.peer_asn or None, router.local_asn or None
            hops = neighbor.ebgp_multihop_ttl
            port = neighbor.peer_port
            yield Peer(str(address), address, asn, password, "", Speaker.CILIUM, port, local_asn, hops=hops)
