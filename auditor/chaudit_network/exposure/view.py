"""The views that lead to the exposure of a cluster."""

from collections.abc import Mapping, Sequence

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.exposure.hops import Hops, hops
from chaudit_network.exposure.journeys import Journeys
from chaudit_network.exposure.model import ExposureModel
from chaudit_network.exposure.placement import Places, find_places
from chaudit_network.exposure.pods import PodGuards
from chaudit_network.exposure.sources import Clients, source_classes
from chaudit_network.exposure.ways import WayIn, ways_to_pod, ways_to_service
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.kinds.core import NODES, PODS, Node, Pod
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.policy.pods import PodPolicies, pod_policies
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.kube_proxy import KubeProxy, kube_proxy
from chaudit_network.views.networks import Networks, networks
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import Unread, unread

_FAMILIES = (4, 6)


class Ways(msgspec.Struct, frozen=True):
    """All ways in that are known; the services and the pods of which nothing is known, and single addresses."""

    known: Sequence[WayIn]
    services: Sequence[Unread] = ()
    pods: Sequence[Unread] = ()
    addresses: Sequence[Unread] = ()

    @property
    def gaps(self) -> Sequence[str]:
        """What could not be looked at for any."""
        return [str(one) for one in (*self.services, *self.addresses, *self.pods)]

    @property
    def gaps_of_services(self) -> Sequence[str]:
        """Which services are missing: any of them may have node ports."""
        return [*map(str, self.services)]

    @property
    def lacks_a_list(self) -> bool:
        """Whether all services, or all pods, are missing."""
        return any(one.is_list for one in (*self.services, *self.pods))


@view(SERVICES.reading, PODS.reading)
def ways_in(services: Reading[Service], pods: Reading[Pod]) -> Ways:
    """Gather the ways in to all services and pods."""
    found: list[WayIn | Unread] = []
    not_understood: list[Unread] = []
    for service in services.objects:
        try:
            found += ways_to_service(service)
        except CannotTellError as gap:
            not_understood.append(Unread(service.subject, str(gap)))
    for pod in pods.objects:
        found += ways_to_pod(pod)
    return Ways(
        known=[one for one in found if isinstance(one, WayIn)],
        services=[*unread(services), *not_understood],
        pods=[*unread(pods)],
        addresses=[*dict.fromkeys(one for one in found if isinstance(one, Unread))],
    )


@view(networks, NODES, node_addresses, IP_POOLS.reading)
def clients(known: Networks, nodes: Sequence[Node], addresses: NodeAddresses, pools: Reading[IPPool]) -> Clients:
    """Sort all possible sources into classes."""
    own = {one.address for node in nodes for one in addresses.of(node.name).addresses}
    of_nodes = {
        family: Intervals.of((int(one), int(one)) for one in own if one.version == family) for family in _FAMILIES
    }
    named = {network.name: _by_family(network.cidrs) for network in known}
    enabled = [
        pool for pool in pools.objects if not pool.spec.disabled and pool.spec.cidr and not _is_for_services(pool)
    ]
    doubt = "; ".join(map(str, unread(pools)))
    pod_networks = [parse_network(pool.spec.cidr) for pool in enabled]
    if not pod_networks:
        pod_networks = [parse_network(cidr) for node in nodes for cidr in node.spec.pod_cidrs]
    hides = {family: _all_nat(enabled, family) for family in _FAMILIES}
    external = frozenset(network.name for network in known if network.external)
    return Clients(source_classes(named, of_nodes, _by_family(pod_networks), doubt), hides, external)


@view(NODES, node_addresses, kube_proxy, hops, clients)
def places(nodes: Sequence[Node], addresses: NodeAddresses, proxy: KubeProxy, onward: Hops, who: Clients) -> Places:
    """Find where packets can enter."""
    return find_places(nodes, addresses, proxy, onward, who)


@view(ways_in, places, clients, endpoints, hops, pod_policies)
def exposure(
    ways: Ways, where: Places, who: Clients, behind: Endpoints, onward: Hops, policies: PodPolicies
) -> ExposureModel:
    """Put the exposure model together; nothing is judged before it is asked."""
    journeys = Journeys(where, who.classes, onward, PodGuards(policies, who.classes))
    return ExposureModel(ways.known, where, who.classes, behind, journeys)


def _by_family(cidrs: Sequence[IPNetwork]) -> Mapping[int, Intervals]:
    return {family: Intervals.addresses(cidrs, family) for family in _FAMILIES}


def _is_for_services(pool: IPPool) -> bool:
    """Whether all that has addresses of a pool are load balancers, which send nothing."""
    return pool.is_for_load_balancers and not pool.is_for_pods


def _all_nat(pools: Sequence[IPPool], family: int) -> bool:
    """Whether every pool of a family hides its pods behind their node (natOutgoing)."""
    own = [pool for pool in pools if parse_network(pool.spec.cidr).version == family]
    return bool(own) and all(pool.spec.nat_outgoing for pool in own)
