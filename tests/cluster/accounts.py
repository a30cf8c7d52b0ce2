"""ServiceAccounts that are bound to exactly one role each, and known to be."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cluster.control_plane import ControlPlane

_NAMESPACE = "chaudit"
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_POLLS = 100
_POLL_SECONDS = 0.1


def bound_accounts(plane: ControlPlane, cluster_roles: Iterable[Mapping[str, Any]]) -> list[str]:
    """Bind an account named like it to each role; return their tokens once the server knows of their rights."""
    plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE}}])
    roles = list(cluster_roles)
    tokens = [_bound(plane, role) for role in roles]
    for role, token in zip(roles, tokens, strict=True):
        _wait_for_rights(plane, token, role["rules"][-1])
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


def _wait_for_rights(plane: ControlPlane, token: str, rule: Mapping[str, Sequence[str]]) -> None:
    """The authorizer learns of roles and bindings a moment after they are applied."""
    attributes = {
        "group": rule["apiGroups"][0],
        "resource": rule["resources"][0],
        "verb": rule["verbs"][0],
        "name": rule.get("resourceNames", [""])[0],
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    for _ in range(_POLLS):
        if plane.request("POST", _REVIEWS, review, token=token).body["status"]["allowed"]:
            return
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"{attributes} were not granted within {_POLLS * _POLL_SECONDS:g} s")
