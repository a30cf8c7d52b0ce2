"""What Calico's nodes have to tell: blocks of pod addresses, ranges of service addresses, and services one by one.

The rules are those of confd/pkg/backends/calico/routes.go and client.go of projectcalico/calico; see also
https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError
from chaudit_network.addresses import IPNetwork, holds, parse_address, parse_network
from chaudit_network.bgp.filters import within
from chaudit_network.bgp.node_sets import united
from chaudit_network.bgp.nodes import BGPNodes
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.routes import Origin, Route, Routes, ServiceName, Telling, host_route, named
from chaudit_network.kinds.calico_bgp import BGPConfigurationSpec, CIDRBlock
from chaudit_network.kinds.calico_ipam import BlockAffinity
from chaudit_network.kinds.calico_policy import IPPool
from chaudit_network.kinds.services import Service
from chaudit_network.views.endpoints import Endpoints, ServiceEndpoints

_EACH_BY_ITSELF = "Disabled"
_TYPES = frozenset({"ClusterIP", "NodePort", "LoadBalancer"})


class ServiceRanges(msgspec.Struct, frozen=True):
    """The ranges of addresses of which services may be told. The environment of calico-node can set the first."""

    cluster_ips: tuple[IPNetwork, ...]
    external_ips: tuple[IPNetwork, ...]
    load_balancer_ips: tuple[IPNetwork, ...]
    is_aggregated: bool = True

    @classmethod
    def of(cls, spec: BGPConfigurationSpec, cluster_ips: str) -> "ServiceRanges":
        """Return the ranges of the configuration.

        Raises:
            CannotTellError: one of them is none.
        """
        return cls(
            (parse_network(cluster_ips),) if cluster_ips else _networks(spec.service_cluster_ips),
            _networks(spec.service_external_ips),
            _networks(spec.service_load_balancer_ips),
            spec.service_load_balancer_aggregation != _EACH_BY_ITSELF,
        )

    def __bool__(self) -> bool:
        """Whether there are any; without, no service is told."""
        return bool(self.cluster_ips or self.external_ips or self.load_balancer_ips)

    def told(self) -> Iterator[tuple[IPNetwork, Origin]]:
        """Yield what every node tells as a whole; single addresses are told with the services that have them."""
        for network in self.cluster_ips:
            yield network, Origin.CLUSTER_IPS
        for networks, origin in (
            (self.external_ips, Origin.EXTERNAL_IPS),
            (self.load_balancer_ips, Origin.LOAD_BALANCER_IPS),
        ):
            for network in networks if self.is_aggregated else ():
                if network.prefixlen < network.max_prefixlen:
                    yield network, origin

    def addresses_of(self, service: Service) -> Iterator[tuple[IPNetwork, Origin]]:
        """Yield the addresses of a service that are told once it is told: all its cluster IPs where any may be."""
        spec = service.spec
        if self.cluster_ips:
            for text in spec.cluster_ips or (spec.cluster_ip,):
                yield host_route(parse_address(text)), Origin.CLUSTER_IPS
        for text in filter(None, spec.external_ips):
            if holds(self.external_ips, address := parse_address(text)):
                yield host_route(address), Origin.EXTERNAL_IPS
        for text in (way.ip for way in service.ingress if way.ip):
            if holds(self.load_balancer_ips, address := parse_address(text)):
                yield host_route(address), Origin.LOAD_BALANCER_IPS

    def names(self, service: Service) -> bool:
        """Whether an address of the service is named by itself: then all nodes tell it, with endpoints or without."""
        if service.spec.external_traffic_policy != "Cluster":
            return False
        ways = (service.spec.load_balancer_ip, *(way.ip for way in service.ingress))
        balanced = service.is_load_balancer and _any_single(ways, self.load_balancer_ips)
        return balanced or _any_single(service.spec.external_ips, self.external_ips)


class CalicoRoutes(msgspec.Struct, frozen=True, dict=True):
    """Finds the routes of Calico's nodes."""

    nodes: BGPNodes
    ranges: ServiceRanges
    pools: Sequence[IPPool]

    @cached_property
    def tellers(self) -> frozenset[str]:
        """The nodes that tell services at all."""
        excluded = {node.name for node in self.nodes if node.is_excluded_by_calico}
        return self.nodes.names - excluded if excluded else self.nodes.names

    def of_ranges(self) -> Iterator[Route]:
        """Yield the ranges, told by every node, whether or not a service uses them."""
        for prefix, origin in self.ranges.told():
            yield Route(prefix, origin, Speaker.CALICO, self.tellers)

    def of_blocks(self, blocks: Iterable[BlockAffinity]) -> Iterator[Route]:
        """Yield the blocks, each told by its node. A pool that is disabled gives out no more, and is still told.

        Raises:
            CannotTellError: a block or a pool is no network.
        """
        held = [parse_network(pool.spec.cidr) for pool in self.pools if pool.spec.disable_bgp_export]
        for block in blocks:
            if block.spec.is_routed and block.spec.node in self.nodes.by_name:
                prefix = parse_network(block.spec.cidr)
                is_held_back = any(within(prefix, pool) for pool in held)
                nodes = frozenset({block.spec.node})
                yield Route(prefix, Origin.PODS, Speaker.CALICO, nodes, is_held_back=is_held_back)

    def of_services(self, services: Iterable[Service], behind: Endpoints) -> Routes:
        """Return the addresses that are told one by one, services with the same address and nodes together."""
        found: dict[tuple[IPNetwork, Origin], list[Telling]] = defaultdict(list)
        doubts: list[tuple[ServiceName, str]] = []
        for service in services if self.ranges else ():
            name = service.namespace, service.name
            try:
                nodes = self._tellers_of(service, behind)
                for prefix, origin in self.ranges.addresses_of(service) if nodes else ():
                    found[prefix, origin].append((name, nodes))
            except CannotTellError as gap:
                doubts.append((name, str(gap)))
        return Routes([_joined(key, told) for key, told in found.items()], doubts)

    def _tellers_of(self, service: Service, behind: Endpoints) -> frozenset[str]:
        """Return the nodes that tell a service by its addresses.

        Raises:
            CannotTellError: that depends on endpoints that were not read.
        """
        spec = service.spec
        if spec.type not in _TYPES or spec.cluster_ip in {"", "None"}:
            return frozenset()
        if self.ranges.names(service):
            return self.tellers
        if service.is_local:
            return self.tellers & _ready_nodes(service, behind.of(service))
        if self.ranges.is_aggregated:
            return frozenset()
        return self.tellers if _has_ready(service, behind.of(service)) else frozenset()


