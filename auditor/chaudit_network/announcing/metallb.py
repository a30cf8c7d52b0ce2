"""MetalLB in layer 2 mode: which of its speakers can answer for an address on the link.

A speaker does so where an L2Advertisement selects the pool, the node and the service, where the node is in order and
not kept out of load balancing, and, with externalTrafficPolicy Local, where it has an endpoint
(https://metallb.io/concepts/layer2/, speaker/layer2_controller.go). Of those the address chooses one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chaudit import CannotTellError, Reading, Subject, printable, view
from chaudit_network.addresses import IPAddress
from chaudit_network.announcing.candidates import Candidates
from chaudit_network.announcing.pools import Pools
from chaudit_network.flags import flags_of
from chaudit_network.kinds.core import EXCLUDED_FROM_LOAD_BALANCERS, NODES, PODS, Node, Pod
from chaudit_network.kinds.label_selectors import LabelSelector
from chaudit_network.kinds.metallb_addresses import (
    IP_ADDRESS_POOLS,
    L2_ADVERTISEMENTS,
    SERVICE_L2_STATUSES,
    IPAddressPool,
    L2Advertisement,
    ServiceL2Status,
)
from chaudit_network.kinds.services import Service

MEANS = "MetalLB in layer 2 mode"

_COMPONENT = ("app.kubernetes.io/component", "component")
"""Labels that say `speaker` of a speaker's pod: those of the chart, and those of the manifests and the operator."""

_ENDED = frozenset({"Succeeded", "Failed"})


@dataclass
class MetalLB:
    """MetalLB's pools, and who answers for their addresses on the link."""

    pools: Reading[IPAddressPool]
    advertisements: Reading[L2Advertisement]
    statuses: Reading[ServiceL2Status]
    nodes: Reading[Node]
    pods: Reading[Pod]
    _selected: dict[tuple[str, ...], Candidates] = field(default_factory=dict)
    _by_pool: dict[Subject, Sequence[L2Advertisement]] = field(default_factory=dict)

    def pool(self, address: IPAddress) -> IPAddressPool | None:
        """Return the pool that an address is from, None where it is from none.

        Raises:
            CannotTellError: the pools were not all read.
        """
        return self._pools.of(address)

    def candidates(self, service: Service, address: IPAddress) -> Candidates | None:
        """Return who can announce an address of a service on the link; None where MetalLB is not told to.

        Raises:
            CannotTellError: pools, advertisements, nodes or speakers were not all read.
        """
        pool = self.pool(address)
        if pool is None:
            return None
        labels = service.metadata.labels
        advertisements = [one for one in self._of(pool) if _any_matches(one.spec.service_selectors, labels)]
        if not advertisements or service.spec.load_balancer_class != self._load_balancer_class:
            return None
        key = tuple(sorted(one.name for one in advertisements))
        if key not in self._selected:
            self._selected[key] = self._candidates(advertisements)
        found = self._selected[key]
        now = self._announcing.get((service.namespace, service.name), frozenset())
        return Candidates(found.means, found.nodes, found.unfit, now)

    def _candidates(self, advertisements: Sequence[L2Advertisement]) -> Candidates:
        unfit: dict[str, str] = {}
        for node in self.nodes.complete_records:
            if why := self._unfit[node.name]:
                unfit[node.name] = why
            elif not any(_any_matches(one.spec.node_selectors, node.metadata.labels) for one in advertisements):
                unfit[node.name] = "not selected by an L2Advertisement"
        return Candidates(MEANS, frozenset(self._unfit.keys() - unfit.keys()), unfit)

    def _of(self, pool: IPAddressPool) -> Sequence[L2Advertisement]:
        """Return the advertisements that are about a pool."""
        if pool.subject not in self._by_pool:
            self._by_pool[pool.subject] = [one for one in self.advertisements.complete_records if _selects(one, pool)]
        return self._by_pool[pool.subject]

    @cached_property
    def _pools(self) -> Pools[IPAddressPool]:
        return Pools((pool, pool.spec.addresses) for pool in self.pools.complete_records)

    @cached_property
    def _unfit(self) -> Mapping[str, str]:
        """Why a node cannot announce any address, empty where it can."""
        return {node.name: next(self._obstacles(node), "") for node in self.nodes.complete_records}

    def _obstacles(self, node: Node) -> Iterator[str]:
        if not node.is_ready:
            yield "not Ready"
        if node.is_without_network:
            yield "without network"
        if EXCLUDED_FROM_LOAD_BALANCERS in node.metadata.labels and not self._ignores_exclusion:
            yield f"labelled {EXCLUDED_FROM_LOAD_BALANCERS}"
        if not any(pod.is_ready for pod in self._speakers.get(node.name, ())):
            yield "without a speaker that is ready"

    @cached_property
    def _speakers(self) -> Mapping[str, Sequence[Pod]]:
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods.complete_records:
            labels = pod.metadata.labels
            if any(labels.get(key) == "speaker" for key in _COMPONENT) and pod.status.phase not in _ENDED:
                found[pod.spec.node_name].append(pod)
        if not found:
            labelled = " or ".join(_COMPONENT)
            raise CannotTellError(f"pods: none is labelled as a speaker of MetalLB ({labelled}: speaker)")
        return found

    @cached_property
    def _flags(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for pods in self._speakers.values():
            for container in (container for pod in pods for container in pod.spec.containers):
                for name, values in flags_of(container).items():
                    found[name].update(values[-1:])
        return {name: frozenset(values) for name, values in found.items()}

    @property
    def _ignores_exclusion(self) -> bool:
        return self._flags.get("ignore-exclude-lb", frozenset()) == {"true"}

    @property
    def _load_balancer_class(self) -> str:
        classes = self._flags.get("lb-class", frozenset())
        if len(classes) > 1:
            raise CannotTellError(f"the speakers serve several classes: {printable(', '.join(sorted(classes)))}")
        return next(iter(classes), "")

    @cached_property
    def _announcing(self) -> Mapping[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
        for one in self.statuses.objects:
            found[one.status.service_namespace, one.status.service_name] |= {one.status.node}
        return found


metallb = view(
    IP_ADDRESS_POOLS.reading, L2_ADVERTISEMENTS.reading, SERVICE_L2_STATUSES.reading, NODES.reading, PODS.reading
)(MetalLB)
"""The view that answers with `MetalLB`."""


def _selects(advertisement: L2Advertisement, pool: IPAddressPool) -> bool:
    spec = advertisement.spec
    is_for_all = not spec.ip_address_pools and not spec.ip_address_pool_selectors
    by_label = any(selector.matches(pool.metadata.labels) for selector in spec.ip_address_pool_selectors)
    is_about = is_for_all or by_label or pool.name in spec.ip_address_pools
    return is_about and advertisement.namespace == pool.namespace


def _any_matches(selectors: Sequence[LabelSelector], labels: Mapping[str, str]) -> bool:
    """Whether any selector matches; without selectors everything is meant."""
    return not selectors or any(selector.matches(labels) for selector in selectors)
