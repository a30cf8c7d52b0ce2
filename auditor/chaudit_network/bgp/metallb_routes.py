"""What MetalLB's speakers have to tell: the addresses of services, as BGPAdvertisements say, and what FRR-K8s adds.

See https://metallb.io/configuration/_advanced_bgp_configuration/ and
https://metallb.io/usage/#traffic-policies.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network

import msgspec

from chaudit import CannotTellError, Reading
from chaudit_network.addresses import IPAddress, IPNetwork, parse_address, parse_network
from chaudit_network.bgp.node_sets import Overlaps, united
from chaudit_network.bgp.nodes import BGPNodes
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.pools import PoolIndex
from chaudit_network.bgp.routes import Origin, Route, Routes, ServiceName, Telling, named
from chaudit_network.kinds.frr import FRRConfiguration, Neighbor, Router
from chaudit_network.kinds.metallb import Community
from chaudit_network.kinds.metallb_addresses import BGPAdvertisement, IPAddressPool, L2Advertisement
from chaudit_network.kinds.services import Service
from chaudit_network.views.endpoints import Endpoints

_ALL = "all"


class MetalLBRoutes(msgspec.Struct):
    """Finds the routes of the speakers; `tellers` are the nodes that run one and are not excluded."""

    nodes: BGPNodes
    tellers: frozenset[str]
    pools: PoolIndex[IPAddressPool]
    advertisements: Sequence[BGPAdvertisement]
    communities: Mapping[str, str]
    _of_pool: dict[str, Sequence[BGPAdvertisement]] = msgspec.field(default_factory=dict)
    _overlaps: Overlaps = msgspec.field(default_factory=Overlaps)

    def of_services(self, services: Iterable[Service], behind: Endpoints) -> Routes:
        """Return the addresses of services, each as long a prefix as its advertisements make of it."""
        found: dict[tuple[IPNetwork, str], list[Telling]] = defaultdict(list)
        by_name = {_name(one): one for one in self.advertisements}
        doubts: list[tuple[ServiceName, str]] = []
        for service in services:
            name = service.namespace, service.name
            try:
                for advertisement, prefix, nodes in self._told(service, behind):
                    found[prefix, _name(advertisement)].append((name, nodes))
            except CannotTellError as gap:
                doubts.append((name, str(gap)))
        return Routes([self._route(prefix, by_name[key], told) for (prefix, key), told in found.items()], doubts)

    def advertised(self, pool: IPAddressPool) -> Sequence[BGPAdvertisement]:
        """Return the advertisements that select a pool."""
        if pool.name not in self._of_pool:
            self._of_pool[pool.name] = [one for one in self.advertisements if selects_pool(one, pool)]
        return self._of_pool[pool.name]

    def _told(
        self, service: Service, behind: Endpoints
    ) -> Iterator[tuple[BGPAdvertisement, IPNetwork, frozenset[str]]]:
        addresses = [parse_address(way.ip) for way in service.ingress if way.ip] if service.is_load_balancer else []
        serving: frozenset[str] | None = None
        for address in addresses:
            pool = self.pools.of(address)
            for advertisement in self.advertised(pool) if pool else ():
                if selects_service(advertisement, service):
                    serving = self._serving(service, behind) if serving is None else serving
                    if nodes := self._overlaps.of(self.nodes.selected(advertisement.spec.node_selectors), serving):
                        yield advertisement, _aggregated(address, advertisement), nodes

    def _serving(self, service: Service, behind: Endpoints) -> frozenset[str]:
        """Return the nodes that can answer for a service: with policy Local those with an endpoint, else all."""
        endpoints = [one for one in behind.of(service).listed if one.conditions.ready or one.conditions.serving]
        if not endpoints:
            return frozenset()
        return self.tellers & {one.node for one in endpoints} if service.is_local else self.tellers

    def _route(self, prefix: IPNetwork, advertisement: BGPAdvertisement, told: Sequence[Telling]) -> Route:
        nodes = united([nodes for _, nodes in told])
        spec = advertisement.spec
        communities = tuple(self.communities.get(one, one) for one in spec.communities)
        audience = frozenset(spec.peers) if spec.peers else None
        return Route(prefix, Origin.LOAD_BALANCER_IPS, Speaker.METALLB, nodes, named(told), communities, audience)


def selects_pool(advertisement: BGPAdvertisement | L2Advertisement, pool: IPAddressPool) -> bool:
    """Whether an advertisement means a pool; one that names and selects none means all."""
    spec = advertisement.spec
    if not spec.ip_address_pools and not spec.ip_address_pool_selectors:
        return True
    return pool.name in spec.ip_address_pools or any(
        selector.matches(pool.metadata.labels) for selector in spec.ip_address_pool_selectors
    )


def selects_service(advertisement: BGPAdvertisement | L2Advertisement, service: Service) -> bool:
    """Whether an advertisement means a service; one that selects none means all."""
    selectors = advertisement.spec.service_selectors
    return not selectors or any(selector.matches(service.metadata.labels) for selector in selectors)


def aliases(communities: Reading[Community]) -> Mapping[str, str]:
    """Return the values of communities by name."""
    return {one.name: one.value for found in communities.objects for one in found.spec.communities}


def frr_routes(configurations: Iterable[FRRConfiguration], nodes: BGPNodes, wanted: frozenset[str]) -> Iterator[Route]:
    """Yield the prefixes that FRR-K8s is configured to tell, each for the wanted neighbours that may hear it.

    Raises:
        CannotTellError: one of them is no network, or a neighbour no address.
    """
    for found in configurations:
        names = nodes.selected((found.spec.node_selector,))
        for router in found.spec.bgp.routers:
            neighbors = ((_called(one), one) for one in router.neighbors)
            heard_by = {called: _allowed(router, one) for called, one in neighbors if called in wanted}
            for text in router.prefixes if heard_by else ():
                audience = frozenset(called for called, allowed in heard_by.items() if text in allowed)
                if audience:
                    yield Route(parse_network(text), Origin.CONFIGURED, Speaker.FRR, names, audience=audience)


def _called(neighbor: Neighbor) -> str:
    return str(parse_address(neighbor.address)) if neighbor.address else neighbor.interface


def _allowed(router: Router, neighbor: Neighbor) -> Collection[str]:
    allowed = neighbor.to_advertise.allowed
    return frozenset(router.prefixes if allowed.mode == _ALL else allowed.prefixes)


def _aggregated(address: IPAddress, advertisement: BGPAdvertisement) -> IPNetwork:
    spec = advertisement.spec
    length = spec.aggregation_length if address.version == 4 else spec.aggregation_length_v6  # noqa: PLR2004
    try:
        return ip_network((address, length), strict=False)
    except ValueError as error:
        raise CannotTellError(f"{advertisement.subject}: {length} is no prefix length of {address}") from error


def _name(advertisement: BGPAdvertisement) -> str:
    return f"{advertisement.namespace}/{advertisement.name}"
