"""The cluster of the fabric when all is well: its nodes, its services, and how Calico is to speak BGP."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from fabric.addresses import (
    CLUSTER_ASN,
    FAMILIES,
    NODES,
    PODS,
    PREFIXES,
    PUBLIC,
    ROUTER_ASNS,
    ROUTERS,
    address,
    block,
    public,
)
from fabric.bird import ESTABLISHED
from lab.platform import node_info
from lab.services import families, hand_made_slice, port, service
from lab.workloads import NAMESPACE

Manifest = dict[str, Any]

CALICO = "crd.projectcalico.org/v1"
PASSWORD = "correct-horse"  # noqa: S105 - of a fabric that lives for a minute
PORT = 8080
"""Where the pods of the services listen, on their nodes' own network."""
NODE_PORTS = {"web": 30080, "call": 30081}
NUMBERS = {"web": 10, "call": 11}
"""Which load balancer address each service has. Any node serves `web`; `call` is served where it has endpoints."""


def calico(kind: str, name: str, spec: Mapping[str, Any]) -> Manifest:
    """Return an object of Calico."""
    return {"apiVersion": CALICO, "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


def node(
    name: str,
    version: str,
    *,
    ready: bool = True,
    labels: Mapping[str, str] | None = None,
    external: Iterable[str] = (),
) -> Manifest:
    """Return a node as kubelet and calico-node show it; `external` are addresses that it has besides."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "rack": "b" if name == "n3" else "a", **(labels or {})},
            "annotations": {
                f"projectcalico.org/IPv{family}Address": f"{address(name, family)}/{PREFIXES[family]}"
                for family in FAMILIES
            },
        },
        "status": {
            "conditions": [{"type": "Ready", "status": "True" if ready else "Unknown"}],
            "addresses": [
                *({"type": "InternalIP", "address": address(name, family)} for family in FAMILIES),
                *({"type": "ExternalIP", "address": one} for one in external),
                {"type": "Hostname", "address": name},
            ],
            "nodeInfo": node_info(version),
        },
    }


def configuration(**changes: Any) -> Manifest:  # noqa: ANN401 - fields of the API
    """Return how all nodes speak BGP: with the routers, not among themselves, and of load balancers only."""
    spec = {
        "asNumber": CLUSTER_ASN,
        "nodeToNodeMeshEnabled": False,
        "bindMode": "NodeIP",
        "serviceLoadBalancerIPs": [{"cidr": cidr} for cidr in PUBLIC.values()],
        "communities": [{"name": "public", "value": f"{CLUSTER_ASN}:100"}],
        "prefixAdvertisements": [{"cidr": cidr, "communities": ["public"]} for cidr in PUBLIC.values()],
    }
    return calico("BGPConfiguration", "default", {**spec, **changes})


def peer(name: str, router: str, family: int, **spec: Any) -> Manifest:  # noqa: ANN401 - fields of the API
    """Return a peering of nodes with a router: guarded by a password and by TTL, and filtered."""
    return calico(
        "BGPPeer",
        name,
        {
            "peerIP": address(router, family),
            "asNumber": ROUTER_ASNS[router],
            "password": {"secretKeyRef": {"name": "bgp", "key": "password"}},
            "ttlSecurity": 1,
            "filters": ["routers"],
            **spec,
        },
    )


def peers(**spec: Any) -> Iterator[Manifest]:  # noqa: ANN401 - fields of the API
    """Yield peerings of all sorts: of nodes by selector and by name in IPv4, of all nodes in IPv6."""
    for router in ROUTERS:
        yield peer(f"{router}-rack-a", router, 4, nodeSelector="rack == 'a'", **spec)
        yield peer(f"{router}-n3", router, 4, node="n3", **spec)
        yield peer(f"{router}-ipv6", router, 6, **spec)


def bgp_filter(*exported: Mapping[str, Any]) -> Manifest:
    """Return the filter of all peerings: a default route may come in, and these rules are for what goes out."""
    default = {4: "0.0.0.0/0", 6: "::/0"}
    rules: Manifest = {}
    for family in FAMILIES:
        accepted = {"action": "Accept", "cidr": default[family], "matchOperator": "Equal"}
        rules |= {f"importV{family}": [accepted, {"action": "Reject"}], f"exportV{family}": list(exported)}
    return calico("BGPFilter", "routers", rules)


def pool(family: int, *, is_held_back: bool = True) -> Manifest:
    """Return a pool of pod addresses, which routers are told of or not."""
    size = 26 if family == 4 else 122
    spec = {"cidr": PODS[family], "blockSize": size, "vxlanMode": "Always", "ipipMode": "Never", "natOutgoing": True}
    return calico("IPPool", f"pods-ipv{family}", {**spec, "nodeSelector": "all()", "disableBGPExport": is_held_back})


def endpoints(name: str, nodes: Iterable[str]) -> list[Manifest]:
    """Return the slices of a service whose pods run on these nodes."""
    return [
        hand_made_slice(name, family, {address(one, family): one for one in nodes}, PORT, ("TCP",))
        for family in FAMILIES
    ]


def _service(name: str, policy: str) -> Manifest:
    spec = {
        **families(*FAMILIES),
        "type": "LoadBalancer",
        "externalTrafficPolicy": policy,
        "ports": [port("TCP", 80, NODE_PORTS[name])],
    }
    if policy == "Local":
        spec["healthCheckNodePort"] = 30999
    return service(name, spec, ingress=[{"ip": public(NUMBERS[name], family)} for family in FAMILIES])


def lasting() -> Iterator[Manifest]:
    """Yield what stays as it is: calico-node, the password of sessions, and the services."""
    labels = {"k8s-app": "calico-node"}
    environment = [{"name": "CALICO_NETWORKING_BACKEND", "value": "bird"}]
    containers = [{"name": "calico-node", "image": "quay.io/calico/node:v3.31.7", "env": environment}]
    yield {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "calico-node", "namespace": "kube-system", "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"hostNetwork": True, "containers": containers}},
        },
    }
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    yield {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "bgp", "namespace": "kube-system"},
        "data": {"password": b64encode(PASSWORD.encode()).decode()},
    }
    yield _service("web", "Cluster")
    yield _service("call", "Local")


def healthy(version: str) -> Iterator[Manifest]:
    """Yield what may be changed, as it is when all is well."""
    for name in NODES:
        yield node(name, version)
        for family in FAMILIES:
            cidr = block(name, family)
            spec = {"cidr": cidr, "node": name, "state": "confirmed", "deleted": "false"}
            yield calico("BlockAffinity", f"{name}-ipv{family}", spec)
    yield configuration()
    yield from peers()
    yield bgp_filter()
    yield from map(pool, FAMILIES)
    yield from endpoints("web", ("n1", "n2"))
    yield from endpoints("call", ("n1", "n2"))


def session_status(states: Mapping[str, str], written: datetime) -> Manifest:
    """Return the status of a CalicoNodeStatus: how each session is, by the neighbour's address."""
    bgp: Manifest = {}
    for family in FAMILIES:
        own = {address: state for address, state in states.items() if (":" in address) == (family == 6)}
        up = sum(state == ESTABLISHED for state in own.values())
        bgp |= {f"numberEstablishedV{family}": up, f"numberNotEstablishedV{family}": len(own) - up}
        bgp[f"peersV{family}"] = [
            {"peerIP": address, "type": "NodePeer", "state": state, "since": "12:00:00"}
            for address, state in own.items()
        ]
    return {"lastUpdated": written.strftime("%Y-%m-%dT%H:%M:%SZ"), "bgp": bgp}
