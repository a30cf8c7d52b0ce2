"""The BGP neighbours that Calico's BGPPeers configure.

What confd makes of them is told by confd/pkg/backends/calico/client.go of projectcalico/calico (updatePeersV1).
"""

from collections.abc import Iterator

from chaudit import Reading, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.bgp.asn import parse_asn
from chaudit_network.bgp.peers import NextHop, Password, Peer, Peerings, peerings_of
from chaudit_network.kinds.calico_bgp import BGP_PEERS, BGPPassword, BGPPeer

_PORTS = 2**16


@view(BGP_PEERS.reading)
def calico_peerings(peers: Reading[BGPPeer]) -> Peerings:
    """Collect the peers that have an address; the others are nodes or local workloads, found by selector."""
    return peerings_of(peers, _peers)


def _peers(found: BGPPeer) -> Iterator[Peer]:
    if is_by_address(found):
        yield peer_of(found, *address_and_port(found.spec.peer_ip), parse_asn(found.spec.as_number))


def is_by_address(found: BGPPeer) -> bool:
    """Whether the neighbour is told by its address."""
    return bool(found.spec.peer_ip) and not found.spec.peer_selector


def peer_of(found: BGPPeer, address: IPAddress, port: int, asn: int) -> Peer:
    """Return a neighbour at an address with the settings of the object.

    Raises:
        CannotTellError: its own AS number is none.
    """
    spec = found.spec
    next_hop = NextHop.KEEP if spec.keep_original_next_hop else NextHop.AUTO
    if spec.next_hop_mode in set(NextHop):
        next_hop = NextHop(spec.next_hop_mode)
    return Peer(
        str(address),
        address,
        asn or None,
        password_of(spec.password),
        port=port,
        local_asn=parse_asn(spec.local_as_number) or None,
        hops=spec.ttl_security,
        filters=spec.filters,
        next_hop=next_hop,
    )


def password_of(given: BGPPassword | None) -> Password:
    """Return how a password is given."""
    return Password.REFERENCED if given and given.is_given else Password.NONE


def address_and_port(peer_ip: str) -> tuple[IPAddress, int]:
    """Take `192.0.2.1:1790` or `[fd00::1]:179` apart; without a port it is 0.

    Raises:
        CannotTellError: there is no address in it.
    """
    host, separator, port = peer_ip.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif peer_ip.count(":") != 1:
        separator = ""
    if separator and port.isdecimal() and int(port) < _PORTS:
        return parse_address(host), int(port)
    return parse_address(peer_ip), 0
