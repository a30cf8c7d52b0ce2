"""With whom the cluster is configured to speak BGP, by Calico, MetalLB, FRR-K8s and Cilium, and who of them is outside.

Whether a session is up is another matter: nothing here comes from a running router.
"""

from collections.abc import Iterable, Sequence

from chaudit import view
from chaudit_network.addresses import IPAddress
from chaudit_network.bgp.calico_peers import calico_peerings
from chaudit_network.bgp.cilium_peers import cilium_peerings
from chaudit_network.bgp.metallb_peers import metallb_peerings
from chaudit_network.bgp.peers import Peerings
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import Unread


@view(calico_peerings, metallb_peerings, cilium_peerings)
def bgp_peerings(calico: Peerings, metallb: Peerings, cilium: Peerings) -> Peerings:
    """Collect all configured peers, each where an operator configures it."""
    return calico + metallb + cilium


@view(bgp_peerings, node_addresses)
def external_peerings(peerings: Peerings, nodes: NodeAddresses) -> Peerings:
    """Return the peers that are not nodes themselves. One whose address is not said is taken to be outside."""
    outside = outside_among((peer.address for _, peer in peerings.peers), peerings.unread, nodes)
    return peerings.only(lambda peer: peer.address in outside)


def outside_among(
    addresses: Iterable[IPAddress | None], unread: Sequence[Unread], nodes: NodeAddresses
) -> frozenset[IPAddress | None]:
    """Return the addresses of neighbours that are none of the nodes; `unread` may have configured more.

    Raises:
        CannotTellError: the nodes were not read; or one was malformed, and may be one of these neighbours, or of those.
    """
    if unread:
        _ = nodes.nodes.complete_records
    return frozenset(address for address in set(addresses) if is_outside(address, nodes))


def is_outside(address: IPAddress | None, nodes: NodeAddresses) -> bool:
    """Whether a neighbour is none of the nodes, as far as their addresses are known.

    Raises:
        CannotTellError: the nodes were not read.
    """
    return address is None or not (address.is_loopback or nodes.owners(address))
