"""Services and hand-made endpoint slices, written as the objects that they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from lab.workloads import NAMESPACE

FAMILY_NAMES = {4: "IPv4", 6: "IPv6"}


def service(name: str, spec: dict[str, Any], *, ingress: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a Service; ``ingress`` is what a load balancer controller would have written into its status."""
    manifest: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }
    if ingress is not None:
        manifest["status"] = {"loadBalancer": {"ingress": ingress}}
    return manifest


def families(*wanted: int) -> dict[str, Any]:
    """Return the fields that give a service these families, its first one first."""
    policy = "SingleStack" if len(wanted) == 1 else "RequireDualStack"
    return {"ipFamilies": [FAMILY_NAMES[family] for family in wanted], "ipFamilyPolicy": policy}


def port(protocol: str, number: int, node_port: int | None = None) -> dict[str, Any]:
    """Return a service port that leads to the port of the same protocol of every pod."""
    name = protocol.lower()
    entry: dict[str, Any] = {"name": name, "protocol": protocol, "port": number, "targetPort": name}
    return entry if node_port is None else entry | {"nodePort": node_port}


def hand_made_slice(
    name: str, family: int, endpoints: Mapping[str, str], number: int, protocols: Sequence[str]
) -> dict[str, Any]:
    """Return a slice that no controller made; ``endpoints`` are addresses with their nodes, or with nothing."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-v{family}",
            "namespace": NAMESPACE,
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": FAMILY_NAMES[family],
        "ports": [{"name": protocol.lower(), "protocol": protocol, "port": number} for protocol in protocols],
        "endpoints": [
            {"addresses": [address], "conditions": {"ready": True}} | ({"nodeName": node} if node else {})
            for address, node in endpoints.items()
        ],
    }
