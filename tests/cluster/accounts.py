"""ServiceAccounts that are bound to exactly one role each, and known to be."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cluster.control_plane import ControlPlane

_NAMESPACE = "chaudit"
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
_POLLS = 100
_POLL_SECONDS = 0.1


def bound_accounts(plane: ControlPlane, cluster_roles: Iterable[Mapping[str, Any]]) -> list[str]:
    """Bind an account named like it to each role; return their tokens once the server knows of their rights."""
    plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE}}])
    roles = list(cluster_roles)
    tokens = [_bound(plane, role) for role in roles]
    for role, token in zip(roles, tokens, strict=True):
        _wait_for_rights(plane, token, role)
    return tokens


def _bound(plane: ControlPlane, cluster_role: Mapping[str, Any]) -> str:
    name = cluster_role["metadata"]["name"]
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": _NAMESPACE}],
    }
    token = plane.service_account_token(_NAMESPACE, name)
    plane.apply([cluster_role, binding])
    return token


def _wait_for_rights(plane: ControlPlane, token: str, cluster_role: Mapping[str, Any]) -> None:
    """The authorizer learns of roles and bindings a moment after they are applied."""
    wanted = {_rights(rule) for rule in cluster_role["rules"]}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": _NAMESPACE},
    }
    for _ in range(_POLLS):
        known = plane.request("POST", _REVIEWS, review, token=token).body["status"]["resourceRules"]
        if wanted <= {_rights(rule) for rule in known}:
            return
        time.sleep(_POLL_SECONDS)
    raise AssertionError(
        f"not all of {cluster_role['metadata']['name']} was granted within {_POLLS * _POLL_SECONDS:g} s"
    )


def _rights(rule: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(rule.get(part, ())) for part in ("verbs", "apiGroups", "resources", "resourceNames"))
