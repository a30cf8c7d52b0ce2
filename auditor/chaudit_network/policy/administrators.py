"""Policies of cluster administrators (policy.networking.k8s.io): noticed, but their rules are not evaluated.

Such a rule names pods of some namespaces as senders of incoming packets, and nobody else (apis/v1alpha1 and v1beta1 of
https://github.com/kubernetes-sigs/network-policy-api); Calico takes it to mean their NetworkSets, too
(libcalico-go/lib/backend/k8s/conversion/clusternetworkpolicy.go). So what becomes of packets from what is in a
namespace cannot be told, and of others nothing changes.
"""

from collections.abc import Iterator

from chaudit import Reading, view
from chaudit_network.kinds.calico_policy import EntityRule, PolicyRule
from chaudit_network.kinds.network_policies import (
    ADMIN_NETWORK_POLICIES,
    BASELINE_ADMIN_NETWORK_POLICIES,
    CLUSTER_NETWORK_POLICIES,
    AdminNetworkPolicy,
    AdminPolicySubject,
    BaselineAdminNetworkPolicy,
    ClusterNetworkPolicy,
    NamespacedPods,
)
from chaudit_network.policy.evaluation import Action
from chaudit_network.policy.kubernetes import namespaces, pods
from chaudit_network.policy.policies import OrderedTier
from chaudit_network.policy.policy import Policy

AdminPolicy = AdminNetworkPolicy | BaselineAdminNetworkPolicy | ClusterNetworkPolicy

_NAME = "administrators"
_IN_NAMESPACES = EntityRule(namespace_selector="all()")
_ANYTHING = (PolicyRule("Allow", source=_IN_NAMESPACES), PolicyRule("Deny", source=_IN_NAMESPACES))


@view(ADMIN_NETWORK_POLICIES.reading, BASELINE_ADMIN_NETWORK_POLICIES.reading, CLUSTER_NETWORK_POLICIES.reading)
def administrators_tier(
    admin: Reading[AdminNetworkPolicy],
    baseline: Reading[BaselineAdminNetworkPolicy],
    cluster: Reading[ClusterNetworkPolicy],
) -> OrderedTier:
    """Gather the policies of administrators, in a tier of which only is known that it may be there."""
    noticed = (policy for reading in (admin, baseline, cluster) for policy in _noticed(reading))
    return OrderedTier(_NAME, 0, Action.PASS, tuple(noticed), is_known=False)


def _noticed(reading: Reading[AdminPolicy]) -> Iterator[Policy]:
    for policy in reading.objects:
        if policy.spec.ingress:
            subject = _subject(policy.spec.subject)
            yield _policy(f"{policy.name} (not evaluated)", type(policy).__name__, subject)
    if not reading.is_complete:
        yield _policy("(not read)", reading.source, NamespacedPods())


def _policy(name: str, kind: str, subject: NamespacedPods) -> Policy:
    return Policy(
        kind=kind,
        name=name,
        namespace="",
        tier=_NAME,
        order=0,
        ingress=_ANYTHING,
        types=frozenset({"Ingress"}),
        selector=pods(subject.pod_selector),
        namespace_selector=namespaces(subject.namespace_selector),
    )


def _subject(subject: AdminPolicySubject) -> NamespacedPods:
    if subject.pods:
        return subject.pods
    return NamespacedPods(namespace_selector=subject.namespaces) if subject.namespaces else NamespacedPods()
