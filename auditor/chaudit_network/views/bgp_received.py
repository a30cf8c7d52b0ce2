"""What routers outside really heard from the cluster, from their own tables, where somebody probed for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Reading, view
from chaudit_network.addresses import IPAddress, IPNetwork, parse_address, parse_network
from chaudit_network.probes.bgp_rib import BGP_RIB
from chaudit_network.rib.paths import ReceivedPath, ReceivedTable
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses


class Heard(msgspec.Struct, frozen=True):
    """One way to a prefix that a router heard, and the nodes whose address the next hop is.

    It is direct where a node itself told it, or is its next hop. One that is not valid is not used; a stale one is,
    though the session over which it was told is gone.
    """

    router: str
    next_hop: IPAddress
    nodes: tuple[str, ...]
    is_direct: bool
    is_valid: bool
    is_stale: bool


class Received(msgspec.Struct, frozen=True):
    """The ways from the cluster by prefix, and all routers whose tables are known."""

    routers: tuple[str, ...]
    heard: Mapping[IPNetwork, Sequence[Heard]]

    def by(self, router: str, prefix: IPNetwork) -> Sequence[Heard]:
        """Return the ways to a prefix that a router heard."""
        return [one for one in self.heard.get(prefix, ()) if one.router == router]


@view(BGP_RIB.reading, bgp_sessions, node_addresses)
def bgp_received(tables: Reading[ReceivedTable], sessions: Sessions, nodes: NodeAddresses) -> Received:
    """Select the ways that come from the cluster: told by a node, leading to one, or of an AS that nodes speak for.

    Raises:
        DoesNotApplyError: nobody probed.
        CannotTellError: the tables could not be had, or the nodes were not read.
    """
    if tables.is_absent:
        raise DoesNotApplyError(tables.reason)
    own = {str(session.local_asn) for session in sessions.external if session.local_asn}
    found: dict[IPNetwork, list[Heard]] = defaultdict(list)
    for table in tables.complete_records:
        for path in table.paths:
            next_hop = parse_address(path.next_hop)
            owners = nodes.owners(next_hop)
            is_direct = bool(owners) or _is_told_by_node(path, nodes)
            origin = path.as_path.split()[-1:] or [""]
            if is_direct or origin[0] in own:
                way = Heard(table.router, next_hop, owners, is_direct, path.is_valid, path.is_stale)
                found[parse_network(path.prefix)].append(way)
    return Received(tuple(table.router for table in tables.records), found)


def _is_told_by_node(path: ReceivedPath, nodes: NodeAddresses) -> bool:
    try:
        return bool(nodes.owners(parse_address(path.neighbor)))
    except CannotTellError:
        return False
