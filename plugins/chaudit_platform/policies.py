"""Whether policies do what whoever wrote them may think."""

from chaudit import CannotTellError, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.frameworks import NIST
from chaudit_network.policy.policy import LAST, Policy
from chaudit_network.selectors import SelectorError, parse
from chaudit_network.views.policy_objects import PolicyObject, policy_objects
from chaudit_network.views.policy_standing import PolicyStanding, policy_standing
from chaudit_network.views.unread import Unread


@rule(
    "X-006",
    "Every policy can take effect, and in a known order",
    severity=Severity.MEDIUM,
    each=policy_objects,
    using=(policy_standing,),
    remediation="Correct the selector or the tier, or delete the policy. Give policies that decide differently on the "
    "same endpoints different values of `spec.order`, so that renaming one cannot turn the decision around.",
    references=(
        "https://docs.tigera.io/calico/latest/reference/resources/globalnetworkpolicy",
        "https://docs.tigera.io/calico/latest/network-policy/policy-tiers/tiered-policy",
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    ),
    controls=(NIST.at("CM-6"),),
)
def policy_can_take_effect(found: PolicyObject | Unread, standing: PolicyStanding) -> Verdicts:
    """A policy that selects nothing, or whose tier nobody made, protects nothing, and no error tells.

    It was written against something, which is open. The misspelt label looks like every other, and of two policies of
    one order the name decides which is asked first.
    """
    if isinstance(found, Unread):
        yield Unknown(found.reason)
        return
    unreadable = [*_unreadable(found)]
    yield from unreadable
    policy = found.policy
    if not standing.has_tier(policy):
        yield Violation(f"spec.tier is '{printable(policy.tier)}', but there is no Tier of this name")
    if not unreadable:
        yield from _selection(policy, standing)
        for rival in standing.rivals(policy):
            yield Violation(
                f"{_order(policy)}, like {printable(rival.title)}, which comes first only by its name: "
                "for endpoints of both, one allows what the other denies",
                {"order": None if policy.order == LAST else policy.order, "rival": rival.title},
            )


def _unreadable(found: PolicyObject) -> Verdicts:
    for where, text in found.selectors:
        try:
            parse(text)
        except SelectorError as gap:
            yield Unknown(f"{where}: {gap}")


def _selection(policy: Policy, standing: PolicyStanding) -> Verdicts:
    """Judge whom the policy is about. It may wait for pods that come and go, so that to find none weighs little."""
    try:
        if not standing.selects_something(policy):
            yield Violation(
                "it selects no pod and no host endpoint" if not policy.namespace else "it selects no pod",
                {"selector": policy.selector, "namespace_selector": policy.namespace_selector},
                severity=Severity.LOW,
            )
    except CannotTellError as gap:
        yield Unknown(str(gap))


def _order(policy: Policy) -> str:
    return "it has no order" if policy.order == LAST else f"its order is {policy.order:g}"
