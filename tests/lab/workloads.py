"""The pods of a lab cluster: drawn from a seed, written as objects, and what must listen for them to be real."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

from lab.addresses import FAMILIES, NODES, SLOTS, internal_address, pod_address

NAMESPACE = "lab"
POD_PORT = 8080
"""Where every pod of the pod network listens, on TCP and on UDP."""
SENTINEL_PORT = 8081
"""Where every pod listens for a service that tells whether kube-proxy has done its work."""


class State(StrEnum):
    """How far a pod is from serving. All of them listen: only Kubernetes knows the difference."""

    READY = "ready"
    NOT_READY = "not-ready"
    TERMINATING = "terminating"


@dataclass(frozen=True, slots=True)
class HostPort:
    """A port of the node that leads to the pod; ``address`` is empty where every address of the node does."""

    protocol: str
    port: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """A pod: in a slot of the pod network, or else, where ``slot`` is empty, on its node's own network.

    ``port`` is what it listens on, on TCP and UDP; ``serves`` are the names of the services that select it.
    """

    name: str
    node: str
    slot: str = ""
    state: State = State.READY
    port: int = POD_PORT
    host_ports: tuple[HostPort, ...] = ()
    serves: set[str] = field(default_factory=set, compare=False)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the pod's addresses, IPv4 first."""
        if self.slot:
            return tuple(pod_address(self.node, self.slot, family) for family in FAMILIES)
        return tuple(internal_address(self.node, family) for family in FAMILIES)

    def manifest(self) -> dict[str, Any]:
        """Return the pod as the kubelet would show it, its status included."""
        ready = "False" if self.state is State.NOT_READY else "True"
        spec: dict[str, Any] = {
            "nodeName": self.node,
            "hostNetwork": not self.slot,
            "containers": [{"name": "main", "image": "none", "ports": list(self._ports())}],
        }
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": self.name,
                "namespace": NAMESPACE,
                "labels": dict.fromkeys(sorted(self.serves), "serves"),
            },
            "spec": spec,
            "status": {
                "phase": "Running",
                "podIP": self.addresses[0],
                "podIPs": [{"ip": address} for address in self.addresses],
                "hostIP": internal_address(self.node, 4),
                "conditions": [{"type": kind, "status": ready} for kind in ("Ready", "ContainersReady")],
            },
        }

    def _ports(self) -> Iterator[Mapping[str, Any]]:
        for protocol in ("TCP", "UDP"):
            port: dict[str, Any] = {"name": protocol.lower(), "protocol": protocol, "containerPort": self.port}
            for host_port in self.host_ports:
                if host_port.protocol == protocol:
                    port |= {"hostPort": host_port.port, "hostIP": host_port.address or None}
            yield {key: value for key, value in port.items() if value is not None}


def draw_workloads(random: Random) -> list[Workload]:
    """Draw a pod for most slots, and some pods on the nodes' own network; none serves anything yet."""
    workloads = [
        Workload(
            name=f"{node}-{slot}",
            node=node,
            slot=slot,
            state=random.choices(list(State), weights=(6, 2, 2))[0],
            host_ports=tuple(_draw_host_ports(random, node)),
        )
        for node in NODES
        for slot in SLOTS
        if random.random() < 0.8
    ]
    workloads += [
        Workload(name=f"{node}-host", node=node, state=random.choice((State.READY, State.NOT_READY)), port=9100 + index)
        for index, node in enumerate(NODES)
        if random.random() < 0.4
    ]
    return workloads


def _draw_host_ports(random: Random, node: str) -> Iterator[HostPort]:
    if random.random() < 0.2:
        address = random.choice(("", "", internal_address(node, 4), internal_address(node, 6)))
        for protocol in random.choice((("TCP",), ("UDP",), ("TCP", "UDP"))):
            yield HostPort(protocol, random.randrange(12000, 13000), address)
