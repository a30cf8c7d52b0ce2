"""What policies with preDNAT do at node ports, before kube-proxy has changed a packet."""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import pairwise

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.exposure.arrivals import EdgeEndpoint
from chaudit_network.exposure.guard import HostGuards, host_guards
from chaudit_network.exposure.sources import NODES, PODS, Clients, SourceClass
from chaudit_network.exposure.view import Ways, clients, ways_in
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import IP_POOLS, HostEndpoint, IPPool
from chaudit_network.kinds.core import NODES as NODE_OBJECTS
from chaudit_network.kinds.core import Node
from chaudit_network.policy.chains import HostPolicy, at_stage
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.policy import Policy, Stage
from chaudit_network.views.api_servers import ApiServer, api_servers
from chaudit_network.views.node_port_ranges import node_port_range
from chaudit_network.views.unread import Unread

_PROTOCOLS = ("TCP", "UDP")

_VXLAN = ("UDP", 4789)
_BETWEEN_NODES = {("TCP", 179): "BGP", ("TCP", 5473): "Typha", ("TCP", 10250): "kubelet", _VXLAN: "VXLAN"}
"""Ports by which nodes keep the cluster together, at the address that they report; some are failsafe ports by default.

Felix lets VXLAN in later than it asks policies with preDNAT (felix/rules/static.go).
"""


class Undecided(msgspec.Struct, frozen=True):
    """Node ports at which some clients are left over; not `is_sure` where that depends on what cannot be told."""

    family: int
    protocol: str
    ports: Intervals
    is_sure: bool


class BeforeNat(msgspec.Struct, dict=True):
    """Answers for one host endpoint at a time; those with equal policy and place are judged once."""

    guards: HostGuards
    ways: Ways
    who: Clients
    servers: Sequence[ApiServer | Unread]
    nodes: Reading[Node]
    pools: Reading[IPPool]
    _undecided: dict[Hashable, Sequence[Undecided]] = msgspec.field(default_factory=dict)

    def titles(self, endpoint: HostEndpoint) -> Sequence[str]:
        """Return the policies with preDNAT that select an endpoint.

        Raises:
            CannotTellError: whether one does cannot be told.
        """
        return [policy.title for policy in self._policies(endpoint)]

    def allows_somebody(self, endpoint: HostEndpoint) -> bool:
        """Whether one of these policies allows anybody anything, so that they are a list of who may come.

        Raises:
            CannotTellError: whether one of them selects the endpoint cannot be told.
        """
        return any(
            rule.action.capitalize() == "Allow" for policy in self._policies(endpoint) for rule in policy.ingress
        )

    def undecided(self, interface: EdgeEndpoint) -> Sequence[Undecided]:
        """Return the node ports of the whole range at which some clients are decided about by none of the policies.

        Raises:
            CannotTellError: the range, the policies or their rules cannot be told.
        """
        policy = self.guards.policies.of(interface.endpoint)
        found: dict[Undecided, None] = {}
        for place in interface.places:
            key = policy, self.guards.classes_of(policy).key(Packet(place.address, "TCP", 1))
            if key not in self._undecided:
                self._undecided[key] = [*self._left_over(policy, place.address)]
            found |= dict.fromkeys(self._undecided[key])
        return list(found)

    def cut_off(self, interface: EdgeEndpoint) -> Iterator[tuple[str, str]]:
        """Yield the classes of clients inside of the cluster that are denied, each with a port.

        Raises:
            CannotTellError: whether they are denied cannot be told.
        """
        policy = self.guards.policies.of(interface.endpoint)
        inside = [source for source in self.who.classes if source.name in {NODES, PODS}]
        known: dict[Hashable, Sequence[str]] = {}
        for place in interface.places:
            for way in self._node_ports(place.address.version):
                packet = Packet(place.address, way.protocol, way.port)
                key = self.guards.classes_of(policy).key(packet)
                if key not in known:
                    known[key] = [source.name for source in inside if self._denies(policy, packet, source)]
                yield from ((name, f"{way.port}/{way.protocol}") for name in known[key])
            if place.address in self._reported:
                yield from self._cut_between_nodes(policy, place.address)

    def _cut_between_nodes(self, policy: HostPolicy, address: IPAddress) -> Iterator[tuple[str, str]]:
        nodes = next(source for source in self.who.classes if source.name == NODES)
        for (protocol, port), what in _BETWEEN_NODES.items():
            if (protocol, port) == _VXLAN and not self._uses_vxlan:
                continue
            if self._denies(policy, Packet(address, protocol, port), nodes):
                yield nodes.name, f"{port}/{protocol} ({what})"

    @cached_property
    def _uses_vxlan(self) -> bool:
        """Whether any pool does, or may."""
        return not self.pools.is_complete or any(one.spec.vxlan_mode not in {"", "Never"} for one in self.pools.objects)

    @cached_property
    def _reported(self) -> frozenset[IPAddress]:
        """The addresses by which nodes know each other."""
        found = set()
        for text in (text for node in self.nodes.objects for text in node.internal_ips):
            with suppress(CannotTellError):
                found.add(parse_address(text))
        return frozenset(found)

    def _denies(self, policy: HostPolicy, packet: Packet, source: SourceClass) -> bool:
        fate = at_stage(policy, Stage.PRE_DNAT, packet, self.guards.resolve)
        denied = source.addresses[packet.family] & fate.denied
        if source.doubt and fate.denied:
            raise CannotTellError(source.doubt)
        if denied and denied <= fate.allowed | fate.undecided:
            raise CannotTellError(f"whether {source.name} are denied at {packet.port}/{packet.protocol} cannot be told")
        return bool(denied)

    def _left_over(self, policy: HostPolicy, address: IPAddress) -> Iterator[Undecided]:
        boundaries = self.guards.classes_of(policy).boundaries
        for protocol in _PROTOCOLS:
            left: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
            for low, high in self._range.spans:
                edges = [low, *(one for one in boundaries if low < one <= high), high + 1]
                for first, after in pairwise(edges):
                    fate = at_stage(policy, Stage.PRE_DNAT, Packet(address, protocol, first), self.guards.resolve)
                    if fate.undecided:
                        left[bool(fate.undecided - fate.denied - fate.allowed)].append((first, after - 1))
            for is_sure, spans in left.items():
                if spans:
                    yield Undecided(address.version, protocol, Intervals.of(spans), is_sure)

    @property
    def _range(self) -> Intervals:
        found = Intervals()
        for server in self.servers:
            if isinstance(server, Unread):
                raise CannotTellError(str(server))
            found |= node_port_range(server)
        return found

    def _node_ports(self, family: int) -> Iterator[WayIn]:
        return (way for way in self.ways.known if way.via is Via.NODE_PORT and family in way.families)

    def _policies(self, endpoint: HostEndpoint) -> Sequence[Policy]:
        found: list[Policy] = []
        for applied in self.guards.policies.of(endpoint).tiers:
            found += [one for one in applied.sure if Stage.PRE_DNAT in one.stages]
            if doubtful := [one.title for one in applied.perhaps if Stage.PRE_DNAT in one.stages]:
                raise CannotTellError(f"whether {doubtful[0]} selects the host endpoint cannot be told")
        return found


before_nat = view(host_guards, ways_in, clients, api_servers, NODE_OBJECTS.reading, IP_POOLS.reading)(BeforeNat)
"""The view that answers with `BeforeNat`."""
