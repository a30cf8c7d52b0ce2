"""The views that lead to the exposure of a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, IPNetwork, parse_network
from chaudit_network.exposure.guard import HostGuards, host_guards
from chaudit_network.exposure.model import ExposureModel
from chaudit_network.exposure.placement import Places, find_places
from chaudit_network.exposure.pods import PodGuards
from chaudit_network.exposure.sources import PODS as POD_CLIENTS
from chaudit_network.exposure.sources import SourceClass, source_classes
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
from chaudit_network.views.unread import unread

_FAMILIES = (4, 6)


@dataclass(frozen=True)
class Ways:
    """All ways in, and what could not be looked at for any."""

    known: Sequence[WayIn]
    gaps: Sequence[str]


@view(SERVICES.reading, PODS.reading)
def ways_in(services: Reading[Service], pods: Reading[Pod]) -> Ways:
    """Gather the ways in to all services and pods."""
    known: list[WayIn] = []
    gaps = [f"{one.subject} is malformed: {one.reason}" for one in (*services.rejected, *pods.rejected)]
    for service in services.records:
        try:
            known += ways_to_service(service)
        except CannotTellError as gap:
            gaps.append(f"{service.subject}: {gap}")
    for pod in pods.records:
        try:
            known += ways_to_pod(pod)
        except CannotTellError as gap:
            gaps.append(f"{pod.subject}: {gap}")
    return Ways(known, gaps)


@dataclass(frozen=True)
class Clients:
    """Who may come, and whether pods' own addresses are hidden when they leave their node, by family."""

    classes: Sequence[SourceClass]
    hides_pods: Mapping[int, bool]


@view(networks, NODES, node_addresses, IP_POOLS.reading)
def clients(known: Networks, nodes: Sequence[Node], addresses: NodeAddresses, pools: Reading[IPPool]) -> Clients:
    """Sort all possible sources into classes."""
    own = {one.address for node in nodes for one in addresses.of(node.name).addresses}
    of_nodes = {
        family: Intervals.of((int(one), int(one)) for one in own if one.version == family) for family in _FAMILIES
    }
    named = {network.name: _by_family(network.cidrs) for network in known}
    enabled = [pool for pool in pools.objects if not pool.spec.disabled and pool.spec.cidr]
    doubt = "; ".join(map(str, unread(pools)))
    pod_networks = [parse_network(pool.spec.cidr) for pool in enabled]
    if not pod_networks:
        pod_networks = [parse_network(cidr) for node in nodes for cidr in node.spec.pod_cidrs]
    hides = {family: _all_nat(enabled, family) for family in _FAMILIES}
    return Clients(source_classes(named, of_nodes, _by_family(pod_networks), doubt), hides)


@view(NODES, node_addresses, kube_proxy, host_guards, networks, clients)
def places(
    nodes: Sequence[Node],
    addresses: NodeAddresses,
    proxy: KubeProxy,
    guards: HostGuards,
    known: Networks,
    who: Clients,
) -> Places:
    """Find where packets can enter.

    Outsiders arrive at addresses in external networks, and may in no known one; an address of the pods' network, as
    tunnels have it, is known to be none of these.
    """
    external = {network.name for network in known if network.external}
    pods = next(source.addresses for source in who.classes if source.name == POD_CLIENTS)

    def is_edge(address: IPAddress, network: str) -> bool:
        return network in external if network else int(address) not in pods[address.version]

    return find_places(nodes, addresses, proxy, guards, is_edge)


@view(ways_in, places, clients, endpoints, host_guards, pod_policies)
def exposure(
    ways: Ways, where: Places, who: Clients, behind: Endpoints, guards: HostGuards, policies: PodPolicies
) -> ExposureModel:
    """Put the exposure model together; nothing is judged before it is asked."""
    return ExposureModel(
        ways.known, where, who.classes, behind, guards, PodGuards(policies, who.classes), who.hides_pods
    )


def _by_family(cidrs: Sequence[IPNetwork]) -> Mapping[int, Intervals]:
    return {family: Intervals.addresses(cidrs, family) for family in _FAMILIES}


def _all_nat(pools: Sequence[IPPool], family: int) -> bool:
    """Whether every pool of a family hides its pods behind their node (natOutgoing)."""
    own = [pool for pool in pools if parse_network(pool.spec.cidr).version == family]
    return bool(own) and all(pool.spec.nat_outgoing for pool in own)
