"""What the nodes have to tell by BGP, as Calico, MetalLB, FRR-K8s and Cilium are configured."""

from collections.abc import Mapping, Sequence

import msgspec

from chaudit import CannotTellError, Reading, Subject, view
from chaudit_network.addresses import IPAddress, IPNetwork
from chaudit_network.bgp.calico_communities import tagged
from chaudit_network.bgp.calico_routes import CalicoRoutes, ServiceRanges
from chaudit_network.bgp.cilium_routes import CiliumRoutes
from chaudit_network.bgp.metallb_peers import metallb_peerings
from chaudit_network.bgp.metallb_routes import MetalLBRoutes, aliases, frr_routes, selects_pool, selects_service
from chaudit_network.bgp.peers import Peerings, Speaker
from chaudit_network.bgp.pools import PoolIndex, networks_of
from chaudit_network.bgp.routes import Routes
from chaudit_network.kinds import metallb
from chaudit_network.kinds.calico_ipam import BLOCK_AFFINITIES, BlockAffinity
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.kinds.cilium import CILIUM_NODES, CiliumNode
from chaudit_network.kinds.cilium_bgp import (
    CILIUM_BGP_ADVERTISEMENTS,
    CILIUM_BGP_PEER_CONFIGS,
    CiliumBGPAdvertisement,
    CiliumBGPPeerConfig,
)
from chaudit_network.kinds.core import NODES, PODS, Node, Pod
from chaudit_network.kinds.frr import FRR_CONFIGURATIONS, FRRConfiguration
from chaudit_network.kinds.metallb_addresses import (
    BGP_ADVERTISEMENTS,
    IP_ADDRESS_POOLS,
    BGPAdvertisement,
    IPAddressPool,
)
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.bgp_sessions import DEFAULT, BGPCluster, CalicoConfiguration, bgp_nodes, calico_configuration
from chaudit_network.views.calico_node import CalicoNode, calico_node
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.metallb_speakers import is_speaker
from chaudit_network.views.unread import Unread, unread


@view(calico_configuration, calico_node)
def service_ranges(configured: CalicoConfiguration, runs: CalicoNode) -> ServiceRanges | Unread:
    """Return the ranges of service addresses that Calico is configured to tell, or why they are not known."""
    if gaps := (*configured.unread, *runs.unread):
        return Unread(gaps[0].subject, "; ".join(gap.reason for gap in gaps))
    try:
        return ServiceRanges.of(configured.default, runs.advertised_cluster_ips)
    except CannotTellError as gap:
        return Unread(Subject("BGPConfiguration", name=DEFAULT), str(gap))


@view(bgp_nodes, BLOCK_AFFINITIES.reading, IP_POOLS.reading)
def calico_blocks(cluster: BGPCluster, blocks: Reading[BlockAffinity], pools: Reading[IPPool]) -> Routes:
    """Find the blocks of pod addresses that Calico's nodes tell."""
    gaps = [*unread(blocks), *unread(pools)]
    finder = CalicoRoutes(cluster.nodes, ServiceRanges((), (), ()), pools.objects)
    try:
        found = () if gaps else tuple(finder.of_blocks(blocks.objects))
    except CannotTellError as gap:
        return Routes(unread=(Unread(blocks.subject, str(gap)),))
    return Routes(found, unread=gaps)


@view(bgp_nodes, service_ranges, SERVICES.reading, endpoints)
def calico_services(
    cluster: BGPCluster, ranges: ServiceRanges | Unread, services: Reading[Service], behind: Endpoints
) -> Routes:
    """Find the ranges and the services that Calico's nodes tell."""
    if isinstance(ranges, Unread):
        return Routes(unread=(ranges,))
    finder = CalicoRoutes(cluster.nodes, ranges, ())
    told = finder.of_services(services.objects, behind)
    return Routes((*finder.of_ranges(), *told.found), told.doubts, tuple(unread(services)) if ranges else ())


@view(calico_configuration, calico_blocks, calico_services)
def calico_routes(configured: CalicoConfiguration, blocks: Routes, services: Routes) -> Routes:
    """Join Calico's routes, each with the communities that the configuration of its nodes gives it."""
    gaps = (*blocks.unread, *services.unread)
    try:
        found = tuple(tagged((*blocks.found, *services.found), configured.default, configured.of_nodes))
    except CannotTellError as gap:
        return Routes(unread=(*gaps, Unread(Subject("BGPConfiguration", name=DEFAULT), str(gap))))
    return Routes(found, services.doubts, gaps)


class MetalLBOffer(msgspec.Struct, frozen=True):
    """The pools of MetalLB, and what is said of announcing them."""

    pools: PoolIndex[IPAddressPool]
    advertisements: Sequence[BGPAdvertisement]
    communities: Mapping[str, str]
    unread: tuple[Unread, ...]

    def announces(self, service: Service, address: IPAddress) -> bool:
        """Whether an address of a service is in a pool that is announced by BGP for it."""
        pool = self.pools.of(address)
        return pool is not None and any(
            selects_pool(one, pool) and selects_service(one, service) for one in self.advertisements
        )


