"""Which node ports the policies of an interface see at all: before DNAT, or on the way on to a pod."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chaudit import CannotTellError, view
from chaudit_network.addresses import IPAddress
from chaudit_network.exposure.arrivals import EdgeEndpoint
from chaudit_network.exposure.guard import HostGuards, host_guards
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.intervals import Intervals
from chaudit_network.policy.chains import HostPolicy
from chaudit_network.policy.classes import packet_classes
from chaudit_network.policy.matching import Packet, matches
from chaudit_network.policy.policy import Policy, Stage


@dataclass
class Sight:
    """What the policies of interfaces see of node ports; judged once for interfaces with equal policy."""

    ways: Ways
    guards: HostGuards
    _unseen: dict[Hashable, Sequence[WayIn]] = field(default_factory=dict)

    @cached_property
    def node_ports(self) -> Sequence[WayIn]:
        """The node ports of all services."""
        return [way for way in self.ways.known if way.via is Via.NODE_PORT]

    def blind(self, endpoint: EdgeEndpoint) -> Sequence[Policy]:
        """Return the policies that surely guard the host's own processes there, and nothing behind them."""
        policy = self.guards.policy(endpoint.endpoint)
        return [
            one
            for applied in policy.tiers
            for one in applied.sure
            if one.is_at(Stage.NORMAL) and not one.is_at(Stage.FORWARD)
        ]

    def unseen(self, endpoint: EdgeEndpoint) -> Sequence[WayIn]:
        """Return the node ports of which no policy with preDNAT or applyOnForward speaks at the endpoint's addresses.

        Raises:
            CannotTellError: whether such a policy applies there is not known.
        """
        policy = self.guards.policy(endpoint.endpoint)
        if self._applies(policy, Stage.FORWARD):
            return ()
        pre_dnat = self._applies(policy, Stage.PRE_DNAT)
        classes = packet_classes(policy)
        found: dict[int, WayIn] = {}
        for place in endpoint.places:
            key = policy, classes.key(Packet(place.address, "TCP", 1))
            if key not in self._unseen:
                self._unseen[key] = [
                    way
                    for way in self.node_ports
                    if place.address.version in way.families and not _speaks(pre_dnat, way, place.address)
                ]
            found |= {id(way): way for way in self._unseen[key]}
        return list(found.values())

    @staticmethod
    def _applies(policy: HostPolicy, stage: Stage) -> Sequence[Policy]:
        for applied in policy.tiers:
            if doubtful := [one.title for one in applied.perhaps if one.is_at(stage)]:
                raise CannotTellError(f"whether {doubtful[0]} selects the host endpoint cannot be told")
        return [one for applied in policy.tiers for one in applied.sure if one.is_at(stage)]


sight = view(ways_in, host_guards)(Sight)
"""The view that answers with `Sight`."""


def _speaks(policies: Sequence[Policy], way: WayIn, address: IPAddress) -> bool:
    """Whether any rule may match packets to a node port, from anybody."""
    packet = Packet(address, way.protocol, way.port)
    return any(matches(rule, packet, _anybody).maybe for policy in policies for rule in policy.ingress)


def _anybody(_selector: str, _namespace_selector: str, family: int) -> Intervals:
    return Intervals.all_addresses(family)
