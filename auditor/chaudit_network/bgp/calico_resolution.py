"""BGPPeers of Calico resolved: the nodes they are for, and the addresses and nodes they mean.

The rules are those of confd/pkg/backends/calico/client.go of projectcalico/calico (updatePeersV1).
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from chaudit_network.addresses import IPAddress
from chaudit_network.bgp.asn import parse_asn
from chaudit_network.bgp.calico_peers import address_and_port, is_by_address, peer_of
from chaudit_network.bgp.nodes import FAMILIES, BGPNode, BGPNodes
from chaudit_network.bgp.peers import Password, Peer
from chaudit_network.kinds.calico_bgp import BGPPeer

_MANUAL = "Manual"

Key = tuple[IPAddress, int]
"""What tells the peers of a node apart: address and port."""


class Settings(msgspec.Struct, frozen=True):
    """What BGPConfigurations say of sessions. A port is 0 where it is BGP's own."""

    asn: int
    is_meshed: bool
    mesh_password: Password
    port: int = 0
    ports: Mapping[str, int] = msgspec.field(default_factory=dict)

    def asn_of(self, node: BGPNode) -> int:
        """Return the AS that a node speaks for."""
        return node.asn or self.asn

    def port_of(self, node: str) -> int:
        """Return the port on which a node listens."""
        return self.ports.get(node, self.port)

    def may_listen(self, node: str, port: int) -> bool:
        """Whether confd takes a port for the node's; both settings must agree where both are given."""
        return {self.ports.get(node, port), self.port or port} == {port}


class Entry(msgspec.Struct, frozen=True):
    """A peer on its way to become a session of some node; `node` and `cluster_id` are those of the peer."""

    address: IPAddress
    peer: Peer
    source: BGPPeer
    node: str = ""
    cluster_id: str = ""
    is_by_address: bool = False

    @property
    def key(self) -> Key:
        """What tells it from other peers of a node."""
        return self.address, self.peer.port


class Peering(msgspec.Struct, frozen=True):
    """A BGPPeer resolved: the nodes it is for (None: it is for all), and the nodes that it means as their peers.

    `told` is the peer where it is told by address, whether or not that is a node's.
    """

    source: BGPPeer
    nodes: frozenset[str] | None
    peers: frozenset[str]
    told: Entry | None = None

    @property
    def is_global(self) -> bool:
        """Whether nothing says for which nodes it is."""
        return self.nodes is None

    @property
    def is_answered(self) -> bool:
        """Whether nodes that are meant as peers get a session back without being told to."""
        return self.source.spec.reverse_peering != _MANUAL


class Resolution(msgspec.Struct, frozen=True):
    """Resolves BGPPeers among the nodes of a cluster."""

    nodes: BGPNodes
    settings: Settings

    def resolve(self, found: BGPPeer) -> Peering | None:
        """Return what a BGPPeer means, None where it means local workloads or nobody.

        Raises:
            CannotTellError: what it says cannot be understood.
        """
        spec = found.spec
        _ = parse_asn(spec.local_as_number)
        nodes: frozenset[str] | None = None
        if spec.node_selector:
            nodes = self.nodes.matching(spec.node_selector)
        elif spec.node:
            nodes = self.nodes.names & {spec.node}
        if is_by_address(found):
            return self._by_address(found, nodes)
        return Peering(found, nodes, self.nodes.matching(spec.peer_selector)) if spec.peer_selector else None

    def forward(self, peering: Peering) -> Iterable[Entry]:
        """Return the peers for the nodes that a peering is for."""
        return (peering.told,) if peering.told else self._as_peers(peering.source, peering.peers, FAMILIES)

    def backward(self, peering: Peering) -> Iterator[Entry]:
        """Yield the peers for the nodes that a peering means as peers: they know the others by the AS told to these."""
        names = self.nodes.names if peering.nodes is None else peering.nodes
        families = (peering.told.address.version,) if peering.told else FAMILIES
        for entry in self._as_peers(peering.source, names, families):
            peer = replace(entry.peer, asn=entry.peer.local_asn or entry.peer.asn, local_asn=None)
            yield replace(entry, peer=peer)

    def _by_address(self, found: BGPPeer, nodes: frozenset[str] | None) -> Peering:
        address, port = address_and_port(found.spec.peer_ip)
        asn = parse_asn(found.spec.as_number)
        peers = frozenset(self._nodes_at(address, asn, port))
        if not port:
            port = next((self.settings.port_of(name) for name in sorted(peers)), 0)
        its = self.nodes.by_address.get(address, ())
        name = its[0].name if its else ""
        told = Entry(address, peer_of(found, address, port, asn), found, name, is_by_address=True)
        return Peering(found, nodes, peers, told)

    def _nodes_at(self, address: IPAddress, asn: int, port: int) -> Iterator[str]:
        for node in self.nodes.by_address.get(address, ()):
            is_its = self.settings.asn_of(node) == (asn or self.settings.asn)
            if is_its and (not port or self.settings.may_listen(node.name, port)):
                yield node.name

    def _as_peers(self, source: BGPPeer, names: Iterable[str], families: Iterable[int]) -> Iterator[Entry]:
        for name in sorted(names):
            node = self.nodes.by_name[name]
            for address in (node.addresses[family] for family in families if family in node.addresses):
                peer = peer_of(source, address, self.settings.port_of(name), self.settings.asn_of(node))
                yield Entry(address, peer, source, name, node.cluster_id)
