"""MetalLB in layer 2 mode: which of its speakers can answer for an address on the link.

A speaker does so where an L2Advertisement selects the pool, the node and the service, where the node is in order and
not kept out of load balancing, and, with externalTrafficPolicy Local, where it has an endpoint
(https://metallb.io/concepts/layer2/, speaker/layer2_controller.go). Of those the address chooses one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, printable, view
from chaudit_network.addresses import IPAddress
from chaudit_network.announcing.candidates import Candidates
from chaudit_network.bgp.metallb_routes import selects_pool, selects_service
from chaudit_network.kinds.core import EXCLUDED_FROM_LOAD_BALANCERS, NODES, Node
from chaudit_network.kinds.metallb_addresses import L2_ADVERTISEMENTS, IPAddressPool, L2Advertisement
from chaudit_network.kinds.services import Service
from chaudit_network.views.bgp_routes import MetalLBOffer, metallb_offer
from chaudit_network.views.metallb_speakers import Speakers, speakers

MEANS = "MetalLB in layer 2 mode"


class MetalLB(msgspec.Struct, dict=True):
    """Who answers for the addresses of MetalLB's pools on the link."""

    offer: MetalLBOffer
    advertisements: Reading[L2Advertisement]
    nodes: Reading[Node]
    speakers: Speakers
    _selected: dict[tuple[str, ...], Candidates] = msgspec.field(default_factory=dict)
    _by_pool: dict[Subject, Sequence[L2Advertisement]] = msgspec.field(default_factory=dict)

    def pool(self, address: IPAddress) -> IPAddressPool | None:
        """Return the pool that an address is from, None where it is from none.

        Raises:
            CannotTellError: it is from none that was read, and not all were.
        """
        found = self.offer.pools.of(address)
        if found is None and self.offer.unread:
            raise CannotTellError(*map(str, self.offer.unread))
        return found

    def candidates(self, service: Service, address: IPAddress) -> Candidates | None:
        """Return who can announce an address of a service on the link; None where MetalLB is not told to.

        Raises:
            CannotTellError: pools, advertisements, nodes or speakers were not all read.
        """
        pool = self.pool(address)
        if pool is None:
            return None
        advertisements = [one for one in self._of(pool) if selects_service(one, service)]
        if not advertisements or service.spec.load_balancer_class != self._load_balancer_class:
            return None
        key = tuple(sorted(one.name for one in advertisements))
        if key not in self._selected:
            self._selected[key] = self._candidates(advertisements)
        return self._selected[key]

    def _of(self, pool: IPAddressPool) -> Sequence[L2Advertisement]:
        """Return the advertisements that are about a pool; speakers look at their own namespace only."""
        if pool.subject not in self._by_pool:
            own = [one for one in self.advertisements.complete_records if one.namespace == pool.namespace]
            self._by_pool[pool.subject] = [one for one in own if selects_pool(one, pool)]
        return self._by_pool[pool.subject]

    def _candidates(self, advertisements: Sequence[L2Advertisement]) -> Candidates:
        selectors = [selector for one in advertisements for selector in one.spec.node_selectors]
        is_for_all = not all(one.spec.node_selectors for one in advertisements)
        unfit: Counter[str] = Counter()
        fit: set[str] = set()
        for node in self.nodes.complete_records:
            if why := self._unfit[node.name]:
                unfit[why] += 1
            elif is_for_all or any(selector.matches(node.metadata.labels) for selector in selectors):
                fit.add(node.name)
            else:
                unfit["not selected by an L2Advertisement"] += 1
        return Candidates(MEANS, frozenset(fit), dict(unfit.most_common()))

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
        if node.name not in self._with_speaker:
            yield "without a speaker that is ready"

    @cached_property
    def _with_speaker(self) -> frozenset[str]:
        return self.speakers.ready

    @cached_property
    def _ignores_exclusion(self) -> bool:
        return self.speakers.values("ignore-exclude-lb") == {"true"}

    @cached_property
    def _load_balancer_class(self) -> str:
        classes = self.speakers.values("lb-class")
        if len(classes) > 1:
            raise CannotTellError(f"the speakers serve several classes: {printable(', '.join(sorted(classes)))}")
        return next(iter(classes), "")


metallb = view(metallb_offer, L2_ADVERTISEMENTS.reading, NODES.reading, speakers)(MetalLB)
"""The view that answers with `MetalLB`."""
