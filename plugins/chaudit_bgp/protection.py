"""Whether sessions between autonomous systems are guarded against forged packets, and notice a dead neighbour soon."""

from collections.abc import Iterator

from chaudit import Reading, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_bgp.outside import PeerOf, external_sessions, internal_peers
from chaudit_network.bgp.peers import Peer, Peering, Speaker
from chaudit_network.kinds.metallb import BFD_PROFILES, BFDProfile
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.unread import Unread


@rule(
    "BGP-005",
    "Sessions with other autonomous systems are guarded by TTL or watched by BFD",
    severity=Severity.LOW,
    each=external_sessions,
    using=(internal_peers, bgp_sessions, BFD_PROFILES.reading),
    remediation="Calico: set `ttlSecurity` of the BGPPeer to the number of hops, 1 for a neighbour on the link, and "
    "let the router do the same. MetalLB, FRR-K8s: name a BFDProfile in `bfdProfile`, and let the router speak BFD. "
    "Cilium: leave `ebgpMultihop` out where the neighbour is on the link.",
    references=(
        "https://www.rfc-editor.org/rfc/rfc5082",
        "https://www.rfc-editor.org/rfc/rfc5880",
        "https://docs.tigera.io/calico/latest/reference/resources/bgppeer",
        "https://metallb.io/configuration/_advanced_bgp_configuration/#specify-a-bfd-profile",
    ),
)
def external_session_is_guarded(
    session: Peering | Unread, internal: frozenset[PeerOf], sessions: Sessions, profiles: Reading[BFDProfile]
) -> Verdicts:
    """Packets from afar cannot have a hop count that only a neighbour's can have: TTL security drops what has another.

    A neighbour that dies silently is missed only after the hold time, 90 seconds or more, unless BFD watches it. What a
    project does not offer is not asked of it: Calico has no BFD, MetalLB no TTL security.
    """
    if isinstance(session, Unread):
        yield Unknown(session.reason)
        return
    for peer in session.peers:
        if (session.subject, peer.name) not in internal:
            yield from _missing(peer, profiles)
        else:
            yield from (Unknown(str(gap)) for gap in sessions.unread)  # may be of nodes in another AS


def _missing(peer: Peer, profiles: Reading[BFDProfile]) -> Iterator[Violation | Unknown]:
    if peer.doubt:
        yield Unknown(f"peer {peer}: {peer.doubt}")
        return
    match peer.speaker:
        case Speaker.CALICO if not peer.hops:
            yield Violation(f"peer {peer}: no ttlSecurity, so that packets from any distance pass for the router's")
        case Speaker.CILIUM if peer.hops > 1:
            yield Violation(f"peer {peer}: ebgpMultihop lets packets in from {peer.hops} hops away")
        case Speaker.METALLB | Speaker.FRR if not peer.bfd_profile:
            yield Violation(f"peer {peer}: no BFD profile, so that its loss is noticed only after the hold time")
        case Speaker.METALLB if peer.bfd_profile not in {profile.name for profile in profiles.records}:
            yield Violation(f"peer {peer}: there is no BFDProfile {printable(peer.bfd_profile)}")
