"""Packets that one policy cannot tell apart, so that they are judged once, however many ports and nodes there are."""

from bisect import bisect_right
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from chaudit_network.addresses import parse_network
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import EntityRule
from chaudit_network.policy.chains import HostPolicy
from chaudit_network.policy.matching import Packet


@dataclass(frozen=True)
class PacketClasses:
    """How one policy looks at destinations: the ports at which a rule changes its mind, the networks it asks for."""

    boundaries: tuple[int, ...]
    networks: tuple[str, ...]
    asks_for_addresses: bool

    def key(self, packet: Packet) -> Hashable:
        """Return a key that is equal for packets which no rule of the policy tells apart."""
        if self.asks_for_addresses:
            place: Hashable = packet.destination
        else:
            number = int(packet.destination)
            place = tuple(number in networks for networks in self._addresses(packet.family))
        return packet.family, packet.protocol, bisect_right(self.boundaries, packet.port), packet.port_names, place

    def _addresses(self, family: int) -> Iterator[Intervals]:
        for network in self.networks:
            yield Intervals.addresses((parse_network(network),), family)


def packet_classes(host: HostPolicy) -> PacketClasses:
    """Return how an endpoint's policy, its failsafe ports included, looks at destinations."""
    sides = list(_destinations(host))
    spans = [span for side in sides for port in (*side.ports, *side.not_ports) for span in _span(port)]
    spans += [(failsafe.port, failsafe.port) for failsafe in host.failsafe_ports]
    return PacketClasses(
        boundaries=tuple(sorted({edge for low, high in spans for edge in (low, high + 1)})),
        networks=tuple(sorted({network for side in sides for network in (*side.nets, *side.not_nets)})),
        asks_for_addresses=any(side.selector or side.not_selector or side.namespace_selector for side in sides),
    )


def _destinations(host: HostPolicy) -> Iterator[EntityRule]:
    for applied in host.tiers:
        for policy in (*applied.sure, *applied.perhaps):
            for rule in policy.ingress:
                yield rule.destination


def _span(port: int | str) -> Iterator[tuple[int, int]]:
    if isinstance(port, int):
        yield port, port
        return
    low, _, high = port.partition(":")
    if low.isdigit() and (high or low).isdigit():
        yield int(low), int(high or low)
