"""From node to node: by which interfaces packets for a pod leave the one and enter the other, and who guards these.

Calico sends them as they are where nodes share a subnet or pools say so, and else in packets of its own, IPIP or VXLAN
(https://docs.tigera.io/calico/latest/networking/configuring/vxlan-ipip). The second node treats what arrives like
anything that it forwards: untracked policies, those with preDNAT, which see the pod's address as nothing is left to be
translated, and those with applyOnForward, of the interface by which it comes, be that a tunnel's. Packets around others
meet the first two of these as well, on the interface below; Felix lets them in before it asks normal policies
(felix/rules/static.go and dispatch.go). Outgoing ones it lets pass; that an untracked egress policy can stop them is
not modelled.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, IPInterface, IPNetwork, parse_interface, parse_network
from chaudit_network.bgp.pools import PoolIndex
from chaudit_network.exposure.guard import Guard, HostGuards, Target, having_a_say, host_guards
from chaudit_network.exposure.sources import NODES, SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict, in_a_row
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico import NODE_ADDRESS_ANNOTATIONS
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.policy import Stage
from chaudit_network.views.endpoints import Backend
from chaudit_network.views.node_addresses import NodeAddresses, NodeNetworking, node_addresses

_ANNOTATIONS = dict(zip((4, 6), NODE_ADDRESS_ANNOTATIONS, strict=True))
_WIREGUARD = frozenset({"wireguard.cali", "wg-v6.cali"})

_IN: Sequence[Stage] = (Stage.UNTRACKED, Stage.PRE_DNAT, Stage.FORWARD)


class Carrier(NamedTuple):
    """How packets of a family travel: by the interface of a tunnel, or as they are where that is empty."""

    family: int
    tunnel: str = ""


_IPIP = Carrier(4, "tunl0")
_VXLAN = {4: Carrier(4, "vxlan.calico"), 6: Carrier(6, "vxlan-v6.calico")}
_CARRIERS = (Carrier(4), Carrier(6), _IPIP, *_VXLAN.values())

_AROUND_OTHERS: Mapping[Carrier, tuple[str, int]] = {_IPIP: ("4", 0), **dict.fromkeys(_VXLAN.values(), ("UDP", 4789))}
"""Protocol and port of the packets around others; IPIP is a protocol by its number and has no ports."""

Guards = tuple[Guard, ...]


class Side(msgspec.Struct, frozen=True):
    """What guards one end of a way between nodes: by carrier where that is known, or else one of them all."""

    all: Guards = ()
    known: tuple[tuple[Carrier, Guards], ...] = ()

    def of(self, carrier: Carrier | None) -> Guards:
        """Return the guards; several where one of them is it, and none where nobody has a say."""
        return dict(self.known).get(carrier, self.all) if carrier else self.all


class Exits(msgspec.Struct, frozen=True):
    """How a node sends packets on, to pods of its own and to other nodes.

    `near` are the subnets in which it reaches other nodes directly; they, and whether it uses WireGuard, are only said
    where a policy anywhere may care.
    """

    here: Guards = ()
    beyond: Side = Side()
    near: tuple[IPNetwork, ...] = ()
    uses_wireguard: bool = False


class Hops(msgspec.Struct, dict=True):
    """Answers for the ways between all nodes."""

    guards: HostGuards
    addresses: NodeAddresses
    pools: Reading[IPPool]
    _entries: dict[str, Side] = msgspec.field(default_factory=dict)
    _known_to_calico: dict[tuple[str, int], IPInterface | None] = msgspec.field(default_factory=dict)
    _from: dict[Carrier | None, SourceClass] = msgspec.field(default_factory=dict)

    def exits(self, node: str) -> Exits:
        """Return how a node sends packets on.

        Only an endpoint for all interfaces guards those of the node's own pods (felix/rules/dispatch.go).
        """
        here = having_a_say([self.guards.others(node)], [Stage.FORWARD_OUT])
        beyond = self._side(node, [Stage.FORWARD_OUT])
        if not (beyond.all or self._are_guarded):
            return Exits(here, beyond)
        known = self._known(node)
        if known is None:
            return Exits(here, beyond)
        near = tuple(own.network for family in (4, 6) if (own := self._calico(known, family)))
        return Exits(here, beyond, near, _uses_wireguard(known))

    def leaving(self, exits: Exits, backend: Backend, packet: Packet, source: SourceClass) -> Verdict:
        """Return whose packets may leave a node for an endpoint of another."""
        return self.guards.leaving(exits.beyond.of(self._carrier(exits, backend)), packet, source)

    def entering(self, exits: Exits, backend: Backend, packet: Packet, source: SourceClass | None) -> Verdict:
        """Return whose packets from another node may enter that of an endpoint.

        Without a source they have the address of the node that they come from.
        """
        if not backend.node and self._are_guarded and self._pool(backend.address):
            return Verdict(Reach.UNKNOWN, ("on which node the endpoint is, and what guards that, is not known",))
        entry = self._entry(backend.node)
        if not entry.all:
            return Verdict(Reach.OPEN)
        carrier = self._carrier(exits, backend)
        inside = self.guards.entering(entry.of(carrier), packet, source or self._senders(carrier))
        if carrier is None or carrier not in _AROUND_OTHERS:
            return inside
        own = self._calico(self._known(backend.node), carrier.family)
        if own is None:
            return inside
        below, around = Carrier(carrier.family), Packet(own.ip, *_AROUND_OTHERS[carrier])
        return in_a_row([self.guards.letting_in(entry.of(below), around, self._senders(below)), inside])

    def identity(self, backend: Backend, packet: Packet) -> Hashable:
        """Return a key that is equal for endpoints whose nodes let the same in; None where they let in all."""
        entry = self._entry(backend.node)
        guards = dict.fromkeys((*entry.all, *(guard for _, known in entry.known for guard in known)))
        policies = [guard.policy for guard in guards if guard.policy]
        try:
            inside = [(packet, self.guards.judge(one, packet, Target(packet))) for one in policies]
            around = [
                (one, self.guards.let_in(policy, one)) for one in self._around(backend.node) for policy in policies
            ]
        except CannotTellError as gap:
            return entry, tuple(gap.reasons)
        passages = (*inside, *around)
        if not any(guard.doubt for guard in guards) and all(one.everyone <= found.open for one, found in passages):
            return None
        return entry, tuple(id(found) for _, found in passages)

    def _around(self, node: str) -> Iterator[Packet]:
        """Yield the packets in which others may come to a node."""
        for carrier in _AROUND_OTHERS:
            if own := self._calico(self._known(node), carrier.family):
                yield Packet(own.ip, *_AROUND_OTHERS[carrier])

    def _carrier(self, exits: Exits, backend: Backend) -> Carrier | None:
        """Return how packets come to an endpoint; None where that cannot be told."""
        family = backend.address.version
        if not backend.node or exits.uses_wireguard or not self.pools.is_complete:
            return None
        known, pool = self._known(backend.node), self._pool(backend.address)
        own = self._calico(known, family)
        if pool is None or known is None or own is None or _uses_wireguard(known):
            return None
        is_near = any(own.version == network.version and own.ip in network for network in exits.near)
        for carrier, mode in ((_IPIP, pool.spec.ipip_mode), (_VXLAN[family], pool.spec.vxlan_mode)):
            if carrier.family == family and (mode == "Always" or (mode == "CrossSubnet" and not is_near)):
                return carrier
        return Carrier(family) if is_near else None

    def _known(self, node: str) -> NodeNetworking | None:
        """Return what is known of a node; None of one that was not read."""
        try:
            return self.addresses.of(node)
        except CannotTellError:
            return None

    def _calico(self, known: NodeNetworking | None, family: int) -> IPInterface | None:
        """Return the address by which Calico knows a node, with its subnet; None where the node does not say."""
        if known is None:
            return None
        key = known.node.name, family
        if key not in self._known_to_calico:
            text = known.node.annotations.get(_ANNOTATIONS[family], "")
            self._known_to_calico[key] = None
            with suppress(CannotTellError):
                self._known_to_calico[key] = parse_interface(text)
        return self._known_to_calico[key]

    def _pool(self, address: IPAddress) -> IPPool | None:
        return self._index.of(address)

    def _entry(self, node: str) -> Side:
        if node not in self._entries:
            self._entries[node] = self._side(node, _IN) if node else Side()
        return self._entries[node]

    def _side(self, node: str, stages: Sequence[Stage]) -> Side:
        """Return what of a node's guards has a say at these stages."""
        all_ = having_a_say(self.guards.everything(node), stages)
        if not all_:
            return Side()
        known = self._known(node)
        if known is None:
            return Side(all_)
        by_carrier = ((one, self._guard(known, one)) for one in _CARRIERS)
        return Side(all_, tuple((one, having_a_say([guard], stages)) for one, guard in by_carrier if guard))

    def _guard(self, known: NodeNetworking, carrier: Carrier) -> Guard | None:
        """Return what guards the interface of a carrier; None where the interface is not known."""
        own = self._calico(known, carrier.family)
        interface = carrier.tunnel or next(
            (one.interface for one in known.addresses if own and one.address == own.ip), ""
        )
        if not interface:
            return None
        addresses = [one.address for one in known.addresses if one.interface == interface]
        return self.guards.guard(known.node.name, interface, addresses)

    def _senders(self, carrier: Carrier | None) -> SourceClass:
        """Return the addresses with which nodes send by a carrier; all that they have where these are not known."""
        if carrier not in self._from:
            found = self._own if carrier is None else self._by_carrier.get(carrier) or self._own
            self._from[carrier] = SourceClass(NODES, Standpoint.OUTSIDE, {one: _set(found, one) for one in (4, 6)})
        return self._from[carrier]

    @cached_property
    def _own(self) -> Sequence[IPAddress]:
        return [one.address for known in self.addresses for one in known.addresses]

    @cached_property
    def _by_carrier(self) -> Mapping[Carrier, Sequence[IPAddress]]:
        found: dict[Carrier, list[IPAddress]] = defaultdict(list)
        for known in self.addresses:
            for carrier in _CARRIERS:
                if carrier.tunnel:
                    found[carrier] += [one.address for one in known.addresses if one.interface == carrier.tunnel]
                elif own := self._calico(known, carrier.family):
                    found[carrier].append(own.ip)
        return found

    @cached_property
    def _are_guarded(self) -> bool:
        """Whether any node guards itself against what other nodes forward."""
        return any(self._entry(known.node.name).all for known in self.addresses)

    @cached_property
    def _index(self) -> PoolIndex[IPPool]:
        return PoolIndex(tuple((pool, tuple(_networks(pool))) for pool in self.pools.objects))


hops = view(host_guards, node_addresses, IP_POOLS.reading)(Hops)
"""The view that answers with `Hops`."""


def _uses_wireguard(known: NodeNetworking) -> bool:
    return any(one.interface in _WIREGUARD for one in known.addresses)


def _networks(pool: IPPool) -> Iterator[IPNetwork]:
    with suppress(CannotTellError):
        yield parse_network(pool.spec.cidr)


def _set(addresses: Sequence[IPAddress], family: int) -> Intervals:
    return Intervals.of((int(one), int(one)) for one in addresses if one.version == family)
