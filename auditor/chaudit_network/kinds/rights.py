"""Kinds of `rbac.authorization.k8s.io`: who may do what (https://kubernetes.io/docs/reference/access-authn-authz/rbac/)."""

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.label_selectors import LabelSelector

_GROUP = "rbac.authorization.k8s.io"


class PolicyRule(Record, frozen=True, gc=False):
    """Verbs on resources of API groups; `*` means every one. Rules add up, and none takes a right away."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


class AggregationRule(Record, frozen=True, gc=False):
    """Which cluster roles a role takes its rules from; a controller copies them into the role."""

    cluster_role_selectors: tuple[LabelSelector, ...] = ()


class ClusterRole(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Rights that a binding gives everywhere or in one namespace."""

    rules: tuple[PolicyRule, ...] = ()
    aggregation_rule: AggregationRule | None = None


class Role(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Rights in one namespace."""

    rules: tuple[PolicyRule, ...] = ()


class RoleRef(Record, frozen=True, gc=False):
    """The role that is given, a ClusterRole, or a Role of the binding's namespace."""

    kind: str
    name: str


class RightsSubject(Record, frozen=True, gc=False):
    """Who is given a role: a User, a Group or a ServiceAccount."""

    kind: str
    name: str
    namespace: str = ""


class ClusterRoleBinding(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Gives rights everywhere."""

    role_ref: RoleRef
    subjects: tuple[RightsSubject, ...] = ()


class RoleBinding(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Gives rights in its own namespace."""

    role_ref: RoleRef
    subjects: tuple[RightsSubject, ...] = ()


CLUSTER_ROLES = Source("cluster-roles", ClusterRole, served_as=(Resource(_GROUP, "v1", "clusterroles", "ClusterRole"),))
ROLES = Source("roles", Role, served_as=(Resource(_GROUP, "v1", "roles", "Role"),))
CLUSTER_ROLE_BINDINGS = Source(
    "cluster-role-bindings",
    ClusterRoleBinding,
    served_as=(Resource(_GROUP, "v1", "clusterrolebindings", "ClusterRoleBinding"),),
)
ROLE_BINDINGS = Source("role-bindings", RoleBinding, served_as=(Resource(_GROUP, "v1", "rolebindings", "RoleBinding"),))
