"""Which addresses are meant for what: nodes, pods, services, load balancers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from ipaddress import collapse_addresses
from typing import TypeVar

import msgspec

from chaudit import CannotTellError, KubernetesObject, Reading, Subject, view
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.announcing import cilium
from chaudit_network.bgp import pools as metallb
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.kinds.cilium_addresses import CILIUM_LOAD_BALANCER_IP_POOLS, CiliumLoadBalancerIPPool
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.metallb_addresses import IP_ADDRESS_POOLS, IPAddressPool
from chaudit_network.kinds.starlingx import PLATFORM_NETWORKS
from chaudit_network.views.attachments import MANAGEMENT
from chaudit_network.views.networks import CLUSTER_HOST, OAM, Networks, networks
from chaudit_network.views.service_networks import ServiceNetworks, service_networks
from chaudit_network.views.unread import Unread, unread

P = TypeVar("P", bound=KubernetesObject)

_OF_NODES = frozenset({CLUSTER_HOST, OAM}) | MANAGEMENT
"""Networks that are apart from each other by what they are for; others may be declared as parts of a larger one."""

_SHOWN = 3
_PODS = Subject("Network", name="cluster-pod")
_SERVICES = Subject("Network", name="cluster-service")


class Purpose(StrEnum):
    """What addresses are for."""

    NODES = "nodes"
    PODS = "pods"
    SERVICES = "services"
    LOAD_BALANCERS = "load balancers"


class Range(msgspec.Struct, frozen=True, eq=False):
    """Addresses for one purpose, and what gives them it."""

    subject: Subject
    purpose: Purpose
    networks: tuple[IPNetwork, ...]

    def excludes(self, other: "Range") -> bool:
        """Whether no address may be in both.

        The pods' network as a whole holds the pools of it. Load balancers may have addresses out of the network that
        they are announced on.
        """
        if self.purpose is other.purpose is Purpose.PODS:
            return self.subject.kind == other.subject.kind
        return {self.purpose, other.purpose} != {Purpose.NODES, Purpose.LOAD_BALANCERS}

    def __str__(self) -> str:
        """Return `IPPool default-pool (172.16.0.0/16)`."""
        more = ", ..." if len(self.networks) > _SHOWN else ""
        return f"{self.subject} ({', '.join(map(str, self.networks[:_SHOWN]))}{more})"


class AddressRanges(msgspec.Struct):
    """Where ranges are written down."""

    networks: Networks
    services: ServiceNetworks
    nodes: Reading[Node]
    ip_pools: Reading[IPPool]
    metallb_pools: Reading[IPAddressPool]
    cilium_pools: Reading[CiliumLoadBalancerIPPool]

    def __iter__(self) -> Iterator[Range | Unread]:
        """Yield every range, and in the place of one that is not known the reason."""
        for network in self.networks:
            if network.name in _OF_NODES:
                yield Range(Subject("Network", name=network.name), Purpose.NODES, network.cidrs)
        if self.networks.gaps:
            yield Unread(Subject("Source", name=PLATFORM_NETWORKS.name), "; ".join(self.networks.gaps))
        enabled = [pool for pool in self.ip_pools.objects if not pool.spec.disabled]
        for_pods = [pool for pool in enabled if pool.is_for_pods]
        yield from self._of_pods(for_pods)
        yield from self._of_services()
        yield from _pools(for_pods, Purpose.PODS, _network)
        only_services = [pool for pool in enabled if pool.is_for_load_balancers and not pool.is_for_pods]
        yield from _pools(only_services, Purpose.LOAD_BALANCERS, _network)
        yield from _pools(self.metallb_pools.objects, Purpose.LOAD_BALANCERS, metallb.networks_of)
        yield from _pools(self.cilium_pools.objects, Purpose.LOAD_BALANCERS, cilium.networks_of)
        for reading in (self.ip_pools, self.metallb_pools, self.cilium_pools):
            yield from unread(reading)

    def _of_pods(self, pools: Sequence[IPPool]) -> Iterator[Range | Unread]:
        """Yield the network of all pods: as it is declared, or else as Kubernetes hands out parts of it to nodes."""
        if _PODS.name in self.networks.known:
            yield Range(_PODS, Purpose.PODS, self.networks.known[_PODS.name].cidrs)
        elif not pools:
            parts = [parse_network(cidr) for node in self.nodes.objects for cidr in node.spec.pod_cidrs]
            whole = tuple(one for family in (4, 6) for one in _collapsed(parts, family))
            if whole:
                yield Range(_PODS, Purpose.PODS, whole)
            else:
                yield Unread(_PODS, f"the networks of pods are not known: declare networks.{_PODS.name}.cidrs")

    def _of_services(self) -> Iterator[Range | Unread]:
        declared = self.networks.known.get(_SERVICES.name)
        try:
            found: Sequence[IPNetwork] = self.services.all()
        except CannotTellError as gap:
            if declared is None:
                yield Unread(_SERVICES, str(gap))
                return
            found = ()
        yield Range(_SERVICES, Purpose.SERVICES, tuple(dict.fromkeys((*found, *(declared.cidrs if declared else ())))))


address_ranges = view(
    networks,
    service_networks,
    NODES.reading,
    IP_POOLS.reading,
    IP_ADDRESS_POOLS.reading,
    CILIUM_LOAD_BALANCER_IP_POOLS.reading,
)(AddressRanges)
"""The view that answers with `AddressRanges`."""


def _pools(
    pools: Iterable[P], purpose: Purpose, networks_of: Callable[[P], Iterable[IPNetwork]]
) -> Iterator[Range | Unread]:
    for pool in pools:
        try:
            yield Range(pool.subject, purpose, tuple(networks_of(pool)))
        except CannotTellError as gap:
            yield Unread(pool.subject, str(gap))


def _network(pool: IPPool) -> Iterator[IPNetwork]:
    yield parse_network(pool.spec.cidr)


def _collapsed(networks: Iterable[IPNetwork], family: int) -> Iterator[IPNetwork]:
    own = [network for network in networks if network.version == family]
    return iter(collapse_addresses(own))  # type: ignore[type-var]  # of one family, which the type does not say
