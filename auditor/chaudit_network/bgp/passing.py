"""Passing on: what a node heard from other nodes it tells neighbours outside too, with itself as the way there.

BGP carries nothing from one iBGP neighbour to the next, but from iBGP to eBGP (RFC 4271 section 9.2), and Calico's
export filter asks for the prefix and not for who told it: what lies in a range that a node tells, goes out
(bird_ipam.cfg.template of projectcalico/calico; its issues 3810 and 7512). Unless it is to keep next hops, the node
names itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError
from chaudit_network.addresses import IPNetwork
from chaudit_network.bgp.advertisements import SessionGroup
from chaudit_network.bgp.calico_routes import ServiceRanges
from chaudit_network.bgp.calico_sessions import CalicoSessions
from chaudit_network.bgp.filters import Candidate, Filters, within
from chaudit_network.bgp.node_sets import NodeSet
from chaudit_network.bgp.peers import NextHop, Speaker
from chaudit_network.bgp.routes import Origin, Route
from chaudit_network.views.unread import Unread


class PassedOn(msgspec.Struct, frozen=True):
    """A route as neighbours hear it from nodes that do not tell it themselves; `doubt` says why they may not."""

    route: Route
    group: SessionGroup
    nodes: NodeSet
    doubt: str = ""

    @property
    def prefix(self) -> IPNetwork:
        """What is passed on."""
        return self.route.prefix


class Passing(msgspec.Struct, dict=True):
    """Finds what Calico's nodes pass on. The ranges that they tell may be unread: then doubts say so."""

    calico: CalicoSessions
    groups: Sequence[SessionGroup]
    filters: Filters
    ranges: ServiceRanges | Unread
    _hearers: dict[tuple[NodeSet, int], NodeSet] = msgspec.field(default_factory=dict)

    def of(self, route: Route) -> Iterator[PassedOn]:
        """Yield a route of Calico's as each group hears it from nodes that heard it themselves, if one does."""
        family = route.prefix.version
        for group in self._outward:
            nodes = (self._heard_by(route.nodes, family) & self._naming_themselves[id(group)]) - route.nodes
            if not nodes or family not in group.families:
                continue
            try:
                ruling = self.filters.of_export(
                    group.filters, Candidate(route.prefix, is_internal=False, is_heard=True)
                )
                if ruling is None:
                    nodes &= self._accepting(route)
            except CannotTellError as gap:
                yield PassedOn(route, group, nodes, str(gap))
                continue
            if nodes and (ruling is None or ruling.is_accepted):
                yield PassedOn(route, group, nodes)

    @cached_property
    def _outward(self) -> Sequence[SessionGroup]:
        return [one for one in self.groups if one.speaker is Speaker.CALICO and not one.is_internal]

    @cached_property
    def _naming_themselves(self) -> Mapping[int, NodeSet]:
        """The nodes of each group that do not keep next hops."""
        return {
            id(group): frozenset(one.node for one in group.sessions if one.peer.next_hop is not NextHop.KEEP)
            for group in self._outward
        }

    def _accepting(self, route: Route) -> NodeSet:
        """Return the nodes whose own rules let a route out that they heard: by pool, by range, or as reflectors.

        Raises:
            CannotTellError: the ranges are not known.
        """
        if route.origin is Origin.PODS:
            return frozenset() if route.is_held_back else self.calico.nodes.names
        ranges = self.ranges
        if isinstance(ranges, Unread):
            raise CannotTellError(str(ranges))
        in_told = any(within(route.prefix, network) for network, _ in ranges.told())
        in_any = any(within(route.prefix, network) for network in (*ranges.external_ips, *ranges.load_balancer_ips))
        return (self._telling if in_told else frozenset()) | (self._reflectors if in_any else frozenset())

    @cached_property
    def _telling(self) -> NodeSet:
        return frozenset(node.name for node in self.calico.nodes if not node.is_excluded_by_calico)

    @cached_property
    def _reflectors(self) -> NodeSet:
        return frozenset(node.name for node in self.calico.nodes if node.cluster_id)

    def _heard_by(self, tellers: NodeSet, family: int) -> NodeSet:
        """Return the nodes that hear what some nodes tell, from these or by way of a route reflector."""
        key = tellers, family
        if key not in self._hearers:
            heard = self.calico.hearing(tellers, family)
            reflecting = heard & self._reflectors
            self._hearers[key] = heard | (self.calico.hearing(reflecting, family) if reflecting else frozenset())
        return self._hearers[key]
