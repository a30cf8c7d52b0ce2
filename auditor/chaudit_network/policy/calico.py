"""Policies of Calico's own kinds, with what their fields mean where they are absent.

See https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy and networkpolicy next to it.
"""

from chaudit_network.kinds.calico_policy import DEFAULT_TIER, GlobalNetworkPolicy, NetworkPolicy, PolicyRule
from chaudit_network.policy.policy import LAST, Policy, Stage
from chaudit_network.policy.selection import confined

_BOTH = frozenset({"Ingress", "Egress"})
"""The types of a policy that names none. Calico's API fills them in from the rules that are there, but Felix takes one
that was written past it, straight into the custom resource, to be about both directions (felix/calc/policy_sorter.go).
"""


def converted(policy: GlobalNetworkPolicy | NetworkPolicy) -> Policy:
    """Return a policy of Calico, its rules with the namespace written out in which they stay."""
    spec = policy.spec
    return Policy(
        kind="Calico NetworkPolicy" if policy.namespace else "GlobalNetworkPolicy",
        name=policy.name,
        namespace=policy.namespace,
        tier=spec.tier or DEFAULT_TIER,
        order=LAST if spec.order is None else spec.order,
        ingress=_confined(policy, spec.ingress),
        egress=_confined(policy, spec.egress),
        types=_types(policy),
        selector=spec.selector,
        namespace_selector=spec.namespace_selector,
        service_account_selector=spec.service_account_selector,
        stage=_stage(policy),
        on_forward=spec.apply_on_forward,
    )


def _confined(policy: GlobalNetworkPolicy | NetworkPolicy, rules: tuple[PolicyRule, ...]) -> tuple[PolicyRule, ...]:
    return tuple(confined(rule, policy.namespace) for rule in rules) if policy.namespace else rules


def _types(policy: GlobalNetworkPolicy | NetworkPolicy) -> frozenset[str]:
    """Return the directions of a policy; before DNAT there are none but incoming packets."""
    named = frozenset(map(str.capitalize, policy.spec.types)) or _BOTH
    return named - {"Egress"} if _stage(policy) is Stage.PRE_DNAT else named


def _stage(policy: GlobalNetworkPolicy | NetworkPolicy) -> Stage:
    if policy.spec.do_not_track:
        return Stage.UNTRACKED
    return Stage.PRE_DNAT if policy.spec.pre_dnat else Stage.NORMAL
