"""Whether the nodes are configured to speak to the routers that operators declare."""

from collections.abc import Sequence

import msgspec

from chaudit import INTENT, DoesNotApplyError, Intent, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_bgp.words import listed
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.bgp.peers import Peer, Peerings
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.views.bgp_peerings import external_peerings


class DeclaredPeer(msgspec.Struct, frozen=True):
    """A router that the intent names, or, without address, any at all."""

    address: IPAddress | None = None
    asn: int | None = None

    @property
    def subject(self) -> Subject:
        """The peer by its address, or the whole cluster."""
        return Subject("Peer", name=str(self.address)) if self.address else Subject("Cluster")

    def is_met_by(self, peer: Peer) -> bool:
        """Whether a configured peer is the declared one. Raw configuration is no evidence of any."""
        return peer.address == self.address if self.address else bool(peer.address or not peer.doubt)


@view(INTENT)
def declared_peers(intent: Intent) -> Sequence[DeclaredPeer]:
    """Return the peers by name; where BGP is declared without naming one, any external peer will do.

    Raises:
        DoesNotApplyError: nothing says that the cluster is meant to speak BGP.
    """
    if intent.bgp is None and intent.topology.cluster_host.value != "external":
        raise DoesNotApplyError("the intent file declares neither bgp nor an external cluster-host network")
    peers = intent.bgp.peers if intent.bgp else ()
    return [DeclaredPeer(parse_address(peer.address), peer.asn) for peer in peers] or [DeclaredPeer()]


@rule(
    "BGP-001",
    "Declared BGP peers are configured",
    severity=Severity.HIGH,
    each=declared_peers,
    using=(external_peerings,),
    remediation="Configure the peer with its AS number (Calico: `BGPPeer` with `spec.peerIP`; MetalLB: `BGPPeer`; "
    "Cilium: `CiliumBGPClusterConfig`), or correct `bgp.peers` in the intent file.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.tigera.io/calico/latest/networking/configuring/bgp",
        "https://metallb.io/configuration/#the-bgp-configuration",
        "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S18"),),
)
def declared_peer_is_configured(declared: DeclaredPeer, configured: Peerings) -> Verdicts:
    """Where services are exposed through BGP, the routers learn the way to them from the nodes and from nowhere else.

    Without the session nothing outside knows the addresses; with one router of two, the loss of it is the loss of all.
    """
    met = [(subject, peer) for subject, peer in configured.peers if declared.is_met_by(peer)]
    for subject, peer in met:
        if declared.asn and peer.asn not in {None, declared.asn}:
            yield Violation(f"{subject} names this peer with AS {peer.asn}, declared is AS {declared.asn}")
    gaps = [str(gap) for gap in configured.unread]
    if met:
        yield from map(Unknown, gaps if declared.asn else ())  # may name it with another AS
        return
    gaps += [
        f"{subject}: {peer.doubt or f'peer {peer} has no address to be told by'}"
        for subject, peer in configured.peers
        if not peer.address
    ]
    yield from map(Unknown, gaps)
    if not gaps and declared.address:
        others = listed({peer.address for _, peer in configured.peers})
        yield Violation(f"no BGP configuration of the cluster names this peer; configured: {others or 'none'}")
    elif not gaps:
        yield Violation("BGP is declared, but no peer outside of the cluster is configured")
