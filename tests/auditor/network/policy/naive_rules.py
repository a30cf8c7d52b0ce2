"""Says of one rule whether it matches one packet, by plain ifs; `naive` walks the chains with it.

Written from https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy (Rule, EntityRule, Ports) and,
where that is silent, from the rules that Felix renders. It shares no code with what it judges.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TypeVar

from chaudit_network.kinds.calico_policy import EntityRule, PolicyRule

T = TypeVar("T")

Address = IPv4Address | IPv6Address

Ask = Callable[[str], bool]
"""Answers what nobody who reads the API can know; the question names the place in the policy that asks."""

Selected = Callable[[str, str], frozenset[Address] | None]
"""Answers whom a selector within a namespace selector means; None where that is not known."""

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "sctp": 132, "udplite": 136}


@dataclass(frozen=True, slots=True)
class OnePacket:
    """A packet as it is before or after translation."""

    source: Address
    source_port: int
    destination: Address
    port: int
    protocol: str
    port_names: frozenset[str] = frozenset()


def every_answer(judge: Callable[[Ask], T]) -> Iterator[T]:
    """Yield what is judged under every combination of answers to what cannot be known."""
    pending: list[dict[str, bool]] = [{}]
    while pending:
        answers = pending.pop()

        def answer(question: str, known: dict[str, bool] = answers) -> bool:
            if question not in known:
                pending.append(known | {question: False})
                known[question] = True
            return known[question]

        yield judge(answer)


def matches(rule: PolicyRule, packet: OnePacket, selected: Selected, place: str, ask: Ask) -> bool:
    """Whether all that the rule says holds; `place` is where the rule stands."""
    if rule.ip_version is not None and rule.ip_version != packet.source.version:
        return False
    if rule.icmp or rule.not_icmp:
        return False  # only ICMP has types, and needs to be named as protocol
    if rule.protocol is not None and not _is_protocol(rule.protocol, packet):
        return False
    if rule.not_protocol is not None and _is_protocol(rule.not_protocol, packet):
        return False
    if rule.http and not ask(f"{place}: http"):
        return False
    source = _End(packet.source, packet.source_port, frozenset(), f"{place}: source")
    destination = _End(packet.destination, packet.port, packet.port_names, f"{place}: destination")
    return all(
        (*_criteria(rule.source, source, selected, ask), *_criteria(rule.destination, destination, selected, ask))
    )


def _is_protocol(said: int | str, packet: OnePacket) -> bool:
    return _number(said) == _number(packet.protocol)


def _number(protocol: int | str) -> int:
    return int(protocol) if str(protocol).isdigit() else PROTOCOLS[str(protocol).lower()]


@dataclass(frozen=True, slots=True)
class _End:
    """One end of the packet, and where in the policy it is asked about."""

    address: Address
    port: int
    port_names: frozenset[str]
    place: str


def _criteria(said: EntityRule, end: _End, selected: Selected, ask: Ask) -> Iterator[bool]:
    """Yield whether each criterion about one end is met."""
    if said.nets:
        yield _is_in(said.nets, end)
    if said.not_nets:
        # Felix leaves a rule out of the family of which none of its notNets is (FilterRuleToIPVersion in policy.go).
        yield _has_family(said.not_nets, end) and not _is_in(said.not_nets, end)
    if said.ports:
        yield any(_is_port(port, end) for port in said.ports)
    if said.not_ports:
        yield not any(_is_port(port, end) for port in said.not_ports)
    if said.selector or said.namespace_selector:
        yield _is_selected(selected, said.selector, said.namespace_selector, end, ask)
    if said.not_selector:
        negated = replace(end, place=f"{end.place}, not")
        yield not _is_selected(selected, said.not_selector, said.namespace_selector, negated, ask)
    if said.services:
        yield ask(f"{end.place}: services")
    if said.service_accounts:
        yield ask(f"{end.place}: serviceAccounts")


def _is_in(nets: Sequence[str], end: _End) -> bool:
    return any(end.address in ip_network(net) for net in nets)


def _has_family(nets: Sequence[str], end: _End) -> bool:
    return any(ip_network(net).version == end.address.version for net in nets)


def _is_port(said: int | str, end: _End) -> bool:
    if isinstance(said, int):
        return said == end.port
    if ":" in said:
        first, last = said.split(":")
        return int(first) <= end.port <= int(last)
    return said in end.port_names


def _is_selected(selected: Selected, selector: str, namespaces: str, end: _End, ask: Ask) -> bool:
    found = selected(selector, namespaces)
    return ask(f"{end.place}: {selector!r} in {namespaces!r}") if found is None else end.address in found
