"""Generates host endpoints, their policies, and packets to them: few addresses and ports, so that rules often meet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from auditor.network.policy.naive import Host
from auditor.network.policy.naive_rules import Address, OnePacket
from chaudit import ObjectMeta
from chaudit_network.kinds.calico_policy import (
    ICMP,
    EntityRule,
    GlobalNetworkPolicy,
    HTTPMatch,
    PolicyRule,
    PolicySpec,
    ProtoPort,
    ServiceAccounts,
    ServiceReference,
    Tier,
    TierSpec,
)

T = TypeVar("T")

LABELS = {"role": "edge"}
"""Of the host endpoint."""

SOURCE_PORTS = (1, 1_024, 40_000)

_HOST = {4: ip_address("192.0.2.10"), 6: ip_address("2001:db8:1::10")}
_POD = {4: ip_address("172.16.0.5"), 6: ip_address("fd00::5")}
_TRUSTED = frozenset(map(ip_address, ("10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8::2")))
_TEAM = frozenset({*map(ip_address, ("10.0.0.1", "203.0.113.9", "2001:db8::1")), *_POD.values()})
_HOSTS = frozenset(_HOST.values())
_EVERYONE = _TRUSTED | _TEAM | _HOSTS | {ip_address("192.0.2.77"), ip_address("fd00::77")}

SOURCES = {family: sorted(one for one in _EVERYONE if one.version == family) for family in (4, 6)}

_NETS = (
    *("10.0.0.0/8", "10.0.0.1/32", "10.0.0.2", "192.0.2.0/24", "172.16.0.0/16", "203.0.113.8/29", "0.0.0.0/0"),
    *("2001:db8::/64", "2001:db8::1/128", "2001:db8:1::/48", "fd00::/8", "::/0"),
)
_PORTS = (22, 80, 30_080)
_PROTOCOLS = ("TCP", "tcp", "6", 6, "UDP", 17)

_SELECTORS = {"": _EVERYONE, "trusted == 'yes'": _TRUSTED, "role == 'edge'": _HOSTS, "nobody == 'here'": frozenset()}
_NAMESPACES = {"": _EVERYONE, "team == 'a'": _TEAM}
_UNKNOWN_SELECTORS = ("outside == 'api'",)
_UNKNOWN_NAMESPACES = ("foreign == 'b'",)

_SUBJECTS = (
    ("", "", "", True),
    ("all()", "", "", True),
    ("role == 'edge'", "", "", True),
    ("!has(other)", "", "", True),
    ("role == 'core'", "", "", False),
    ("role == 'edge'", "team == 'a'", "", False),
    ("role == 'edge'", "team != 'a'", "", True),
    ("", "team not in {'a'}", "", True),
    ("", "all()", "", False),
    ("all()", "team != 'a'", "", False),
    ("role == 'edge'", "", "app != 'x'", True),
    ("role == 'edge'", "", "all()", False),
)
"""Selector, namespaceSelector and serviceAccountSelector of a policy, and whether they select the host endpoint.

