"""Policies written down as the API has them, and what becomes of packets to a host endpoint that they select."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any

import msgspec

from chaudit import CannotTellError
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import GlobalNetworkPolicy, PolicyRule, ProtoPort, Tier
from chaudit_network.policy.chains import HostPolicy, Passage, enter
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.policies import for_host, in_order

Rule = Mapping[str, Any]

ALLOW: Rule = {"action": "Allow"}
DENY: Rule = {"action": "Deny"}
PASS: Rule = {"action": "Pass"}

CLASSES: Mapping[str, Mapping[str, bool]] = {
    "untracked": {"doNotTrack": True, "applyOnForward": True},
    "preDNAT": {"preDNAT": True, "applyOnForward": True},
    "normal": {},
    "forward": {"applyOnForward": True},
}
"""What a policy says to be of each class; one that applies on forward is a normal one besides."""

TRUSTED = "10.0.0.1"
ANYBODY = "203.0.113.9"


def rule(said: Rule) -> PolicyRule:
    return msgspec.convert(said, PolicyRule)


def rules_for(source: str, action: str, **said: object) -> Rule:
    return {"action": action, "source": {"nets": [source]}, **said}


def to_ports(action: str, *ports: int | str, protocol: str = "TCP") -> Rule:
    return {"action": action, "protocol": protocol, "destination": {"ports": list(ports)}}


def policy(name: str, *ingress: Rule, **spec: object) -> GlobalNetworkPolicy:
    said = {"metadata": {"name": name}, "spec": {"types": ["Ingress"], "ingress": ingress, **spec}}
    return msgspec.convert(said, GlobalNetworkPolicy)


def tier(name: str, order: float | None = None, action: str = "Deny") -> Tier:
    return msgspec.convert({"metadata": {"name": name}, "spec": {"order": order, "defaultAction": action}}, Tier)


def host(
    *policies: GlobalNetworkPolicy,
    tiers: Iterable[Tier] = (),
    labels: Mapping[str, str] = {},
    failsafe_ports: tuple[ProtoPort, ...] = (),
    allows_by_default: bool | None = False,
) -> HostPolicy:
    return HostPolicy(for_host(in_order(tiers, policies), labels), failsafe_ports, allows_by_default)


def packet(
    port: int, protocol: str = "TCP", destination: str = "192.0.2.10", names: frozenset[str] = frozenset()
) -> Packet:
    return Packet(ip_address(destination), protocol, port, names)


def unresolved(selector: str, namespace_selector: str, family: int) -> Intervals:
    raise CannotTellError(f"{selector} {namespace_selector} {family}")


def to_process(policies: HostPolicy, port: int = 80) -> Passage:
    return enter(policies, packet(port), None, unresolved)


def to_pod(policies: HostPolicy, port: int = 30_080, pod_port: int = 8_080) -> Passage:
    return enter(policies, packet(port), packet(pod_port, destination="172.16.0.5"), unresolved)


def verdict(passage: Passage, source: str = ANYBODY) -> str:
    number = int(ip_address(source))
    return "open" if number in passage.open else "closed" if number in passage.closed else "unknown"
