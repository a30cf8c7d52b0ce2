"""Cilium's layer 2 announcements: which nodes can answer for an address on the link.

A node does so where a CiliumL2AnnouncementPolicy selects it and the service, and the agent is configured to
(https://docs.cilium.io/en/stable/network/l2-announcements/). A lease chooses one of them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, IPNetwork
from chaudit_network.announcing.candidates import Candidates
from chaudit_network.bgp.pools import PoolIndex, networks
from chaudit_network.kinds.cilium_addresses import (
    CILIUM_L2_ANNOUNCEMENT_POLICIES,
    CILIUM_LOAD_BALANCER_IP_POOLS,
    CiliumL2AnnouncementPolicy,
    CiliumLoadBalancerIPPool,
)
from chaudit_network.kinds.configuration import CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import NODES, PODS, Node, Pod
from chaudit_network.kinds.services import Service

MEANS = "Cilium's layer 2 announcements"

_CONFIGURATION = "cilium-config"
_CLASSES = frozenset({"", "io.cilium/l2-announcer"})
_AGENT = ("k8s-app", "cilium")


class Cilium(msgspec.Struct, dict=True):
    """Cilium's pools, and who answers for load balancer addresses on the link."""

    pools: Reading[CiliumLoadBalancerIPPool]
    policies: Reading[CiliumL2AnnouncementPolicy]
    config_maps: Reading[ConfigMap]
    nodes: Reading[Node]
    pods: Reading[Pod]
    _selected: dict[tuple[str, ...], Candidates] = msgspec.field(default_factory=dict)

    def pool(self, address: IPAddress) -> CiliumLoadBalancerIPPool | None:
        """Return the pool that an address is from, None where it is from none.

        Raises:
            CannotTellError: the pools were not all read.
        """
        return self._pools.of(address)

    def candidates(self, service: Service) -> Candidates | None:
        """Return who can announce the load balancer addresses of a service; None where Cilium is not told to.

        Raises:
            CannotTellError: policies, configuration, nodes or agents were not all read.
        """
        policies = [
            policy
            for policy in self.policies.complete_records
            if policy.spec.load_balancer_ips and policy.spec.service_selector.matches(_labels(service))
        ]
        if not policies or service.spec.load_balancer_class not in _CLASSES or not self._announces:
            return None
        key = tuple(sorted(policy.name for policy in policies))
        if key not in self._selected:
            self._selected[key] = self._candidates(policies)
        return self._selected[key]

    def _candidates(self, policies: Sequence[CiliumL2AnnouncementPolicy]) -> Candidates:
        unfit: Counter[str] = Counter()
        fit: set[str] = set()
        for node in self.nodes.complete_records:
            if why := next(self._obstacles(node), ""):
                unfit[why] += 1
            elif any(policy.spec.node_selector.matches(node.metadata.labels) for policy in policies):
                fit.add(node.name)
            else:
                unfit["not selected by a CiliumL2AnnouncementPolicy"] += 1
        return Candidates(MEANS, frozenset(fit), dict(unfit.most_common()))

    def _obstacles(self, node: Node) -> Iterator[str]:
        if not node.is_ready:
            yield "not Ready"
        if node.name not in self._with_agent:
            yield "without an agent that is ready"

    @cached_property
    def _announces(self) -> bool:
        found = next((one for one in self.config_maps.complete_records if one.name == _CONFIGURATION), None)
        if found is None:
            raise CannotTellError(f"config-maps: there is no {_CONFIGURATION} that tells whether Cilium announces")
        return found.data.get("enable-l2-announcements") == "true"

    @cached_property
    def _pools(self) -> PoolIndex[CiliumLoadBalancerIPPool]:
        return PoolIndex(tuple((pool, tuple(networks_of(pool))) for pool in self.pools.complete_records))

    @cached_property
    def _with_agent(self) -> frozenset[str]:
        key, value = _AGENT
        return frozenset(
            pod.spec.node_name
            for pod in self.pods.complete_records
            if pod.metadata.labels.get(key) == value and pod.is_ready
        )


cilium = view(
    CILIUM_LOAD_BALANCER_IP_POOLS.reading,
    CILIUM_L2_ANNOUNCEMENT_POLICIES.reading,
    CONFIG_MAPS.reading,
    NODES.reading,
    PODS.reading,
)(Cilium)
"""The view that answers with `Cilium`."""


def networks_of(pool: CiliumLoadBalancerIPPool) -> Iterator[IPNetwork]:
    """Yield a pool's addresses as networks.

    Raises:
        CannotTellError: one of its blocks is neither a network nor a range.
    """
    for block in (*pool.spec.blocks, *pool.spec.cidrs):
        try:
            yield from networks(block.cidr or f"{block.start}-{block.stop or block.start}")
        except CannotTellError as gap:
            raise CannotTellError(f"{pool.subject}: {gap}") from gap


def _labels(service: Service) -> Mapping[str, str]:
    """Return the labels by which Cilium selects a service, with its name and namespace among them."""
    return {
        **service.metadata.labels,
        "io.kubernetes.service.namespace": service.namespace,
        "io.kubernetes.service.name": service.name,
    }
