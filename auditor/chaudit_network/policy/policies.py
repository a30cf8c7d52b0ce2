"""Policies in the order in which Felix applies them, and which of them speak of an endpoint.

See felix/calc/policy_sorter.go and https://docs.tigera.io/calico/latest/network-policy/policy-tiers/tiered-policy.
"""

from collections.abc import Iterable, Mapping

import msgspec

from chaudit_network.kinds.calico_policy import DEFAULT_TIER, GlobalNetworkPolicy, NetworkPolicy, Tier
from chaudit_network.policy import calico
from chaudit_network.policy.evaluation import Action
from chaudit_network.policy.labels import Labels
from chaudit_network.policy.policy import LAST, Policy, Stage

_BUILT_IN_TIERS: Mapping[str, float] = {"kube-admin": 1_000, DEFAULT_TIER: 1_000_000, "kube-baseline": 10_000_000}
"""Tiers that exist without an object, with their orders (api/pkg/apis/projectcalico/v3/tier.go)."""

_PASSING_TIERS = frozenset({"kube-admin", "kube-baseline"})
"""Those of them at whose end packets go on."""


class OrderedTier(msgspec.Struct, frozen=True, eq=False):
    """A tier with its policies in order. One without a Tier object, not built in, is not known to be enforced."""

    name: str
    order: float
    default_action: Action
    policies: tuple[Policy, ...]
    is_known: bool = True


class AppliedTier(msgspec.Struct, frozen=True):
    """A tier as one endpoint meets it: the policies that select it surely, and those that may."""

    tier: OrderedTier
    sure: tuple[Policy, ...]
    perhaps: tuple[Policy, ...]


def in_order(
    tiers: Iterable[Tier],
    policies: Iterable[GlobalNetworkPolicy | NetworkPolicy],
    converted: Iterable[Policy] = (),
) -> tuple[OrderedTier, ...]:
    """Return the tiers that hold a policy, in Felix's order; `converted` are policies of other kinds than Calico's."""
    objects = {tier.name: tier for tier in tiers}
    by_tier: dict[str, list[Policy]] = {}
    for policy in (*map(calico.converted, policies), *converted):
        by_tier.setdefault(policy.tier, []).append(policy)
    ordered = [_tier(name, objects.get(name), found) for name, found in by_tier.items()]
    return tuple(sorted(ordered, key=lambda tier: (tier.order, tier.name)))


def for_host(tiers: Iterable[OrderedTier], labels: Mapping[str, str]) -> tuple[AppliedTier, ...]:
    """Return the tiers with the policies that select a host endpoint; endpoints alike get equal answers."""
    return tuple(filter(None, (_applied(tier, tier.policies, labels) for tier in tiers)))


def for_pod(tiers: Iterable[OrderedTier], labels: Labels) -> tuple[AppliedTier, ...]:
    """Return the tiers with the policies that select a pod; untracked and preDNAT ones are about hosts alone."""
    return tuple(filter(None, (_applied(tier, filter(_is_normal_ingress, tier.policies), labels) for tier in tiers)))


def _is_normal_ingress(policy: Policy) -> bool:
    return Stage.NORMAL in policy.stages


def _applied(tier: OrderedTier, policies: Iterable[Policy], labels: Labels) -> AppliedTier | None:
    selected = {policy: policy.selects(labels) for policy in policies}
    sure = tuple(policy for policy, is_selected in selected.items() if is_selected and tier.is_known)
    perhaps = tuple(
        policy for policy, is_selected in selected.items() if is_selected is None or (is_selected and not tier.is_known)
    )
    return AppliedTier(tier, sure, perhaps) if sure or perhaps else None


def _tier(name: str, found: Tier | None, policies: Iterable[Policy]) -> OrderedTier:
    in_tier = tuple(sorted(policies, key=lambda policy: policy.sort_key))
    built_in = _BUILT_IN_TIERS.get(name, LAST)
    if found is None:
        end = Action.PASS if name in _PASSING_TIERS else Action.DENY
        return OrderedTier(name, built_in, end, in_tier, is_known=name in _BUILT_IN_TIERS)
    order = built_in if found.spec.order is None else found.spec.order
    return OrderedTier(name, order, Action(found.spec.default_action or Action.DENY), in_tier)
