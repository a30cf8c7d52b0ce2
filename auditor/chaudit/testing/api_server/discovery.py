"""What a server tells about itself: its version, the API groups, and the resources of each."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chaudit.testing.api_server.resources import ServedResource

_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_STAGES = ("alpha", "beta", None)
# What a server believes to be its address need not be how it is reached.
_REACHED_AT = {"clientCIDR": "0.0.0.0/0", "serverAddress": "192.0.2.1:6443"}


def version_document(git_version: str, minor: int) -> Mapping[str, str]:
    """The answer of `/version`."""
    return {
        "major": "1",
        "minor": str(minor),
        "gitVersion": git_version,
        "gitCommit": "0" * 40,
        "gitTreeState": "clean",
        "buildDate": "2024-01-01T00:00:00Z",
        "goVersion": "go1.21.8",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def discovery_document(segments: Sequence[str], resources: Sequence[ServedResource]) -> Mapping[str, Any] | None:
    """The answer of `/api`, `/apis` and the paths below them, or None where nothing of the kind is served."""
    match segments:
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [_REACHED_AT]}
        case ["apis"]:
            names = dict.fromkeys(resource.group for resource in resources if resource.group)
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name, resources) for name in names]}
        case ["apis", group] if any(resource.group == group for resource in resources):
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, resources)}
        case ["apis", group, version]:
            return _resources(group, version, resources)
        case ["api", version]:
            return _resources("", version, resources)
    return None


def _group(name: str, resources: Sequence[ServedResource]) -> dict[str, Any]:
    versions = sorted({r.version for r in resources if r.group == name}, key=_priority, reverse=True)
    served = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": served, "preferredVersion": served[0]}


def _resources(group: str, version: str, resources: Sequence[ServedResource]) -> dict[str, Any] | None:
    listed = [resource for resource in resources if (resource.group, resource.version) == (group, version)]
    if not listed:
        return None
    # The core group's answer is the only one without an apiVersion.
    type_meta = {"kind": "APIResourceList", **({"apiVersion": "v1"} if group else {})}
    group_version = {"groupVersion": listed[0].api_version}
    return {**type_meta, **group_version, "resources": [_resource(resource) for resource in listed]}


def _resource(resource: ServedResource) -> dict[str, Any]:
    return {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": bool(resource.namespaced),
        "kind": resource.kind,
        "verbs": _VERBS,
    }


def _priority(version: str) -> tuple[int, int, int]:
    """Order versions as Kubernetes does: stable above beta above alpha, then the higher number, others last.

    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/
    """
    parts = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if parts is None:
        return (-1, 0, 0)
    major, stage, minor = parts.groups()
    return (_STAGES.index(stage), int(major), int(minor or 0))
