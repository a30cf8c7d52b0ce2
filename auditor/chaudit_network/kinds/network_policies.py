"""Kubernetes' own policies for pods (https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/).

Calico has a kind of its own that is called NetworkPolicy, too; it is in `calico_policy`.
"""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.label_selectors import LabelSelector

_ADMIN_GROUP = "policy.networking.k8s.io"


class IPBlock(Record, frozen=True, gc=False):
    """A network without some parts of it."""

    cidr: str
    excluded: tuple[str, ...] = msgspec.field(default=(), name="except")


class NetworkPolicyPeer(Record, frozen=True, gc=False):
    """Who may send: addresses, or pods. Pods without a namespace selector are those of the policy's own namespace."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = msgspec.field(default=None, name="ipBlock")


class NetworkPolicyPort(Record, frozen=True, gc=False):
    """A port by number or name, a range from it to `end_port`, or, without it, every port of the protocol."""

    port: int | str | None = None
    end_port: int | None = None
    protocol: str = "TCP"


class NetworkPolicyIngressRule(Record, frozen=True, gc=False):
    """What is allowed in. No peers mean anybody, no ports mean all of them."""

    peers: tuple[NetworkPolicyPeer, ...] = msgspec.field(default=(), name="from")
    ports: tuple[NetworkPolicyPort, ...] = ()


class NetworkPolicySpec(Record, frozen=True, gc=False):
    """Which pods are isolated, in which directions, and what is nevertheless allowed in."""

    pod_selector: LabelSelector = LabelSelector()
    policy_types: tuple[str, ...] = ()
    ingress: tuple[NetworkPolicyIngressRule, ...] = ()


class NetworkPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """networking.k8s.io/v1 NetworkPolicy, for the pods of one namespace."""

    spec: NetworkPolicySpec = NetworkPolicySpec()


class NamespacedPods(Record, frozen=True, gc=False):
    """Pods by their labels, in namespaces by theirs."""

    namespace_selector: LabelSelector = LabelSelector()
    pod_selector: LabelSelector = LabelSelector()


class AdminPolicySubject(Record, frozen=True, gc=False):
    """Whom an administrator's policy is about: all pods of some namespaces, or some pods."""

    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None


class AdminPolicyRule(Record, frozen=True, gc=False):
    """A rule of an administrator's policy; that it is there is all that matters here."""


class AdminPolicySpec(Record, frozen=True, gc=False):
    """What is read of an administrator's policy. Its rules about incoming packets name pods as senders, no others."""

    subject: AdminPolicySubject = AdminPolicySubject()
    ingress: tuple[AdminPolicyRule, ...] = ()


class AdminNetworkPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A policy that comes before every NetworkPolicy."""

    spec: AdminPolicySpec = AdminPolicySpec()


class BaselineAdminNetworkPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A policy for what no NetworkPolicy is about."""

    spec: AdminPolicySpec = AdminPolicySpec()


class ClusterNetworkPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The successor of both, in the tier Admin or Baseline."""

    spec: AdminPolicySpec = AdminPolicySpec()


NETWORK_POLICIES = Source(
    "network-policies",
    NetworkPolicy,
    served_as=(Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"),),
)
ADMIN_NETWORK_POLICIES = Source(
    "admin-network-policies",
    AdminNetworkPolicy,
    served_as=(Resource(_ADMIN_GROUP, "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy"),),
)
BASELINE_ADMIN_NETWORK_POLICIES = Source(
    "baseline-admin-network-policies",
    BaselineAdminNetworkPolicy,
    served_as=(Resource(_ADMIN_GROUP, "v1alpha1", "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy"),),
)
CLUSTER_NETWORK_POLICIES = Source(
    "cluster-network-policies",
    ClusterNetworkPolicy,
    served_as=tuple(
        Resource(_ADMIN_GROUP, version, "clusternetworkpolicies", "ClusterNetworkPolicy")
        for version in ("v1beta1", "v1alpha2")
    ),
)
