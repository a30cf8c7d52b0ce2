"""Which node ports the policies of an interface see at all: before DNAT, or on the way on to a pod."""

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, view
from chaudit_network.addresses import IPAddress
from chaudit_network.exposure.arrivals import EdgeEndpoint
from chaudit_network.exposure.host_policies import HostPolicies, host_policies
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.intervals import Intervals
from chaudit_network.policy.chains import HostPolicy
from chaudit_network.policy.classes import PacketClasses, packet_classes
from chaudit_network.policy.matching import Packet, matches
from chaudit_network.policy.policy import Policy, Stage


class Sight(msgspec.Struct, dict=True):
    """What the policies of interfaces see of node ports; judged once for interfaces with equal policy."""

    ways: Ways
    policies: HostPolicies
    _unseen: dict[Hashable, Sequence[WayIn]] = msgspec.field(default_factory=dict)
    _classes: dict[HostPolicy, PacketClasses] = msgspec.field(default_factory=dict)

    @cached_property
    def node_ports(self) -> Sequence[WayIn]:
        """The node ports of all services."""
        return [way for way in self.ways.known if way.via is Via.NODE_PORT]

    def blind(self, endpoint: EdgeEndpoint) -> Sequence[Policy]:
        """Return the policies that surely guard the host's own processes there, and nothing behind them."""
        policy = self.policies.of(endpoint.endpoint)
        return [
            one
            for applied in policy.tiers
            for one in applied.sure
            if Stage.NORMAL in one.stages and Stage.FORWARD not in one.stages
        ]

    def unseen(self, endpoint: EdgeEndpoint) -> Sequence[WayIn]:
        """Return the node ports of which no policy with preDNAT or applyOnForward speaks at the endpoint's addresses.

        They come by port, and equal interfaces get the very same ones.

        Raises:
            CannotTellError: whether such a policy applies there is not known.
        """
        policy = self.policies.of(endpoint.endpoint)
        if self._applies(policy, Stage.FORWARD):
            return ()
        if policy not in self._classes:
            self._classes[policy] = packet_classes(policy, _anybody)
        classes = self._classes[policy]
        addresses = {(place.address.version, classes.place(place.address)): place.address for place in endpoint.places}
        key = policy, frozenset(addresses)
        if key not in self._unseen:
            speech = _Speech(self._applies(policy, Stage.PRE_DNAT), classes)
            unseen = [way for way in self.node_ports if speech.leaves_out(way, addresses.values())]
            self._unseen[key] = sorted(unseen, key=lambda way: way.port)
        return self._unseen[key]

    @staticmethod
    def _applies(policy: HostPolicy, stage: Stage) -> Sequence[Policy]:
        for applied in policy.tiers:
            if doubtful := [one.title for one in applied.perhaps if stage in one.stages]:
                raise CannotTellError(f"whether {doubtful[0]} selects the host endpoint cannot be told")
        return [one for applied in policy.tiers for one in applied.sure if stage in one.stages]


sight = view(ways_in, host_policies)(Sight)
"""The view that answers with `Sight`."""


class _Speech(msgspec.Struct):
    """Of which packets some policies speak, whoever sends them; packets that they cannot tell apart are judged once."""

    policies: Sequence[Policy]
    classes: PacketClasses
    _known: dict[Hashable, bool] = msgspec.field(default_factory=dict)

    def leaves_out(self, way: WayIn, addresses: Iterable[IPAddress]) -> bool:
        """Whether no policy speaks of a node port at one of the addresses."""
        packets = (Packet(one, way.protocol, way.port) for one in addresses if one.version in way.families)
        return not all(map(self._speaks_of, packets))

    def _speaks_of(self, packet: Packet) -> bool:
        key = self.classes.key(packet)
        if key not in self._known:
            rules = (rule for policy in self.policies for rule in policy.ingress)
            self._known[key] = any(matches(rule, packet, _anybody).maybe for rule in rules)
        return self._known[key]


def _anybody(_selector: str, _namespace_selector: str, family: int) -> Intervals:
    return Intervals.all_addresses(family)
