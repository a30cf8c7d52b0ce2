"""Which nodes the label that keeps nodes out of load balancing leaves to those that heed it.

Not all read it the same way. Kubernetes' service controller and MetalLB leave out every node that has it, Calico those
where its value is `true`; Cilium does not look at it when it announces.
"""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from chaudit import Reading, Subject, view
from chaudit_network.bgp.calico_routes import ServiceRanges
from chaudit_network.kinds.cilium_addresses import CILIUM_LOAD_BALANCER_IP_POOLS, CiliumLoadBalancerIPPool
from chaudit_network.kinds.core import EXCLUDED_FROM_LOAD_BALANCERS, NODES, Node
from chaudit_network.kinds.services import Service
from chaudit_network.views.bgp_routes import MetalLBOffer, metallb_offer, service_ranges
from chaudit_network.views.services import load_balancers
from chaudit_network.views.unread import Unread


class Heeded(msgspec.Struct, frozen=True):
    """Somebody who heeds the label, and the nodes that it leaves to them."""

    by: str
    nodes: frozenset[str]


class Exclusion(msgspec.Struct, frozen=True):
    """All who heed the label in this cluster; `gaps` say why there may be others."""

    subject: ClassVar[Subject] = Subject("Cluster")

    total: int
    heeded: Sequence[Heeded]
    gaps: Sequence[str]


@view(NODES, load_balancers, metallb_offer, service_ranges, CILIUM_LOAD_BALANCER_IP_POOLS.reading)
def exclusion(
    nodes: Sequence[Node],
    services: Sequence[Service | Unread],
    metallb: MetalLBOffer,
    calico: ServiceRanges | Unread,
    cilium: Reading[CiliumLoadBalancerIPPool],
) -> Sequence[Exclusion]:
    """Find who heeds the label; whoever serves load balancers without being known is taken to do so as most do."""
    values = {node.name: node.metadata.labels.get(EXCLUDED_FROM_LOAD_BALANCERS) for node in nodes}
    without = frozenset(name for name, value in values.items() if value is None)
    not_true = frozenset(name for name, value in values.items() if value != "true")
    heeded = []
    if metallb.pools.pools:
        heeded.append(Heeded("MetalLB", without))
    if isinstance(calico, ServiceRanges) and calico:
        heeded.append(Heeded("Calico", not_true))
    if services and not heeded and not cilium.objects:
        heeded.append(Heeded("load balancer controllers", without))
    gaps = [str(one) for one in (*metallb.unread, calico) if isinstance(one, Unread)]
    return (Exclusion(len(values), heeded, gaps),)
