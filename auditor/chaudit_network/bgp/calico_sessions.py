"""The sessions of Calico's nodes: with the peers of all, with peers of their own, and in the mesh.

The rules are those of confd/pkg/backends/calico of projectcalico/calico (updatePeersV1 in client.go, bgp_processor.go).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import Subject
from chaudit_network.bgp.calico_resolution import Entry, Key, Peering, Resolution, Settings
from chaudit_network.bgp.nodes import FAMILIES, BGPNode, BGPNodes
from chaudit_network.bgp.peers import Peer
from chaudit_network.bgp.sessions import Scope, Session

MESH = Subject("BGPConfiguration", name="default")
"""What configures the sessions of the mesh, whether or not the object exists."""

_NO_SOURCE = "None"


class CalicoSessions(msgspec.Struct, frozen=True, dict=True):
    """Who speaks with whom. Sessions among nodes are as many as their pairs: these are made when asked for.

    Of two peerings that give a node the same peer, the first counts, and those for all nodes come first.
    """

    nodes: BGPNodes
    settings: Settings
    peerings: Sequence[Peering]

    def of(self, name: str) -> Iterator[Session]:
        """Yield all sessions of a node."""
        node = self.nodes.by_name[name]
        yield from self._meshed(node)
        for entry in self._global.values():
            yield from self._session(node, entry, Scope.GLOBAL)
        own: dict[Key, Entry] = {}
        for entry in self._entries_of(name):
            own.setdefault(entry.key, entry)
        for entry in own.values():
            if entry.key not in self._global:
                yield from self._session(node, entry, Scope.NODE)

    @cached_property
    def outward(self) -> Sequence[Session]:
        """The sessions with peers that are told by address and, as far as Calico knows, are no nodes."""
        found: dict[tuple[str, Key], Session] = {}
        for peering in sorted(self.peerings, key=lambda peering: not peering.is_global):
            entry = peering.told
            if entry is None or entry.node:
                continue
            scope = Scope.GLOBAL if peering.is_global else Scope.NODE
            for name in sorted(self.nodes.names if peering.nodes is None else peering.nodes):
                for session in self._session(self.nodes.by_name[name], entry, scope):
                    found.setdefault((name, entry.key), session)
        return tuple(found.values())

    @cached_property
    def mesh(self) -> frozenset[str]:
        """The nodes that all speak with one another: all but route reflectors."""
        if not self.settings.is_meshed:
            return frozenset()
        return frozenset(node.name for node in self.nodes if node.addresses and not node.cluster_id)

    def hearing(self, tellers: frozenset[str], family: int) -> frozenset[str]:
        """Return the nodes that speak with one of these: in the mesh, or as BGPPeers say."""
        mesh = self._mesh_of[family]
        meshed = mesh if not mesh.isdisjoint(tellers) else frozenset[str]()
        peered = self._node_peers[family].items()
        return meshed | {name for name, others in peered if not others.isdisjoint(tellers)}

    @cached_property
    def _mesh_of(self) -> Mapping[int, frozenset[str]]:
        """The mesh by family."""
        by_name = self.nodes.by_name
        return {family: frozenset(one for one in self.mesh if family in by_name[one].addresses) for family in FAMILIES}

    @cached_property
    def _node_peers(self) -> Mapping[int, Mapping[str, frozenset[str]]]:
        """The nodes that BGPPeers let a node speak with, by family."""
        found: dict[int, dict[str, set[str]]] = {family: defaultdict(set) for family in FAMILIES}
        for name in self.nodes.by_name if any(peering.peers for peering in self.peerings) else ():
            for entry in (*self._global.values(), *self._entries_of(name)):
                family = entry.address.version
                if entry.node not in {"", name} and family in self.nodes.by_name[name].addresses:
                    found[family][name].add(entry.node)
        return {family: {name: frozenset(others) for name, others in of.items()} for family, of in found.items()}

    @cached_property
    def _resolution(self) -> Resolution:
        return Resolution(self.nodes, self.settings)

    @cached_property
    def _global(self) -> Mapping[Key, Entry]:
        found: dict[Key, Entry] = {}
        for peering in self.peerings:
            for entry in self._resolution.forward(peering) if peering.is_global else ():
                found.setdefault(entry.key, entry)
        return found

    @cached_property
    def _forward(self) -> Mapping[str, Sequence[Peering]]:
        return _by_node((peering, peering.nodes or ()) for peering in self.peerings)

    @cached_property
    def _backward(self) -> Mapping[str, Sequence[Peering]]:
        return _by_node((peering, peering.peers) for peering in self.peerings if peering.is_answered)

    def _entries_of(self, name: str) -> Iterator[Entry]:
        """Yield the peers of one node: first those of what selects it, then those that mean it as their peer."""
        for peering in self._forward.get(name, ()):
            yield from self._resolution.forward(peering)
        for peering in self._backward.get(name, ()):
            yield from self._resolution.backward(peering)

    def _session(self, node: BGPNode, entry: Entry, scope: Scope) -> Iterator[Session]:
        """Yield the session of a node with a peer; none with itself, nor in a family in which it has no address.

        Of two nodes that are told by address for all, the one with the lesser text for an address calls.
        """
        own = node.addresses.get(entry.address.version)
        if own is None or own == entry.address:
            return
        asn = entry.peer.local_asn or self.settings.asn_of(node)
        waits = scope is Scope.GLOBAL and entry.is_by_address and bool(entry.node)
        yield Session(
            node.name,
            entry.peer,
            entry.source.subject,
            scope,
            None if entry.source.spec.source_address == _NO_SOURCE else own,
            asn,
            entry.node,
            waits and str(entry.address) > str(own),
            bool(node.cluster_id) and entry.peer.asn == asn and entry.cluster_id != node.cluster_id,
        )

    def _meshed(self, node: BGPNode) -> Iterator[Session]:
        """Yield the sessions with all others of the mesh; again the lesser text calls."""
        if node.name not in self.mesh:
            return
        asn, password = self.settings.asn_of(node), self.settings.mesh_password
        for other in (other for other in self.nodes if other.name in self.mesh):
            for family in FAMILIES:
                own, its = node.addresses.get(family), other.addresses.get(family)
                if own and its and own != its:
                    port = self.settings.port_of(other.name)
                    peer = Peer(str(its), its, self.settings.asn_of(other), password, port=port)
                    yield Session(node.name, peer, MESH, Scope.MESH, own, asn, other.name, str(its) > str(own))


def _by_node(peerings: Iterable[tuple[Peering, Iterable[str]]]) -> Mapping[str, Sequence[Peering]]:
    found: dict[str, list[Peering]] = defaultdict(list)
    for peering, names in peerings:
        for name in names:
            found[name].append(peering)
    return found
