"""Policies of Kubernetes in Calico's terms, as Calico itself translates them.

See libcalico-go/lib/backend/k8s/conversion/conversion.go (K8sNetworkPolicyToCalico).
"""

from collections.abc import Iterator

from chaudit_network.kinds.calico_policy import DEFAULT_TIER, EntityRule, PolicyRule
from chaudit_network.kinds.label_selectors import LabelSelector, LabelSelectorRequirement
from chaudit_network.kinds.network_policies import (
    NetworkPolicy,
    NetworkPolicyIngressRule,
    NetworkPolicyPeer,
    NetworkPolicyPort,
)
from chaudit_network.policy.labels import KUBERNETES, ORCHESTRATOR
from chaudit_network.policy.policy import Policy
from chaudit_network.policy.selection import confined
from chaudit_network.selectors.terms import Comparison, Has, In, NotIn, Operator

ORDER = 1000.0
"""Of every NetworkPolicy, in the default tier."""


def converted(policy: NetworkPolicy) -> Policy:
    """Return a NetworkPolicy: what it selects is isolated, and each of its rules allows.

    The API server fills in policyTypes; before it did, policies were about incoming packets.
    """
    rules = [
        (number, confined(rule, policy.namespace))
        for number, said in enumerate(policy.spec.ingress, 1)
        for rule in _rules(said)
    ]
    return Policy(
        kind="NetworkPolicy",
        name=policy.name,
        namespace=policy.namespace,
        tier=DEFAULT_TIER,
        order=ORDER,
        ingress=tuple(rule for _, rule in rules),
        types=frozenset(policy.spec.policy_types) or frozenset({"Ingress"}),
        selector=pods(policy.spec.pod_selector),
        numbers=tuple(number for number, _ in rules),
    )


def pods(selector: LabelSelector | None) -> str:
    """Return the selector of pods and nothing else; without one, of all of them."""
    only_pods = Comparison(ORCHESTRATOR, Operator.EQUALS, KUBERNETES)
    return " && ".join([str(only_pods), *_conditions(selector or LabelSelector())])


def namespaces(selector: LabelSelector | None) -> str:
    """Return the selector of namespaces: all of them if it has no condition, and no selector if there is none."""
    if selector is None:
        return ""
    return " && ".join(_conditions(selector)) or "all()"


def _conditions(selector: LabelSelector) -> Iterator[str]:
    for label, value in sorted(selector.match_labels.items()):
        yield str(Comparison(label, Operator.EQUALS, value))
    yield from map(_condition, selector.match_expressions)


def _condition(requirement: LabelSelectorRequirement) -> str:
    match requirement.operator:
        case "In":
            return str(In(requirement.key, frozenset(requirement.values)))
        case "NotIn":
            return str(NotIn(requirement.key, frozenset(requirement.values)))
        case "Exists":
            return str(Has(requirement.key))
        case "DoesNotExist":
            return f"!{Has(requirement.key)}"


def _rules(said: NetworkPolicyIngressRule) -> Iterator[PolicyRule]:
    for port in said.ports or (None,):
        for peer in said.peers or (None,):
            yield PolicyRule(
                action="Allow",
                protocol=port.protocol if port else None,
                source=_source(peer) if peer else EntityRule(),
                destination=EntityRule(ports=_ports(port)) if port else EntityRule(),
            )


def _source(peer: NetworkPolicyPeer) -> EntityRule:
    if peer.ip_block:
        return EntityRule(nets=(peer.ip_block.cidr,), not_nets=peer.ip_block.excluded)
    return EntityRule(selector=pods(peer.pod_selector), namespace_selector=namespaces(peer.namespace_selector))


def _ports(port: NetworkPolicyPort) -> tuple[int | str, ...]:
    if port.port is None:
        return ()
    return (port.port,) if port.end_port is None else (f"{port.port}:{port.end_port}",)
