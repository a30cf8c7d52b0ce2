"""Says how large the cluster of the benchmark is and what its objects are called, so that they can name one another."""

import ipaddress
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]

TIME = "2026-01-05T08:00:00Z"
DIGEST = "9f2c5b7e41d06a83c9e2f7b1545d8a90b3c6e1f2074d9a8b5c3e6f7081924ab3"

_PODS_PER_NAMESPACE = 200
_NODE_NETWORK = ipaddress.ip_network("192.168.0.0/16")
_POD_NETWORK = ipaddress.ip_network("172.16.0.0/12")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many objects of each kind; a service has one slice, and pods are dealt out to services and nodes in turn."""

    nodes: int
    services: int
    ingresses: int
    pods: int

    @property
    def namespaces(self) -> int:
        """Return the number of namespaces: one for every 200 pods."""
        return max(1, self.pods // _PODS_PER_NAMESPACE)

    def namespace(self, service: int) -> str:
        """Return the namespace that a service lives in, together with its pods, slice and ingresses."""
        return namespace_name(service % self.namespaces)

    def pods_of(self, service: int) -> range:
        """Return the numbers of the pods behind a service."""
        return range(service, self.pods, self.services)

    def node_of(self, pod: int) -> int:
        """Return the number of the node that a pod runs on."""
        return pod % self.nodes


def namespace_name(number: int) -> str:
    """Return the name of a namespace."""
    return f"team-{number:03d}"


def node_name(number: int) -> str:
    """Return the name of a node."""
    return f"worker-{number:05d}"


def node_address(number: int) -> str:
    """Return the address of a node; there is room for 30,000."""
    return str(_NODE_NETWORK[256 + number])


def load_balancer_address(number: int) -> str:
    """Return an address that no node has."""
    return str(_NODE_NETWORK[32768 + number])


def service_name(number: int) -> str:
    """Return the name of a service, which its pods bear as a label."""
    return f"app-{number:05d}"


def replica_set_name(service: int) -> str:
    """Return the name of the replica set behind a service."""
    return f"{service_name(service)}-6d4cf56db6"


def pod_name(service: int, number: int) -> str:
    """Return the name of a pod of a service."""
    return f"{replica_set_name(service)}-{number:05d}"


def pod_address(number: int) -> str:
    """Return the address of a pod."""
    return str(_POD_NETWORK[65536 + number])


def labels(service: int) -> dict[str, str]:
    """Return the labels that a chart gives to all objects of a service."""
    return {
        "app.kubernetes.io/instance": service_name(service),
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/name": service_name(service),
        "app.kubernetes.io/part-of": "shop",
        "app.kubernetes.io/version": "2.14.3",
        "helm.sh/chart": "web-4.2.0",
    }


def owner(api_version: str, kind: str, name: str) -> Manifest:
    """Return the reference to the object that controls another."""
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": name,
        "uid": "3e0a7a5c-4c3c-4b0e-9a55-8f3f6b1d2c47",
        "controller": True,
        "blockOwnerDeletion": True,
    }
