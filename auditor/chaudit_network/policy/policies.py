"""Policies in the order in which Felix applies them, and which of them speak of an endpoint at a stage of its chains.

See felix/calc/policy_sorter.go and https://docs.tigera.io/calico/latest/reference/host-endpoints/summary.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chaudit_network.kinds.calico_policy import DEFAULT_TIER, GlobalNetworkPolicy, NetworkPolicy, PolicyRule, Tier
from chaudit_network.policy.evaluation import Action
from chaudit_network.selectors import Selector, SelectorError, parse

LAST = float("inf")
"""The order of a policy or tier that gives none."""

_BUILT_IN_TIERS: Mapping[str, float] = {"kube-admin": 1_000, DEFAULT_TIER: 1_000_000, "kube-baseline": 10_000_000}
"""Tiers that exist without an object, with their orders (api/pkg/apis/projectcalico/v3/tier.go)."""


class Stage(StrEnum):
    """Where in Felix's chains a packet is when policies of one class look at it."""

    UNTRACKED = "untracked"
    PRE_DNAT = "preDNAT"
    NORMAL = "normal"
    FORWARD = "applyOnForward"


@dataclass(frozen=True, eq=False)
class Policy:
    """One policy, of whichever kind, ready to be asked whom it speaks of."""

    kind: str
    name: str
    namespace: str
    tier: str
    order: float
    ingress: tuple[PolicyRule, ...]
    types: frozenset[str]
    selector: str
    namespace_selector: str
    service_account_selector: str
    stage: Stage
    on_forward: bool

    @property
    def title(self) -> str:
        """How reasons call it: kind and name as kubectl would show them."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    @property
    def sort_key(self) -> tuple[float, str, str]:
        """Order, then name: of two policies with the same order the earlier name comes first."""
        return self.order, self.name, self.namespace

    def is_at(self, stage: Stage) -> bool:
        """Whether its ingress rules are part of this stage; forwarded packets meet normal ones that ask for them."""
        if "Ingress" not in self.types:
            return False
        if stage is Stage.FORWARD:
            return self.stage is Stage.NORMAL and self.on_forward
        return self.stage is stage

    @cached_property
    def _selector(self) -> Selector | None:
        try:
            return parse(self.selector)
        except SelectorError:
            return None

    def selects_host(self, labels: Mapping[str, str]) -> bool | None:
        """Whether it applies to a host endpoint with these labels; None where its selector cannot be understood.

        A policy of a namespace, or one that asks for namespaces or service accounts, is about pods.
        """
        if self.namespace or self.namespace_selector or self.service_account_selector:
            return False
        return None if self._selector is None else self._selector.matches(labels)


@dataclass(frozen=True, eq=False)
class OrderedTier:
    """A tier with its policies in order. One without a Tier object, not built in, is not known to be enforced."""

    name: str
    order: float
    default_action: Action
    policies: tuple[Policy, ...]
    is_known: bool = True


@dataclass(frozen=True)
class AppliedTier:
    """A tier as one endpoint meets it: the policies that select it surely, and those that may."""

    tier: OrderedTier
    sure: tuple[Policy, ...]
    perhaps: tuple[Policy, ...]


def in_order(tiers: Iterable[Tier], policies: Iterable[GlobalNetworkPolicy | NetworkPolicy]) -> tuple[OrderedTier, ...]:
    """Return the tiers that hold a policy, in Felix's order."""
    objects = {tier.name: tier for tier in tiers}
    by_tier: dict[str, list[Policy]] = {}
    for policy in map(_policy, policies):
        by_tier.setdefault(policy.tier, []).append(policy)
    ordered = [_tier(name, objects.get(name), found) for name, found in by_tier.items()]
    return tuple(sorted(ordered, key=lambda tier: (tier.order, tier.name)))


def for_host(tiers: Iterable[OrderedTier], labels: Mapping[str, str]) -> tuple[AppliedTier, ...]:
    """Return the tiers with the policies that select a host endpoint; endpoints alike get equal answers."""
    return tuple(filter(None, (_applied(tier, labels) for tier in tiers)))


def _applied(tier: OrderedTier, labels: Mapping[str, str]) -> AppliedTier | None:
    selected = {policy: policy.selects_host(labels) for policy in tier.policies}
    sure = tuple(policy for policy, is_selected in selected.items() if is_selected and tier.is_known)
    perhaps = tuple(
        policy for policy, is_selected in selected.items() if is_selected is None or (is_selected and not tier.is_known)
    )
    return AppliedTier(tier, sure, perhaps) if sure or perhaps else None


def _tier(name: str, found: Tier | None, policies: Iterable[Policy]) -> OrderedTier:
    in_tier = tuple(sorted(policies, key=lambda policy: policy.sort_key))
    built_in = _BUILT_IN_TIERS.get(name, LAST)
    if found is None:
        end = Action.DENY if name == DEFAULT_TIER else Action.PASS
        return OrderedTier(name, built_in, end, in_tier, is_known=name in _BUILT_IN_TIERS)
    order = built_in if found.spec.order is None else found.spec.order
    return OrderedTier(name, order, Action(found.spec.default_action or Action.DENY), in_tier)


def _policy(policy: GlobalNetworkPolicy | NetworkPolicy) -> Policy:
    spec = policy.spec
    return Policy(
        kind=type(policy).__name__,
        name=policy.name,
        namespace=policy.namespace,
        tier=spec.tier or DEFAULT_TIER,
        order=LAST if spec.order is None else spec.order,
        ingress=spec.ingress,
        types=frozenset(spec.types) or _implied_types(policy),
        selector=spec.selector,
        namespace_selector=spec.namespace_selector,
        service_account_selector=spec.service_account_selector,
        stage=_stage(policy),
        on_forward=spec.apply_on_forward,
    )


def _stage(policy: GlobalNetworkPolicy | NetworkPolicy) -> Stage:
    if policy.spec.do_not_track:
        return Stage.UNTRACKED
    return Stage.PRE_DNAT if policy.spec.pre_dnat else Stage.NORMAL


def _implied_types(policy: GlobalNetworkPolicy | NetworkPolicy) -> frozenset[str]:
    """Return the directions of a policy that names none: egress alone if it has only such rules."""
    if policy.spec.egress:
        return frozenset({"Ingress", "Egress"} if policy.spec.ingress else {"Egress"})
    return frozenset({"Ingress"})
