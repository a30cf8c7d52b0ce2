"""On which of its addresses each node serves node ports, for the families in which services have some."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Subject, view
from chaudit_network.addresses import IPAddress, families
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.ways import Via
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.kube_proxy import KubeProxy, kube_proxy
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses

_FAMILIES = (4, 6)


class Serving(msgspec.Struct, frozen=True):
    """One node with its known addresses of the families in use.

    `gap` says why it may have others, and `doubts` why the other family may be in use too.
    """

    node: Node
    addresses: Sequence[IPAddress]
    gap: str
    doubts: Sequence[str]
    proxy: KubeProxy

    @property
    def subject(self) -> Subject:
        """The node."""
        return self.node.subject

    @property
    def families(self) -> Sequence[int]:
        """The families in use on this node."""
        return families(self.addresses)

    def unserved(self, family: int) -> str:
        """Return why no known address of a family serves node ports, empty where one does.

        Raises:
            CannotTellError: what kube-proxy does is not known.
        """
        own = [address for address in self.addresses if address.version == family]
        judged = [self.proxy.judge(address, self.node, self.addresses) for address in own]
        return "" if any(served.is_served for served in judged) else judged[0].because

    def unrestricted(self, family: int) -> str:
        """Return why every address of a family serves node ports, empty where some are left out.

        Raises:
            CannotTellError: what kube-proxy does is not known.
        """
        return self.proxy.on(self.node).unrestricted(family)


class Limits(msgspec.Struct, frozen=True):
    """What limits node ports on all nodes: the nodes by family and why nothing does, and by why that is not known.

    `doubts` say why there may be node ports of a family that was not looked at.
    """

    subject: ClassVar[Subject] = Subject("Cluster")

    missing: Mapping[tuple[int, str], Sequence[str]]
    unknown: Mapping[str, Sequence[str]]
    doubts: Sequence[str]


@view(ways_in, NODES, node_addresses, kube_proxy)
def serving(ways: Ways, nodes: Sequence[Node], addresses: NodeAddresses, proxy: KubeProxy) -> Sequence[Serving]:
    """Find the addresses of nodes at which node ports could be."""
    used = {family for way in ways.known if way.via is Via.NODE_PORT for family in way.families}
    if not used and ways.services:
        raise CannotTellError(*ways.gaps_of_services)
    if not used:
        raise DoesNotApplyError("no service has a node port")
    doubts = ways.gaps_of_services if len(used) < len(_FAMILIES) else ()
    found = []
    for node in nodes:
        known = addresses.of(node.name)
        own = [one.address for one in known.addresses if one.address.version in used]
        if not own and addresses.unread:
            raise CannotTellError(*addresses.unread)
        found.append(Serving(node, own, known.gap, doubts, proxy))
    return found


@view(serving)
def node_port_limits(nodes: Sequence[Serving]) -> Sequence[Limits]:
    """Gather all nodes, which mostly have one configuration."""
    missing: dict[tuple[int, str], list[str]] = defaultdict(list)
    unknown: dict[str, list[str]] = defaultdict(list)
    for one in nodes:
        try:
            for family in one.families:
                if why := one.unrestricted(family):
                    missing[family, why].append(one.node.name)
        except CannotTellError as gap:
            unknown[str(gap)].append(one.node.name)
    doubts = dict.fromkeys(doubt for one in nodes for doubt in one.doubts)
    return (Limits(missing, unknown, tuple(doubts)),)
