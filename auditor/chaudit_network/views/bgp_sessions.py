"""Which node speaks BGP with whom, as Calico, MetalLB, FRR-K8s and Cilium are configured."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, printable, view
from chaudit_network.bgp.asn import parse_asn
from chaudit_network.bgp.calico_peers import password_of
from chaudit_network.bgp.calico_resolution import Peering, Resolution, Settings
from chaudit_network.bgp.calico_sessions import CalicoSessions
from chaudit_network.bgp.cilium_peers import cilium_peerings
from chaudit_network.bgp.metallb_peers import metallb_peerings
from chaudit_network.bgp.nodes import BGPNodes, bgp_node
from chaudit_network.bgp.peers import Peerings
from chaudit_network.bgp.sessions import Scope, Session
from chaudit_network.kinds.calico_bgp import (
    BGP_CONFIGURATIONS,
    BGP_PEERS,
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeer,
)
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.bgp_peerings import outside_among
from chaudit_network.views.calico_node import CalicoNode, calico_node
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import Unread, unread

DEFAULT = "default"
"""The BGPConfiguration of all nodes."""

_OF_NODE = "node."
_DEFAULT_ASN = 64512


class BGPCluster(msgspec.Struct, frozen=True):
    """The nodes as speakers of BGP, and what could not be understood of them."""

    nodes: BGPNodes
    unread: tuple[Unread, ...]


@view(NODES.reading)
def bgp_nodes(nodes: Reading[Node]) -> BGPCluster:
    """Read the nodes as speakers.

    Raises:
        CannotTellError: the nodes were not read.
    """
    found = []
    gaps = list(unread(nodes))
    for node in nodes.records:
        try:
            found.append(bgp_node(node))
        except CannotTellError as gap:
            gaps.append(Unread(node.subject, str(gap)))
    return BGPCluster(BGPNodes(found), tuple(gaps))


class CalicoConfiguration(msgspec.Struct, frozen=True):
    """The BGPConfigurations by what they are for, and what could not be read or understood."""

    default: BGPConfigurationSpec
    of_nodes: Mapping[str, BGPConfigurationSpec]
    unread: tuple[Unread, ...]


@view(BGP_CONFIGURATIONS.reading)
def calico_configuration(found: Reading[BGPConfiguration]) -> CalicoConfiguration:
    """Take the configurations by name; those of any other name count for nothing."""
    by_name = {one.name: one.spec for one in found.objects}
    of_nodes = {name.removeprefix(_OF_NODE): spec for name, spec in by_name.items() if name.startswith(_OF_NODE)}
    return CalicoConfiguration(by_name.get(DEFAULT, BGPConfigurationSpec()), of_nodes, tuple(unread(found)))


class Sessions(msgspec.Struct, frozen=True, dict=True):
    """All sessions. Those with peers outside are listed; those among nodes are made when asked for, node by node.

    `unread` is what might configure more, or configures what could not be understood.
    """

    cluster: BGPCluster
    calico: CalicoSessions
    external: Sequence[Session]
    unread: Sequence[Unread]
    _others: Sequence[Session] = ()

    def of(self, name: str) -> Iterator[Session]:
        """Yield the sessions of a node, with nodes and with others.

        Raises:
            CannotTellError: the node is not known, or what is said of it could not be understood.
        """
        if name not in self.cluster.nodes.by_name:
            raise CannotTellError(f"nodes: there is no readable Node {printable(name)}")
        yield from self.calico.of(name)
        yield from self._of_others.get(name, ())

    @cached_property
    def external_of(self) -> Mapping[str, Sequence[Session]]:
        """The sessions with peers outside by node."""
        return _by_node(self.external)

    @cached_property
    def _of_others(self) -> Mapping[str, Sequence[Session]]:
        return _by_node(self._others)


@view(bgp_nodes, calico_configuration, BGP_PEERS.reading, calico_node)
def calico_sessions(
    cluster: BGPCluster, configured: CalicoConfiguration, peers: Reading[BGPPeer], runs: CalicoNode
) -> tuple[CalicoSessions, tuple[Unread, ...]]:
    """Resolve Calico's peerings; where its nodes do without BGP there are none, and no mesh either.

    Where there are peers, what was not read of calico-node may say otherwise.
    """
    gaps = [*configured.unread, *unread(peers), *(runs.backend_unread if peers.objects else ())]
    default = configured.default
    try:
        asn = parse_asn(default.as_number) or _DEFAULT_ASN
    except CannotTellError as gap:
        asn = _DEFAULT_ASN
        gaps.append(Unread(Subject("BGPConfiguration", name=DEFAULT), str(gap)))
    settings = Settings(
        asn,
        default.node_to_node_mesh_enabled and runs.may_speak_bgp,
        password_of(default.node_mesh_password),
        default.listen_port,
        {name: spec.listen_port for name, spec in configured.of_nodes.items() if spec.listen_port},
    )
    peerings: list[Peering] = []
    resolution = Resolution(cluster.nodes, settings)
    for found in sorted(peers.objects, key=lambda peer: peer.name) if runs.may_speak_bgp else ():
        try:
            peering = resolution.resolve(found)
        except CannotTellError as gap:
            gaps.append(Unread(found.subject, str(gap)))
            continue
        if peering:
            peerings.append(peering)
    return CalicoSessions(cluster.nodes, settings, peerings), tuple(gaps)


@view(bgp_nodes, calico_sessions, metallb_peerings, cilium_peerings, node_addresses)
def bgp_sessions(
    cluster: BGPCluster,
    calico: tuple[CalicoSessions, tuple[Unread, ...]],
    metallb: Peerings,
    cilium: Peerings,
    addresses: NodeAddresses,
) -> Sessions:
    """Put the sessions of all speakers together."""
    by_calico, gaps = calico
    peerings = metallb + cilium
    unread_peers = (*gaps, *peerings.unread)
    told = [peer.address for _, peer in peerings.peers]  # of all, whether or not a readable node is selected for them
    told += (peering.told.address for peering in by_calico.peerings if peering.told)
    outside = outside_among(told, unread_peers, addresses)
    others = list(_selected(peerings, cluster.nodes))
    external = [session for session in (*by_calico.outward, *others) if session.peer.address in outside]
    return Sessions(cluster, by_calico, external, (*cluster.unread, *unread_peers), others)


def _selected(peerings: Peerings, nodes: BGPNodes) -> Iterator[Session]:
    """Yield a session for each peer and each node that is selected for it."""
    for peering in peerings.found:
        names = nodes.selected(peering.node_selectors)
        scope = Scope.GLOBAL if names is nodes.names else Scope.NODE
        for name in sorted(names):
            for peer in peering.peers:
                yield Session(name, peer, peering.subject, scope, peer.source, peer.local_asn)


def _by_node(sessions: Sequence[Session]) -> Mapping[str, Sequence[Session]]:
    found: dict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        found[session.node].append(session)
    return found
