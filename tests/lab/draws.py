"""Draws the services of a lab cluster, in every type and with every policy that opens or closes."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from random import Random
from typing import Any

from lab.addresses import (
    CLUSTER_HOST,
    FAMILIES,
    NODES,
    OAM,
    POD_CIDRS,
    VIRTUAL_CIDRS,
    floating_address,
    node_addresses,
    number,
)
from lab.services import FAMILY_NAMES, families, hand_made_slice, port, service
from lab.workloads import POD_PORT, Workload

_KINDS = {"NodePort": 6, "LoadBalancer": 5, "ClusterIP": 2, "Headless": 1, "ExternalName": 1}
_INGRESSES = {"virtual": 7, "owned": 1, "proxied": 1, "name": 1, "pending": 1}
_SOURCES = (*OAM.cidrs.values(), *CLUSTER_HOST.cidrs.values(), *POD_CIDRS.values(), "203.0.113.0/24")
# https://kubernetes.io/docs/reference/labels-annotations-taints/
_SOURCES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges"
_NODE_PORT_ADDRESSES: tuple[tuple[int, Sequence[str]], ...] = (
    (6, ()),
    (3, (OAM.cidrs[4],)),
    (3, (OAM.cidrs[4], OAM.cidrs[6])),
    (3, (CLUSTER_HOST.cidrs[4], CLUSTER_HOST.cidrs[6])),
    (2, (OAM.cidrs[6],)),
    (1, (CLUSTER_HOST.cidrs[4],)),
    (1, ("127.0.0.0/8",)),
    (1, ("127.0.0.0/8", "::1/128")),
    (1, (f"{OAM.address(number('n1'), 4)}/32",)),
    (1, (f"{floating_address(4)}/32", OAM.cidrs[6])),
    (1, ("0.0.0.0/0",)),
)


def draw_node_port_addresses(random: Random) -> Sequence[str]:
    """Draw the kube-proxy setting, one of those that make a difference."""
    weights, settings = zip(*_NODE_PORT_ADDRESSES, strict=True)
    chosen: Sequence[str] = random.choices(settings, weights)[0]
    return chosen


class ServiceDraw:
    """Draws services that do not get into each other's way: no port or virtual address is used twice."""

    def __init__(self, random: Random, workloads: Sequence[Workload]) -> None:
        self._random = random
        self._workloads = workloads
        self._node_ports = iter(random.sample(range(30000, 32767), 200))
        self._ports = iter(range(7001, 8000))
        self._hosts = iter(range(1, 200))

    def draw(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield services, and slices of those without selector; workloads are told which services select them."""
        for index in range(count):
            kind = self._weighted(_KINDS)
            manifest = service(f"s{index}", self._spec(kind))
            if kind == "LoadBalancer":
                self._make_balanced(manifest)
            yield manifest
            if kind != "ExternalName":
                yield from self._connect(manifest)

    def _spec(self, kind: str) -> dict[str, Any]:
        ports = [self._port(protocol, kind) for protocol in self._protocols(kind)]
        spec: dict[str, Any] = {"type": "ClusterIP" if kind == "Headless" else kind, "ports": ports}
        if self._chance(0.6 if kind in {"ClusterIP", "Headless", "ExternalName"} else 0.25):
            spec["externalIPs"] = self._external_addresses()
        if kind == "ExternalName":
            return spec | {"externalName": "elsewhere.example"}
        spec |= families(*self._random.choice(((4,), (4,), (6,), (4, 6), (6, 4))))
        spec["publishNotReadyAddresses"] = self._chance(0.2)
        spec["sessionAffinity"] = "ClientIP" if self._chance(0.1) else "None"
        spec["internalTrafficPolicy"] = "Local" if self._chance(0.2) else "Cluster"
        if kind == "Headless":
            spec["clusterIP"] = "None"
        if kind in {"NodePort", "LoadBalancer"} and self._chance(0.5):
            spec["externalTrafficPolicy"] = "Local"
        return spec

    def _protocols(self, kind: str) -> Sequence[str]:
        # Old releases refuse two protocols on one load balancer.
        # https://kubernetes.io/docs/concepts/services-networking/service/#load-balancers-with-mixed-protocol-types
        if kind != "LoadBalancer" and self._chance(0.3):
            return ("TCP", "UDP")
        return (self._random.choice(("TCP", "TCP", "UDP")),)

    def _port(self, protocol: str, kind: str) -> dict[str, Any]:
        node_port = next(self._node_ports) if kind in {"NodePort", "LoadBalancer"} else None
        return port(protocol, next(self._ports), node_port)

    def _external_addresses(self) -> list[str]:
        count = self._random.choice((1, 1, 2))
        return [self._virtual_address() if self._chance(0.6) else self._owned_address() for _ in range(count)]

    def _virtual_address(self) -> str:
        return str(ip_network(VIRTUAL_CIDRS[self._random.choice(FAMILIES)])[next(self._hosts)])

    def _owned_address(self) -> str:
        return self._random.choice(node_addresses(self._random.choice(NODES)))

    def _make_balanced(self, manifest: dict[str, Any]) -> None:
        spec = manifest["spec"]
        manifest["status"] = {"loadBalancer": {"ingress": self._ingress()}}
        if self._chance(0.1):
            manifest["metadata"]["annotations"] = {_SOURCES_ANNOTATION: "203.0.113.0/24"}
        if self._chance(0.4):
            spec["loadBalancerSourceRanges"] = self._random.sample(_SOURCES, self._random.choice((1, 2, 3)))
        if spec.get("externalTrafficPolicy") == "Local":
            spec["healthCheckNodePort"] = next(self._node_ports)
        if self._chance(0.15):
            spec["allocateLoadBalancerNodePorts"] = False
            for entry in spec["ports"]:
                del entry["nodePort"]

    def _ingress(self) -> list[dict[str, str]]:
        match self._weighted(_INGRESSES):
            case "virtual":
                return [{"ip": self._virtual_address()} for _ in range(self._random.choice((1, 2)))]
            case "owned":
                return [{"ip": self._owned_address()}]
            case "proxied":
                return [{"ip": self._virtual_address(), "ipMode": "Proxy"}]
            case "name":
                return [{"hostname": "balancer.example"}]
        return []

    def _connect(self, manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the service backends: by a selector, or now and then by slices that somebody has written."""
        name, spec = manifest["metadata"]["name"], manifest["spec"]
        count = min(len(self._workloads), self._random.choice((0, 1, 1, 2, 3)))
        backends = self._random.sample(self._workloads, count)
        if self._chance(0.9):
            spec["selector"] = {name: "serves"}
            for workload in backends:
                workload.serves.add(name)
            return
        has_nodes = self._chance(0.5)
        pods = [workload for workload in backends if workload.slot]
        protocols = [entry["protocol"] for entry in spec["ports"]]
        for index, family in enumerate(FAMILIES):
            if FAMILY_NAMES[family] in spec["ipFamilies"]:
                endpoints = {workload.addresses[index]: workload.node if has_nodes else "" for workload in pods}
                yield hand_made_slice(name, family, endpoints, POD_PORT, protocols)

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _weighted(self, weights: dict[str, int]) -> str:
        return self._random.choices(list(weights), list(weights.values()))[0]
