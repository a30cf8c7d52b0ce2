"""Whether the sessions with routers outside prove who is speaking."""

from chaudit import Severity, Unknown, Verdicts, Violation, rule
from chaudit_bgp.outside import external_sessions
from chaudit_network.bgp.peers import Password, Peering
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.unread import Unread


@rule(
    "BGP-004",
    "Sessions with external BGP peers are authenticated",
    severity=Severity.HIGH,
    each=external_sessions,
    remediation="Agree on a password with the router's operators, keep it in a Secret and refer to it (Calico: "
    "`spec.password.secretKeyRef` of the BGPPeer; MetalLB, FRR-K8s: `passwordSecret`; Cilium: `authSecretRef` of the "
    "CiliumBGPPeerConfig). Replace a password that stood in an object.",
    references=(
        "https://www.rfc-editor.org/rfc/rfc7454#section-5.1",
        "https://docs.tigera.io/calico/latest/reference/resources/bgppeer#bgppassword",
        "https://metallb.io/apis/",
        "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/#md5-password",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S18"), NIST.at("SC-8", "SC-23", "IA-3")),
)
def external_session_is_authenticated(session: Peering | Unread) -> Verdicts:
    """Whoever can send packets with a router's address can reset a session, or take the router's place in it.

    That cuts off all services that are announced there, or draws their traffic elsewhere. A password that stands in
    the object itself protects against outsiders only: everyone who may read the object has it.
    """
    if isinstance(session, Unread):
        yield Unknown(session.reason)
        return
    for peer in session.peers:
        match peer.password:
            case Password.NONE:
                yield Violation(f"peer {peer}: the session has no password, expected a reference to a Secret")
            case Password.READABLE:
                yield Violation(
                    f"peer {peer}: the password stands readable in the object itself, expected a reference to a Secret"
                )
            case Password.UNKNOWN:
                yield Unknown(f"peer {peer}: {peer.doubt}")