def _joined(key: tuple[IPNetwork, Origin], told: Sequence[Telling]) -> Route:
    prefix, origin = key
    return Route(prefix, origin, Speaker.CALICO, united([nodes for _, nodes in told]), named(told))


def _families(service: Service) -> Sequence[str]:
    return service.spec.ip_families or (("IPv6",) if ":" in service.spec.cluster_ip else ("IPv4",))


def _ready_nodes(service: Service, behind: ServiceEndpoints) -> frozenset[str]:
    return frozenset(node for node in _ready(service, behind) if node)


def _has_ready(service: Service, behind: ServiceEndpoints) -> bool:
    return next(_ready(service, behind), None) is not None


def _ready(service: Service, behind: ServiceEndpoints) -> Iterator[str]:
    """Yield the node of each ready endpoint in a family of the service."""
    families = _families(service)
    for piece in behind.slices:
        for endpoint in piece.endpoints if piece.address_type in families else ():
            if endpoint.conditions.ready:
                yield endpoint.node


def _networks(blocks: Iterable[CIDRBlock]) -> tuple[IPNetwork, ...]:
    return tuple(parse_network(block.cidr) for block in blocks if block.cidr)


def _any_single(texts: Iterable[str], networks: Sequence[IPNetwork]) -> bool:
    single = {network.network_address for network in networks if network.prefixlen == network.max_prefixlen}
    return bool(single) and any(parse_address(text) in single for text in texts if text)
