"""Whether the cluster stays reachable when a router, or a node, is lost."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import INTENT, DoesNotApplyError, Intent, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_bgp.outside import NOBODY
from chaudit_bgp.words import listed
from chaudit_network.bgp.nodes import FAMILIES
from chaudit_network.bgp.peers import Peerings, Speaker
from chaudit_network.bgp.sessions import Session
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.views.bgp_peerings import external_peerings
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.calico_node import CalicoNode, calico_node

_ENOUGH = 2


class Family(msgspec.Struct, frozen=True):
    """One address family in which nodes speak with routers outside, and the sessions that carry it."""

    version: int
    sessions: Sequence[Session]

    @property
    def subject(self) -> Subject:
        """The family by its name."""
        return Subject("AddressFamily", name=f"IPv{self.version}")


@view(bgp_sessions, external_peerings)
def external_families(sessions: Sessions, peerings: Peerings) -> Sequence[Family]:
    """Return the families that sessions with the outside carry, or are configured to, or may be by what was not read.

    Raises:
        DoesNotApplyError: there are none.
    """
    families = [Family(version, tuple(_carrying(sessions.external, version))) for version in FAMILIES]
    meant = {peer.address.version for _, peer in peerings.peers if peer.address}
    found = [family for family in families if family.sessions or family.version in meant]
    if not found and not sessions.unread:
        raise DoesNotApplyError(NOBODY)
    return families if peerings.unread or not found else found


def _carrying(sessions: Sequence[Session], version: int) -> Iterator[Session]:
    for session in sessions:
        address = session.peer.address
        if session.peer.is_dual or address is None or address.version == version:
            yield session


@rule(
    "BGP-002",
    "BGP peering with the outside survives the loss of a router or a node",
    severity=Severity.HIGH,
    each=external_families,
    using=(bgp_sessions, calico_node, INTENT),
    remediation="Let nodes peer with two routers at least, and two nodes at least with routers: add a peer, or widen "
    "the node selector of the one there is.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.tigera.io/calico/latest/reference/architecture/design/l3-interconnect-fabric",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S18", "S19"),),
)
def peering_is_redundant(family: Family, sessions: Sessions, runs: CalicoNode, intent: Intent) -> Verdicts:
    """What is announced by BGP is gone with the last session that announced it.

    A router is counted once, whatever the number of sessions with it; what one announces in IPv4 only does not stand in
    for another's IPv6.
    """
    broken = list(_lacking(family.sessions, intent))
    others = [session for session in family.sessions if session.speaker is not Speaker.CALICO]
    if broken and sessions.unread:
        yield from (Unknown(str(gap)) for gap in sessions.unread)
    elif broken:
        yield from broken
    elif any(_lacking(others, intent)):
        yield from (Unknown(str(gap)) for gap in runs.backend_unread)


def _lacking(sessions: Sequence[Session], intent: Intent) -> Iterator[Violation]:
    routers = {session.peer.called for session in sessions}
    nodes = {session.node for session in sessions}
    if not nodes:
        yield Violation("peers outside are configured, but no node is selected to speak with them")
    elif len(routers) < _ENOUGH:
        yield Violation(f"everything depends on one router, {listed(routers)}, expected {_ENOUGH} at least")
    if len(nodes) == 1 and not intent.topology.single_node:
        yield Violation(f"only node {listed(nodes)} speaks with routers outside, expected {_ENOUGH} at least")
