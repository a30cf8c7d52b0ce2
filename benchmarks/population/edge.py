"""Makes the edge of a large cluster: what its exposure follows from, with host endpoints and two hundred policies."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from benchmarks.population.sizes import Manifest

POLICIES = 200
_NAMESPACES = 100
_REPLICAS = 2
_CLUSTER_HOST = ipaddress.ip_network("10.64.0.0/14")
_OAM = ipaddress.ip_network("10.128.0.0/14")
_PODS = ipaddress.ip_network("172.16.0.0/12")
_CALICO = "crd.projectcalico.org/v1"

INTENT = f"""\
networks:
  oam: {{cidrs: [{_OAM}], external: true}}
  cluster-host: {{cidrs: [{_CLUSTER_HOST}]}}
  cluster-pod: {{cidrs: [{_PODS}]}}
"""
"""What the cluster is meant to be: people outside reach the OAM network."""


def edge(nodes: int) -> Iterator[Manifest]:
    """Yield the objects of a cluster with so many nodes, twice as many services and four times as many pods."""
    yield from _settings()
    for number in range(_NAMESPACES):
        yield _object("v1", "Namespace", _namespace(number), labels={"team": f"t{number % 7}"})
    for number in range(nodes):
        yield from _node(number)
    for number in range(2 * nodes):
        yield from _service(number, nodes)
    for number in range(POLICIES):
        yield _policy(number)


def _settings() -> Iterator[Manifest]:
    proxy = {
        "config.conf": "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n"
    }
    yield _object("v1", "Namespace", "kube-system", uid="6f6a1f0e-95b8-4b53-9d9e-2f5b5c0f7d11")
    yield _object("v1", "ConfigMap", "kube-proxy", "kube-system") | {"data": proxy}
    pool = {"cidr": str(_PODS), "natOutgoing": True, "vxlanMode": "Always"}
    yield _object(_CALICO, "IPPool", "default-ipv4-ippool") | {"spec": pool}
    yield _object(_CALICO, "FelixConfiguration", "default") | {"spec": {"failsafeInboundHostPorts": []}}


def _node(number: int) -> Iterator[Manifest]:
    name, internal, oam = _node_name(number), _address(_CLUSTER_HOST, number), _address(_OAM, number)
    addresses = [{"type": "InternalIP", "address": internal}, {"type": "Hostname", "address": name}]
    status = {
        "addresses": addresses,
        "conditions": [{"type": "Ready", "status": "True"}],
        "nodeInfo": {"kubeletVersion": "v1.32.2", "kubeProxyVersion": "v1.32.2"},
    }
    calico = {"projectcalico.org/IPv4Address": f"{internal}/14"}
    yield _object("v1", "Node", name, annotations=calico) | {"status": status}
    interfaces = [_interface("lo", "127.0.0.1"), _interface("bond0", internal), _interface("eno1", oam)]
    state = {"currentState": {"interfaces": interfaces}}
    yield _object("nmstate.io/v1beta1", "NodeNetworkState", name) | {"status": state}
    for interface, kind in (("bond0", "cluster-host.mgmt"), ("eno1", "oam")):
        labels = {"iftype": kind, "nodetype": "worker", "ifname": f"{name}.{interface}"}
        spec = {"node": name, "interfaceName": interface}
        yield _object(_CALICO, "HostEndpoint", f"{name}-{interface}-if-hep", labels=labels) | {"spec": spec}


def _interface(name: str, address: str) -> Manifest:
    return {"name": name, "state": "up", "ipv4": {"address": [{"ip": address, "prefix-length": 14}]}}


def _service(number: int, nodes: int) -> Iterator[Manifest]:
    """Yield a service with its slice and pods: a third of them have node ports, and a third of these are Local."""
    namespace, name = _namespace(number % _NAMESPACES), f"app-{number:05d}"
    port: Manifest = {"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}
    spec: Manifest = {"clusterIP": "10.96.0.1", "ipFamilies": ["IPv4"], "type": "ClusterIP", "ports": [port]}
    if number % 3 == 0:
        port["nodePort"] = 20000 + number // 3
        policy = "Local" if number % 9 == 0 else "Cluster"
        spec |= {"type": "NodePort", "externalTrafficPolicy": policy}
    yield _object("v1", "Service", name, namespace) | {"spec": spec}
    pods = [(number * _REPLICAS + one, _node_name((number + one * 7) % nodes)) for one in range(_REPLICAS)]
    yield _object("discovery.k8s.io/v1", "EndpointSlice", name, namespace, {"kubernetes.io/service-name": name}) | {
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": [
            {
                "addresses": [_address(_PODS, pod)],
                "nodeName": node,
                "conditions": {"ready": True},
                "targetRef": {"kind": "Pod", "namespace": namespace, "name": f"{name}-{pod}"},
            }
            for pod, node in pods
        ],
    }
    for pod, node in pods:
        labels = {"app": name, "tier": f"tier-{number % 5}"}
        address = _address(_PODS, pod)
        yield _object("v1", "Pod", f"{name}-{pod}", namespace, labels) | {
            "spec": {"nodeName": node, "containers": [{"name": "web", "image": "registry.example.org/web:1"}]},
            "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]},
        }


def _policy(number: int) -> Manifest:
    """Return one of the policies: before translation, for the hosts' processes, and for pods of a namespace."""
    office = [f"203.0.{number}.0/24", f"198.51.{number}.0/25"]
    ports: list[Any] = [20000 + number, f"{21000 + 10 * number}:{21005 + 10 * number}"]
    allow = {"action": "Allow", "protocol": "TCP", "source": {"nets": office}, "destination": {"ports": ports}}
    match number % 4:
        case 0:
            spec = {"order": number, "preDNAT": True, "applyOnForward": True, "types": ["Ingress"]}
            spec |= {"selector": "iftype contains 'oam'", "ingress": [allow]}
            return _object(_CALICO, "GlobalNetworkPolicy", f"edge-{number}") | {"spec": spec}
        case 1:
            spec = {"order": number, "types": ["Ingress"], "selector": "nodetype == 'worker'", "ingress": [allow]}
            return _object(_CALICO, "GlobalNetworkPolicy", f"host-{number}") | {"spec": spec}
    peers = [{"ipBlock": {"cidr": net}} for net in office]
    spec = {"podSelector": {"matchLabels": {"tier": f"tier-{number % 5}"}}, "policyTypes": ["Ingress"]}
    spec |= {"ingress": [{"from": peers, "ports": [{"port": 8080, "protocol": "TCP"}]}]}
    return _object("networking.k8s.io/v1", "NetworkPolicy", f"np-{number}", _namespace(number // 2)) | {"spec": spec}


def _object(
    api_version: str,
    kind: str,
    name: str,
    namespace: str = "",
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    uid: str = "",
) -> Manifest:
    given = {"namespace": namespace, "labels": labels, "annotations": annotations, "uid": uid}
    metadata = {"name": name} | {field: value for field, value in given.items() if value}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _namespace(number: int) -> str:
    return f"team-{number:03d}"


def _node_name(number: int) -> str:
    return f"compute-{number:05d}"


def _address(network: ipaddress.IPv4Network, number: int) -> str:
    return str(network[256 + number])