@view(IP_ADDRESS_POOLS.reading, BGP_ADVERTISEMENTS.reading, metallb.COMMUNITIES.reading)
def metallb_offer(
    pools: Reading[IPAddressPool], advertisements: Reading[BGPAdvertisement], communities: Reading[metallb.Community]
) -> MetalLBOffer:
    """Read the pools as networks."""
    gaps = [*unread(pools), *unread(advertisements), *unread(communities)]
    parsed: list[tuple[IPAddressPool, tuple[IPNetwork, ...]]] = []
    for pool in pools.objects:
        try:
            parsed.append((pool, tuple(networks_of(pool))))
        except CannotTellError as gap:
            gaps.append(Unread(pool.subject, str(gap)))
    return MetalLBOffer(PoolIndex(tuple(parsed)), advertisements.objects, aliases(communities), tuple(gaps))


@view(bgp_nodes, PODS.reading)
def metallb_tellers(cluster: BGPCluster, pods: Reading[Pod]) -> tuple[frozenset[str], tuple[Unread, ...]]:
    """Return the nodes on which a speaker runs and may announce; where no pod is known as one, all nodes count."""
    allowed = frozenset(node.name for node in cluster.nodes if not node.is_excluded)
    running = {pod.spec.node_name for pod in pods.objects if is_speaker(pod)}
    return (allowed & running if running else allowed), tuple(unread(pods))


@view(bgp_nodes, metallb_tellers, metallb_offer, SERVICES.reading, endpoints)
def metallb_routes(
    cluster: BGPCluster,
    tellers: tuple[frozenset[str], tuple[Unread, ...]],
    offer: MetalLBOffer,
    services: Reading[Service],
    behind: Endpoints,
) -> Routes:
    """Find what MetalLB's speakers tell."""
    if not offer.advertisements:
        return Routes(unread=offer.unread)
    names, gaps = tellers
    finder = MetalLBRoutes(cluster.nodes, names, offer.pools, offer.advertisements, offer.communities)
    told = finder.of_services(services.objects, behind)
    return Routes(told.found, told.doubts, (*offer.unread, *gaps, *unread(services)))


@view(bgp_nodes, FRR_CONFIGURATIONS.reading, metallb_peerings)
def frr_prefixes(cluster: BGPCluster, configurations: Reading[FRRConfiguration], peerings: Peerings) -> Routes:
    """Find what FRR-K8s tells by itself, apart from what it tells for MetalLB."""
    own = frozenset(peer.called for _, peer in peerings.peers if peer.speaker is Speaker.FRR)
    try:
        found = tuple(frr_routes(configurations.objects, cluster.nodes, own))
        return Routes(found, (), tuple(unread(configurations)))
    except CannotTellError as gap:
        return Routes(unread=(Unread(configurations.subject, str(gap)),))


@view(NODES.reading, CILIUM_NODES.reading)
def cilium_pod_networks(nodes: Reading[Node], cilium: Reading[CiliumNode]) -> Mapping[str, Sequence[str]]:
    """Return the networks of pods by node: where Cilium hands them out itself, else where Kubernetes does."""
    given = {node.name: node.spec.ipam.pod_cidrs for node in cilium.objects}
    return {node.name: given.get(node.name) or node.spec.pod_cidrs for node in nodes.objects}


@view(
    cilium_pod_networks,
    CILIUM_BGP_PEER_CONFIGS.reading,
    CILIUM_BGP_ADVERTISEMENTS.reading,
    SERVICES.reading,
    endpoints,
)
def cilium_routes(
    pod_networks: Mapping[str, Sequence[str]],
    settings: Reading[CiliumBGPPeerConfig],
    advertisements: Reading[CiliumBGPAdvertisement],
    services: Reading[Service],
    behind: Endpoints,
) -> Routes:
    """Find what Cilium's agents tell."""
    gaps = (*unread(settings), *unread(advertisements))
    finder = CiliumRoutes(frozenset(pod_networks), pod_networks, settings.objects, advertisements.objects)
    told = finder.of_services(services.objects, behind)
    try:
        pods = tuple(finder.of_pods())
    except CannotTellError as gap:
        return Routes(told.found, told.doubts, (*gaps, Unread(advertisements.subject, str(gap))))
    return Routes((*pods, *told.found), told.doubts, (*gaps, *unread(services)) if advertisements.objects else gaps)


@view(calico_routes, metallb_routes, frr_prefixes, cilium_routes)
def bgp_routes(*of_speakers: Routes) -> Routes:
    """Join the routes of all speakers."""
    return Routes(
        [route for routes in of_speakers for route in routes.found],
        [doubt for routes in of_speakers for doubt in routes.doubts],
        list(dict.fromkeys(gap for routes in of_speakers for gap in routes.unread)),
    )
