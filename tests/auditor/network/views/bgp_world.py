"""Small clusters that speak BGP, and what they tell, in short."""

from collections.abc import Mapping, Sequence

from auditor.network.views.evidence import Evidence, Object
from chaudit_network.bgp.advertisements import Advertisement, Advertisements
from chaudit_network.views.bgp_advertisements import bgp_advertisements

TOR = "192.0.2.1"
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"


def calico(kind: str, name: str, **spec: object) -> Object:
    return {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


def node(
    name: str, number: int, *, annotations: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None
) -> Object:
    own = {
        "projectcalico.org/IPv4Address": f"10.0.0.{number}/24",
        "projectcalico.org/IPv6Address": f"fd00::{number}/64",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, **(labels or {})},
            "annotations": own | dict(annotations or {}),
        },
    }


NODES = (node("a", 1), node("b", 2), node("c", 3))
PEER = calico("BGPPeer", "tor", peerIP=TOR, asNumber=64500)


def configured(**spec: object) -> Object:
    return calico("BGPConfiguration", "default", **spec)


def ranges(*cidrs: str) -> list[Mapping[str, str]]:
    return [{"cidr": cidr} for cidr in cidrs]


def service(
    name: str, *load_balancer_ips: str, policy: str = "Cluster", labels: Mapping[str, str] | None = None, **spec: object
) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "web", "labels": labels or {}},
        "spec": {
            "type": "LoadBalancer",
            "clusterIP": "10.96.0.10",
            "clusterIPs": ["10.96.0.10"],
            "ipFamilies": ["IPv4"],
            "externalTrafficPolicy": policy,
            "ports": [{"port": 80}],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": [{"ip": ip} for ip in load_balancer_ips]}},
    }


def slice_of(name: str, *nodes: str, family: str = "IPv4", ready: bool | None = True) -> Object:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{name}-{family}-{ready}",
            "namespace": "web",
            "labels": {"kubernetes.io/service-name": name},
        },
        "addressType": family,
        "ports": [{"port": 8080}],
        "endpoints": [
            {"addresses": ["172.16.0.9"], "nodeName": one, "conditions": {} if ready is None else {"ready": ready}}
            for one in nodes
        ],
    }


def block(name: str, cidr: str, of: str, **spec: object) -> Object:
    return calico("BlockAffinity", name, cidr=cidr, node=of, **{"state": "confirmed", **spec})


def told(objects: Sequence[Object], denied: Sequence[str] = ()) -> Advertisements:
    return Evidence(objects, denied=denied).resolve(bgp_advertisements)


def prefixes(found: Advertisements | Sequence[Advertisement]) -> dict[str, str]:
    return {str(one.prefix): ",".join(sorted(one.nodes)) for one in found}
