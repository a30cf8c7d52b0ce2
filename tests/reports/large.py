"""Large clusters, made up in memory: what a report on them must still be small and quick enough to show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import msgspec

from chaudit import Cluster, Reading, Report, Snapshot, Source, State
from chaudit.engine import sources_of
from chaudit.evidence.decoding import ListDecoder
from chaudit.gate import Threshold
from chaudit.host import installed
from chaudit.intent.loading import IntentFile, decode
from chaudit.intent.model import Intent
from chaudit.scan import judge

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
INTENT = {
    "networks": {
        "oam": {"cidrs": ["10.10.0.0/16"], "external": True, "interfaces": ["eno1"]},
        "cluster-host": {"cidrs": ["192.168.0.0/16"], "external": True, "interfaces": ["cluster0"]},
        "mgmt": {"cidrs": ["10.20.0.0/16"], "interfaces": ["mgmt0"]},
        "cluster-pod": {"cidrs": ["172.16.0.0/12"]},
    },
    "topology": {"cluster-host": "external"},
}
_CONTROLLERS = 3
_PROXY = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n"

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many there are; every fifth service has a node port as far as ports go, every twentieth is balanced."""

    nodes: int = 5_000
    services: int = 10_000
    pods: int = 100_000


def large_report(sizes: Sizes) -> Report:
    """Return the report on a made-up cluster, by all rules and with all exhibits."""
    host = installed()
    file = IntentFile(decode(IntentFile(name="intent"), INTENT, Intent), "intent")
    snapshot = _snapshot(sizes, sources_of(host.rules))
    return judge(snapshot, file, host.rules, Threshold(), host.exhibits)


def _snapshot(sizes: Sizes, sources: Iterable[Source[Any]]) -> Snapshot:
    objects: dict[tuple[str, str], Sequence[Object]] = {
        ("v1", "Node"): [_node(number) for number in range(sizes.nodes)],
        ("v1", "Pod"): [*_pods(sizes)],
        ("v1", "Service"): [_service(number) for number in range(sizes.services)],
        ("discovery.k8s.io/v1", "EndpointSlice"): [_slice(sizes, number) for number in range(sizes.services)],
        ("v1", "ConfigMap"): [_config_map()],
    }
    readings = {source.name: _reading(source, objects) for source in sources}
    return Snapshot(Cluster("0d4f", "https://10.10.0.1:6443", "large", "v1.32.2"), readings, NOW, NOW)


def _reading(source: Source[Any], objects: dict[tuple[str, str], Sequence[Object]]) -> Reading[Any]:
    for resource in source.served_as:
        found = objects.get((resource.api_version, resource.kind))
        if found is not None:
            decoded = ListDecoder(source.record).objects(map(msgspec.json.encode, found))
            return Reading(source.name, State.LOADED, decoded.records, decoded.rejected, "", resource, NOW)
    return Reading(source.name, State.ABSENT, reason=f"the cluster does not serve {source.name}", read_at=NOW)


def _node(number: int) -> Object:
    """Make a node; every thousandth lacks its cluster-host interface, every two thousandth is not Ready."""
    is_controller = number < _CONTROLLERS
    name = _node_name(number)
    interfaces = [{"name": "cluster0", "addresses": [_address("192.168.0.0", number)]}]
    if is_controller:
        interfaces.append({"name": "eno1", "addresses": [_address("10.10.0.0", number)]})
    if number % 1_000 == 999:
        interfaces = [{"name": "mgmt0", "addresses": [_address("10.20.0.0", number)]}]
    own = interfaces[0]["addresses"][0]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"node-role.kubernetes.io/control-plane": ""} if is_controller else {},
            "annotations": {
                "projectcalico.org/IPv4Address": f"{own}/16",
                "projectcalico.org/Interfaces": msgspec.json.encode(interfaces).decode(),
            },
        },
        "status": {
            "addresses": [{"type": "InternalIP", "address": own}, {"type": "Hostname", "address": name}],
            "conditions": [{"type": "Ready", "status": "Unknown" if number % 2_000 == 1_500 else "True"}],
            "nodeInfo": {"kubeletVersion": "v1.32.2"},
        },
    }


