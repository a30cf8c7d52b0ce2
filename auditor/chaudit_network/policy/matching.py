"""Which sources a rule of Calico matches, for one packet whose destination is known.

See https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy#rule.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, reduce
from ipaddress import IPv4Address, IPv6Address

import msgspec

from chaudit import CannotTellError
from chaudit_network.addresses import parse_network
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import EntityRule, PolicyRule
from chaudit_network.policy.evaluation import Match

_PROTOCOLS: Mapping[str, int] = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132, "udplite": 136}
"""Protocols that Calico takes by name (numbers: https://www.iana.org/assignments/protocol-numbers)."""


class Packet(msgspec.Struct, frozen=True, dict=True):
    """The known side of a packet, as it is at this point of its way: protocol, and where it goes.

    The protocol is a name, or a number in digits. `port_names` are the names under which the destination offers the
    port.
    """

    destination: IPv4Address | IPv6Address
    protocol: str
    port: int
    port_names: frozenset[str] = frozenset()

    @property
    def family(self) -> int:
        """The IP version, 4 or 6."""
        return self.destination.version

    @cached_property
    def everyone(self) -> Intervals:
        """All possible sources."""
        return Intervals.all_addresses(self.family)


Resolver = Callable[[str, str, int], Intervals]
"""From (selector, namespace selector, family) to the addresses of what they select.

It raises CannotTellError where these cannot be known.
"""


def matches(rule: PolicyRule, packet: Packet, resolve: Resolver) -> Match:
    """Return the sources a rule matches: all that it says must hold. What cannot be told holds perhaps, for anybody."""
    try:
        if not _suits(rule, packet):
            return Match(Intervals(), Intervals())
        return reduce(_both, _criteria(rule, packet, resolve), Match(packet.everyone, packet.everyone))
    except CannotTellError:  # a protocol that is none
        return Match(Intervals(), packet.everyone)


def _both(one: Match, other: Match) -> Match:
    return Match(one.sure & other.sure, one.maybe & other.maybe)


def _suits(rule: PolicyRule, packet: Packet) -> bool:
    """Whether family and protocol leave anything to match; an ICMP criterion never fits a protocol with ports."""
    if rule.ip_version not in {None, packet.family} or rule.icmp or rule.not_icmp:
        return False
    number = _protocol(packet.protocol)
    if rule.protocol is not None and _protocol(rule.protocol) != number:
        return False
    return rule.not_protocol is None or _protocol(rule.not_protocol) != number


def _protocol(named: int | str) -> int:
    if isinstance(named, int):
        return named
    if named.isdigit():
        return int(named)
    if named.lower() not in _PROTOCOLS:
        raise CannotTellError(f"protocol {named!r} is not known")
    return _PROTOCOLS[named.lower()]


def _criteria(rule: PolicyRule, packet: Packet, resolve: Resolver) -> Iterator[Match]:
    yes, perhaps = Match(packet.everyone, packet.everyone), Match(Intervals(), packet.everyone)
    if rule.http:  # decided on layer 7, by a proxy that may not be there
        yield perhaps
    for is_met in _destination(rule.destination, packet, resolve):
        yield perhaps if is_met is None else yes if is_met else Match(Intervals(), Intervals())
    for sources in _source(rule.source, packet, resolve):
        yield perhaps if sources is None else Match(sources, sources)


def _destination(rule: EntityRule, packet: Packet, resolve: Resolver) -> Iterator[bool | None]:
    """Yield whether each criterion is met; None where that cannot be told."""
    address = int(packet.destination)
    if rule.nets:
        yield _is_in(_addresses(rule.nets, packet.family), address)
    if rule.not_nets:
        yield _is_in(_outside(rule.not_nets, packet.family), address)
    if rule.ports:
        yield _offers(rule.ports, packet)
    if rule.not_ports:
        yield not _offers(rule.not_ports, packet)
    if rule.selector or rule.namespace_selector:
        yield _is_in(_resolved(resolve, rule.selector, rule.namespace_selector, packet.family), address)
    if rule.not_selector:
        selected = _resolved(resolve, rule.not_selector, rule.namespace_selector, packet.family)
        yield None if selected is None else address not in selected
    if rule.services or rule.service_accounts:
        yield None


def _source(rule: EntityRule, packet: Packet, resolve: Resolver) -> Iterator[Intervals | None]:
    """Yield the sources that meet each criterion; None where that cannot be told.

    A client chooses its own port, so that a source port is met perhaps, by anybody who cares to.
    """
    if rule.nets:
        yield _addresses(rule.nets, packet.family)
    if rule.not_nets:
        yield _outside(rule.not_nets, packet.family)
    if rule.selector or rule.namespace_selector:
        yield _resolved(resolve, rule.selector, rule.namespace_selector, packet.family)
    if rule.not_selector:
        selected = _resolved(resolve, rule.not_selector, rule.namespace_selector, packet.family)
        yield None if selected is None else packet.everyone - selected
    if rule.ports or rule.not_ports or rule.services or rule.service_accounts:
        yield None


def _is_in(addresses: Intervals | None, address: int) -> bool | None:
    return None if addresses is None else address in addresses


@lru_cache(maxsize=1 << 14)
def _addresses(nets: tuple[str, ...], family: int) -> Intervals | None:
    """Return the addresses of the nets; None where one of them is no network. Packets ask for the same ones again."""
    try:
        return Intervals.addresses(map(parse_network, nets), family)
    except CannotTellError:
        return None


def _outside(nets: tuple[str, ...], family: int) -> Intervals | None:
    """Return the addresses in none of the nets; where no net is of the family, Felix leaves the rule out of it.

    See FilterRuleToIPVersion in felix/rules/policy.go.
    """
    inside = _addresses(nets, family)
    return Intervals.all_addresses(family) - inside if inside else inside


def _offers(ports: Sequence[int | str], packet: Packet) -> bool:
    return any(_is_port(port, packet) for port in ports)


def _is_port(port: int | str, packet: Packet) -> bool:
    """Whether a port, a range `30000:32767`, or a name is the packet's."""
    if isinstance(port, int):
        return port == packet.port
    low, _, high = port.partition(":")
    if low.isdigit() and (high or low).isdigit():
        return int(low) <= packet.port <= int(high or low)
    return port in packet.port_names


def _resolved(resolve: Resolver, selector: str, namespace_selector: str, family: int) -> Intervals | None:
    try:
        return resolve(selector, namespace_selector, family)
    except CannotTellError:
        return None