Felix asks an endpoint's own labels for `pcns.team`, which no host endpoint has, and takes `all()` beside such a
selector to mean all in namespaces (syncersv1/updateprocessors/globalnetworkpolicyprocessor.go).
"""
_UNREADABLE = ("role = 'edge'", "", "", None)


@dataclass(frozen=True)
class Doubts:
    """What may be in a world that those who read the API cannot know."""

    in_rules: bool = False
    about_subjects: bool = False
    about_source_ports: bool = False


@dataclass(frozen=True)
class World:
    """A host endpoint, and a packet from a source still to be chosen to it, or through it to a pod.

    With `ends_here` the translated packet is for a process of the host.
    """

    host: Host
    arriving: OnePacket
    translated: OnePacket | None
    ends_here: bool = False

    def sent_from(self, source: Address, port: int) -> tuple[OnePacket, OnePacket | None]:
        """Return the packet as it arrives, and as it goes on to a pod."""
        arriving = replace(self.arriving, source=source, source_port=port)
        return arriving, self.translated and replace(self.translated, source=source, source_port=port)


def selected(selector: str, namespaces: str) -> frozenset[Address] | None:
    """Return whom a selector within a namespace selector means; None where that is not known."""
    if selector in _SELECTORS and namespaces in _NAMESPACES:
        return _SELECTORS[selector] & _NAMESPACES[namespaces]
    return None


_Criteria = Mapping[tuple[str, str], Sequence[object]]
"""What a rule may say, by whom it says it of and the field it says it with."""

_ENDS = ("source", "destination")
_NET_LISTS = (*((net,) for net in _NETS), ("10.0.0.1", "2001:db8::1"), ("192.0.2.0/24", "10.0.0.0/8"))
_PORT_LISTS = ((22,), (80,), (80, 30_080), ("22:80",), ("30000:32767",), ("http",), (22, "http"))

_KNOWN: _Criteria = {
    **{(end, field): _NET_LISTS for end in _ENDS for field in ("nets", "not_nets")},
    **{(end, field): tuple(_SELECTORS) for end in _ENDS for field in ("selector", "not_selector")},
    **{(end, "namespace_selector"): tuple(_NAMESPACES) for end in _ENDS},
    **{("destination", field): _PORT_LISTS for field in ("ports", "not_ports")},
    **{("packet", field): (*_PROTOCOLS, "ICMP", "SCTP", 58) for field in ("protocol", "not_protocol")},
    ("packet", "ip_version"): (4, 6),
    ("packet", "icmp"): (ICMP(type=8),),
}
_DOUBTFUL: _Criteria = {
    **{(end, field): _UNKNOWN_SELECTORS for end in _ENDS for field in ("selector", "not_selector")},
    **{(end, "namespace_selector"): _UNKNOWN_NAMESPACES for end in _ENDS},
    **{(end, "services"): (ServiceReference("api"),) for end in _ENDS},
    **{(end, "service_accounts"): (ServiceAccounts(selector="app == 'web'"),) for end in _ENDS},
    ("packet", "http"): (HTTPMatch(),),
}
_ABOUT_SOURCE_PORTS: _Criteria = {
    ("source", field): ((1,), ("1:1024",), ("1024:65535",)) for field in ("ports", "not_ports")
}


def rules(doubts: Doubts) -> SearchStrategy[PolicyRule]:
    """Rules with no other doubts than these."""
    known = [_KNOWN]
    known += [_DOUBTFUL] if doubts.in_rules else []
    known += [_ABOUT_SOURCE_PORTS] if doubts.about_source_ports else []
    criterion = st.one_of(
        [st.tuples(st.just(place), st.sampled_from(values)) for criteria in known for place, values in criteria.items()]
    )
    return st.builds(_rule, st.sampled_from(("Allow", "Deny", "Log", "Pass")), st.lists(criterion, max_size=2))


def _rule(action: str, criteria: Sequence[tuple[tuple[str, str], object]]) -> PolicyRule:
    """Return the rule that says all of this; ports want a protocol that has some."""
    said: dict[str, dict[str, Any]] = {"packet": {}, "source": {}, "destination": {}}
    for (of, field), value in criteria:
        said[of][field] = value
    has_ports = any(name in said[end] for end in _ENDS for name in ("ports", "not_ports"))
    if has_ports and said["packet"].get("protocol") not in _PROTOCOLS:
        said["packet"]["protocol"] = "TCP"
    source, destination = EntityRule(**said["source"]), EntityRule(**said["destination"])
    return PolicyRule(action, source=source, destination=destination, **said["packet"])


def _mostly(usual: T, others: Iterable[T]) -> SearchStrategy[T]:
    return st.sampled_from((*[usual] * 2 * len(tuple(others)), *others))


_TIERS = ("platform", "security")
_CLASSES = ("doNotTrack", "preDNAT", "applyOnForward", "normal")
_TYPES = (("Ingress",), ("Ingress", "Egress"), ("Egress",), ())


def _spec(
    kind: str,
    tier: str,
    order: float | None,
    types: tuple[str, ...],
    ingress: Sequence[PolicyRule],
    egress: Sequence[PolicyRule],
    subject: tuple[str, str, str, bool | None],
) -> tuple[PolicySpec, bool | None]:
    """Return a policy that Calico would take, and whether it selects the endpoint."""
    selector, namespaces, accounts, selects = subject
    spec = PolicySpec(
        tier=tier,
        order=order,
        selector=selector,
        namespace_selector=namespaces,
        service_account_selector=accounts,
        types=("Ingress",) if kind == "preDNAT" and types else types,
        ingress=tuple(ingress),
        egress=() if kind == "preDNAT" else tuple(egress),
        do_not_track=kind == "doNotTrack",
        pre_dnat=kind == "preDNAT",
        apply_on_forward=kind != "normal",
    )
    return spec, selects


def _specs(doubts: Doubts) -> SearchStrategy[tuple[PolicySpec, bool | None]]:
    subjects = (*_SUBJECTS, _UNREADABLE) if doubts.about_subjects else _SUBJECTS
    tiers = (*_TIERS, "kube-admin", "gone") if doubts.about_subjects else (*_TIERS, "kube-admin")
    return st.builds(
        _spec,
        _mostly("applyOnForward", _CLASSES),
        _mostly("default", tiers),
        st.sampled_from((None, 1.0, 2.0)),
        _mostly(_TYPES[0], _TYPES),
        st.lists(rules(doubts), max_size=3),
        st.lists(rules(doubts), max_size=2),
        _mostly(_SUBJECTS[0], subjects),
    )


_tiers = st.builds(TierSpec, st.sampled_from((None, 10.0, 500.0, 2_000_000.0)), st.sampled_from(("Deny", "Pass")))
_failsafe_ports: SearchStrategy[list[ProtoPort]] = st.just([]) | st.lists(
    st.builds(ProtoPort, st.sampled_from(_PORTS), st.sampled_from(("tcp", "udp")), _mostly("", _NETS)), max_size=2
)


def _host(
    names: Sequence[str],
    specs: Sequence[tuple[PolicySpec, bool | None]],
    tiers: Sequence[TierSpec],
    failsafe_ports: Sequence[ProtoPort],
    allows_by_default: bool,
) -> Host:
    named = dict(zip(names, specs, strict=False))
    return Host(
        policies=tuple(
            GlobalNetworkPolicy(metadata=ObjectMeta(name=name), spec=spec) for name, (spec, _) in named.items()
        ),
        selects={name: selects for name, (_, selects) in named.items()},
        tiers=tuple(Tier(metadata=ObjectMeta(name=name), spec=spec) for name, spec in zip(_TIERS, tiers, strict=True)),
        failsafe_ports=tuple(failsafe_ports),
        allows_by_default=allows_by_default,
        selected=selected,
    )


_SOMEWHERE = st.sampled_from(_PORTS), st.sampled_from((frozenset[str](), frozenset({"http"})))


def _packet(family: int, protocol: str, port: int, names: frozenset[str]) -> OnePacket:
    return OnePacket(_HOST[family], SOURCE_PORTS[0], _HOST[family], port, protocol, names)


packets = st.builds(_packet, st.sampled_from((4, 6)), st.sampled_from(("TCP", "UDP")), *_SOMEWHERE)


def worlds(doubts: Doubts) -> SearchStrategy[World]:
    """Worlds with no other doubts than these."""
    hosts = st.builds(
        _host,
        st.permutations("abcd"),
        st.lists(_specs(doubts), min_size=2, max_size=4),
        st.tuples(_tiers, _tiers),
        _failsafe_ports,
        st.booleans(),
    )
    to_process = st.builds(World, hosts, packets, st.none())
    to_process_translated = st.builds(_within, hosts, packets, *_SOMEWHERE)
    return to_process | to_process_translated | st.builds(_through, hosts, packets, *_SOMEWHERE)


def worlds_of_pods(doubts: Doubts) -> SearchStrategy[World]:
    """Worlds in which packets go on to a pod."""
    return worlds(doubts).filter(lambda world: world.translated is not None and not world.ends_here)


def _through(host: Host, packet: OnePacket, port: int, names: frozenset[str]) -> World:
    translated = replace(packet, destination=_POD[packet.destination.version], port=port, port_names=names)
    return World(host, packet, translated)


def _within(host: Host, packet: OnePacket, port: int, names: frozenset[str]) -> World:
    return World(host, packet, replace(packet, port=port, port_names=names), ends_here=True)