def _pods(sizes: Sizes) -> Iterator[Object]:
    """Make the pods of services, and on each node one on the host's network."""
    for number in range(sizes.nodes):
        port = {"containerPort": 9100, "hostPort": 9100, "protocol": "TCP", "name": "metrics"}
        labels = {"app": "node-exporter", "controller-revision-hash": "5c7f"}
        yield _pod("monitoring", f"node-exporter-{number:05d}", number, labels, [port], host_network=True)
    for number in range(max(sizes.pods - sizes.nodes, 0)):
        service = number % sizes.services
        port = {"containerPort": 8080, "protocol": "TCP", "name": "http"}
        labels = {"app": _service_name(service), "pod-template-hash": "6d4cf56db6"}
        yield _pod(_namespace(service), _pod_name(number, sizes), number % sizes.nodes, labels, [port])


def _pod(
    namespace: str, name: str, node: int, labels: dict[str, str], ports: list[Object], *, host_network: bool = False
) -> Object:
    own = _address("192.168.0.0", node) if host_network else _pod_address(name)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
        "spec": {
            "nodeName": _node_name(node),
            "hostNetwork": host_network,
            "containers": [{"name": "server", "image": "registry.example.org/server:1", "ports": ports}],
        },
        "status": {
            "phase": "Running",
            "podIP": own,
            "podIPs": [{"ip": own}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def _service(number: int) -> Object:
    kind = "LoadBalancer" if number % 20 == 7 else "NodePort" if number % 5 == 0 else "ClusterIP"
    node_port = {"nodePort": 30_000 + number // 5} if kind == "NodePort" and number // 5 < 2_768 else {}
    balanced = {"ingress": [{"ip": _address("10.10.128.0", number)}]} if kind == "LoadBalancer" else {}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "namespace": _namespace(number),
            "name": _service_name(number),
            "creationTimestamp": "2026-01-05T08:00:00Z",
        },
        "spec": {
            "type": kind,
            "clusterIP": _address("10.96.0.0", number + 1),
            "ipFamilies": ["IPv4"],
            "allocateLoadBalancerNodePorts": False,
            "externalTrafficPolicy": "Local" if number % 100 == 7 else "Cluster",
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP", **node_port}],
        },
        "status": {"loadBalancer": balanced},
    }


def _slice(sizes: Sizes, number: int) -> Object:
    pods = range(number, max(sizes.pods - sizes.nodes, 0), sizes.services)
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "namespace": _namespace(number),
            "name": f"{_service_name(number)}-x7k2p",
            "labels": {"kubernetes.io/service-name": _service_name(number)},
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [_pod_address(_pod_name(pod, sizes))],
                "conditions": {"ready": True},
                "nodeName": _node_name(pod % sizes.nodes),
                "targetRef": {"kind": "Pod", "namespace": _namespace(number), "name": _pod_name(pod, sizes)},
            }
            for pod in pods
        ],
    }


def _config_map() -> Object:
    metadata = {"namespace": "kube-system", "name": "kube-proxy"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"config.conf": _PROXY}}


def _node_name(number: int) -> str:
    return f"controller-{number}" if number < _CONTROLLERS else f"worker-{number:05d}"


def _service_name(number: int) -> str:
    return f"app-{number:05d}"


def _namespace(service: int) -> str:
    return f"team-{service % 200:03d}"


def _pod_name(number: int, sizes: Sizes) -> str:
    return f"{_service_name(number % sizes.services)}-6d4cf56db6-{number:06d}"


def _pod_address(name: str) -> str:
    return _address("172.16.0.0", int(name.rpartition("-")[2]) + 256)


def _address(first: str, number: int) -> str:
    return str(ip_address(first) + number + 1)
