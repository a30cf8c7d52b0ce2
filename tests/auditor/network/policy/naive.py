"""Walks Calico's documented chains with one packet at a time, by plain ifs: what evaluation of sets must agree with.

Written from the documentation (https://docs.tigera.io/calico/latest/reference/host-endpoints/summary, its neighbours
pre-dnat, forwarded and failsafe, and the pages of GlobalNetworkPolicy and Tier) and, where that is silent, from the
rules that Felix renders (felix/rules/policy.go and endpoints.go, named at the lines that need them). It shares no code
with what it judges; only the records of the API are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network

from auditor.network.policy.naive_rules import Ask, OnePacket, Selected, matches
from chaudit import ObjectMeta
from chaudit_network.kinds.calico_policy import GlobalNetworkPolicy, ProtoPort, Tier, TierSpec

BUILT_IN = (
    Tier(metadata=ObjectMeta(name="kube-admin"), spec=TierSpec(order=1_000, default_action="Pass")),
    Tier(metadata=ObjectMeta(name="default"), spec=TierSpec(order=1_000_000)),
    Tier(metadata=ObjectMeta(name="kube-baseline"), spec=TierSpec(order=10_000_000, default_action="Pass")),
)
"""The tiers that Calico always has (https://docs.tigera.io/calico/latest/network-policy/policy-tiers/tiered-policy)."""

FAILSAFE = "a failsafe port"
NOTHING = "no policy decides, which"
NO_PROFILE = "host endpoint without a policy that allows"


class Verdict(StrEnum):
    """What becomes of a packet. Untracked ones that should be translated are not: where they end nobody says."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNTRACKED = "untracked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a packet, and which rule or default decided it."""

    verdict: Verdict
    by: str


@dataclass(frozen=True, slots=True)
class Host:
    """One host endpoint and all that is said about it.

    `selects` says of each policy whether it selects the endpoint; None where its selector is not understood.
    """

    policies: tuple[GlobalNetworkPolicy, ...]
    selects: Mapping[str, bool | None]
    tiers: tuple[Tier, ...]
    failsafe_ports: tuple[ProtoPort, ...]
    allows_by_default: bool
    selected: Selected


def decide(
    host: Host, arriving: OnePacket, translated: OnePacket | None, ask: Ask, *, ends_here: bool = False
) -> Outcome:
    """Send a packet to a process of the host, or, if it is translated, through the host to a pod.

    With `ends_here` the translated packet is for a process of the host, too.
    """
    if not _is_failsafe(host, arriving):
        untracked = _stage(host, "untracked", arriving, ask)
        if untracked and untracked.verdict is Verdict.ALLOWED and translated:
            return Outcome(Verdict.UNTRACKED, untracked.by)
        decided = untracked or _stage(host, "preDNAT", arriving, ask)
        if decided:
            return decided
    if translated and not ends_here:  # the forward chain alone has no failsafe ports
        return _stage(host, "forward", translated, ask) or Outcome(Verdict.ALLOWED, NOTHING)
    packet = translated or arriving
    if _is_failsafe(host, packet):
        return Outcome(Verdict.ALLOWED, FAILSAFE)
    default = Outcome(Verdict.ALLOWED, NOTHING) if host.allows_by_default else Outcome(Verdict.DENIED, NO_PROFILE)
    return _stage(host, "normal", packet, ask) or default


def let_in(host: Host, around: OnePacket, ask: Ask) -> Outcome:
    """Send a packet of a node, with another one in it, to the host.

    Felix accepts those of nodes in filter-INPUT before it asks the endpoint's normal policy (felix/rules/static.go,
    filterInputChain), but raw and mangle PREROUTING come before that.
    """
    if not _is_failsafe(host, around):
        decided = _stage(host, "untracked", around, ask) or _stage(host, "preDNAT", around, ask)
        if decided:
            return decided
    return Outcome(Verdict.ALLOWED, NOTHING)


def leave(host: Host, translated: OnePacket, ask: Ask) -> Outcome:
    """Send a packet that is forwarded out of the host, by the interface that this endpoint is about.

    No other policy than that which applies on forward is asked (felix/rules/static.go, StaticFilterForwardChains).
    """
    return _stage(host, "forward out", translated, ask) or Outcome(Verdict.ALLOWED, NOTHING)


def _is_failsafe(host: Host, packet: OnePacket) -> bool:
    for failsafe in host.failsafe_ports:
        if failsafe.port != packet.port or failsafe.protocol.lower() != packet.protocol.lower():
            continue
        if not failsafe.net or packet.source in ip_network(failsafe.net):
            return True
    return False


def _stage(host: Host, stage: str, packet: OnePacket, ask: Ask) -> Outcome | None:
    """Return what the policies of one class say; None where they let the packet go on."""
    for tier in _tiers(host):
        policies = [policy for policy in _policies(host, tier.name) if _applies(host, policy, stage, ask)]
        if not policies or (tier not in _known(host) and not ask(f"tier {tier.name} is enforced")):
            continue
        decided, rule = _first_match(host, policies, stage, packet, ask)
        if decided == "Allow":
            return Outcome(Verdict.ALLOWED, rule)
        if decided == "Deny":
            return Outcome(Verdict.DENIED, rule)
        if decided == "Pass":
            continue
        if stage in {"untracked", "preDNAT"}:
            continue  # no default drop
        if tier.spec.default_action != "Pass":
            return Outcome(Verdict.DENIED, f"the end of tier {tier.name}")
    return None


def _first_match(
    host: Host, policies: Sequence[GlobalNetworkPolicy], stage: str, packet: OnePacket, ask: Ask
) -> tuple[str | None, str]:
    for policy in policies:
        is_out = stage == "forward out"
        for number, rule in enumerate(policy.spec.egress if is_out else policy.spec.ingress, 1):
            place = f"GlobalNetworkPolicy {policy.name} {'egress rule' if is_out else 'rule'} {number}"
            if rule.action != "Log" and matches(rule, packet, host.selected, place, ask):
                return rule.action, place
    return None, ""


def _known(host: Host) -> list[Tier]:
    """Return the tiers that are there, and those that always are."""
    named = {tier.name for tier in host.tiers}
    return [*host.tiers, *(tier for tier in BUILT_IN if tier.name not in named)]


def _tiers(host: Host) -> list[Tier]:
    """Return the tiers by order, none last, and by name where equal; those that only policies speak of come last.

    Felix sorts the latter last and drops at their end (calc/policy_sorter.go, calc/policy_resolver.go); its older
    versions skip them.
    """

    def place(tier: Tier) -> tuple[bool, float, str]:
        return tier.spec.order is None, tier.spec.order or 0, tier.name

    known = _known(host)
    missing = {policy.spec.tier for policy in host.policies} - {tier.name for tier in known}
    return sorted(known, key=place) + [Tier(metadata=ObjectMeta(name=name)) for name in sorted(missing)]


def _policies(host: Host, tier: str) -> list[GlobalNetworkPolicy]:
    """Return the policies of a tier by order, none last, and by name where equal."""

    def place(policy: GlobalNetworkPolicy) -> tuple[bool, float, str]:
        return policy.spec.order is None, policy.spec.order or 0, policy.name

    return sorted((policy for policy in host.policies if policy.spec.tier == tier), key=place)


def _applies(host: Host, policy: GlobalNetworkPolicy, stage: str, ask: Ask) -> bool:
    """Whether the policy has a say at the stage; one that names no type is about both directions.

    So Felix takes it (felix/calc/policy_sorter.go, ExtractPolicyMetadata) where Calico's API did not fill them in.
    """
    wanted = "Egress" if stage == "forward out" else "Ingress"
    if (policy.spec.types and wanted not in policy.spec.types) or stage not in _stages(policy):
        return False
    selects = host.selects[policy.name]
    return ask(f"{policy.name} selects the endpoint") if selects is None else selects


def _stages(policy: GlobalNetworkPolicy) -> set[str]:
    if policy.spec.do_not_track:
        return {"untracked"}
    if policy.spec.pre_dnat:
        return {"preDNAT"}
    return {"normal", "forward", "forward out"} if policy.spec.apply_on_forward else {"normal"}
