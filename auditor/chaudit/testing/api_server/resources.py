"""Which resources a Kubernetes API server serves, and what they are called in a URL."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

_NAMESPACED = {
    "v1": (
        *("ConfigMap", "Endpoints", "Event", "LimitRange", "PersistentVolumeClaim", "Pod", "PodTemplate"),
        *("ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount"),
    ),
    "apps/v1": ("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "autoscaling/v1": ("HorizontalPodAutoscaler",),
    "batch/v1": ("Job",),
    "coordination.k8s.io/v1": ("Lease",),
    "networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "rbac.authorization.k8s.io/v1": ("Role", "RoleBinding"),
}
_CLUSTER_SCOPED = {
    "v1": ("Namespace", "Node", "PersistentVolume"),
    "admissionregistration.k8s.io/v1": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
    "apiregistration.k8s.io/v1": ("APIService",),
    "networking.k8s.io/v1": ("IngressClass",),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding"),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "storage.k8s.io/v1": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
}
_GRADUATED = {"batch": "CronJob", "discovery.k8s.io": "EndpointSlice", "policy": "PodDisruptionBudget"}
_GRADUATION_MINOR = 21
_IRREGULAR_PLURALS = {
    "Endpoints": "endpoints",
    "NetworkAttachmentDefinition": "network-attachment-definitions",
}


class ResourceName(Protocol):
    """What a resource is called; `chaudit.Resource` is one."""

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""

    @property
    def version(self) -> str:
        """The version within the group."""

    @property
    def plural(self) -> str:
        """The name in URLs."""

    @property
    def kind(self) -> str:
        """The kind of its objects."""


class ServedResource(msgspec.Struct, frozen=True):
    """One resource of one API version; `namespaced` is None until an object or a definition tells."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool | None

    @property
    def api_version(self) -> str:
        """The `apiVersion` of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def name(self) -> str:
        """The plural with its group, as RBAC writes it."""
        return qualified(self.plural, self.group)


def qualified(plural: str, group: str) -> str:
    """The plural with its group; the core group has no name to add."""
    return f"{plural}.{group}" if group else plural


def resource_of_kind(api_version: str, kind: str, *, namespaced: bool | None) -> ServedResource:
    """The resource of a kind that nobody has defined, under the plural that it most likely has."""
    group, _, version = api_version.rpartition("/")
    return ServedResource(group, version, plural_of(kind), kind, namespaced)


def plural_of(kind: str) -> str:
    """The plural that the authors of a kind will have chosen, by the rules of English spelling."""
    singular = kind.lower()
    if kind in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[kind]
    if re.search(r"[^aeiou]y$", singular):
        return f"{singular.removesuffix('y')}ies"
    if singular.endswith(("s", "x", "z", "ch", "sh")):
        return f"{singular}es"
    return f"{singular}s"


def built_in_resources(minor: int) -> Iterator[ServedResource]:
    """Yield what Kubernetes 1.`minor` serves by itself, each kind at one version.

    EndpointSlice, PodDisruptionBudget and CronJob became v1 in 1.21 and were v1beta1 before:
    https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-25
    """
    for kinds_of, namespaced in ((_NAMESPACED, True), (_CLUSTER_SCOPED, False)):
        for api_version, kinds in kinds_of.items():
            yield from (resource_of_kind(api_version, kind, namespaced=namespaced) for kind in kinds)
    graduated = "v1" if minor >= _GRADUATION_MINOR else "v1beta1"
    for group, kind in _GRADUATED.items():
        yield resource_of_kind(f"{group}/{graduated}", kind, namespaced=True)


def custom_resources(definition: Mapping[str, Any]) -> Iterator[ServedResource]:
    """Yield the resource that a CustomResourceDefinition installs, once for each version it serves."""
    spec = definition["spec"]
    names = spec["names"]
    for version in spec["versions"]:
        if version["served"]:
            namespaced = spec["scope"] == "Namespaced"
            yield ServedResource(spec["group"], version["name"], names["plural"], names["kind"], namespaced)
