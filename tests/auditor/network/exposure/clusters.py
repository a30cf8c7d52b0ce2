"""Small clusters whose exposure is asked for: nodes in an OAM network, services, pods, Calico's host policy."""

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.network.views.evidence import Evidence, Object, node
from chaudit_network.exposure.model import Exposure, ExposureModel
from chaudit_network.exposure.verdict import Verdict
from chaudit_network.exposure.view import exposure

INTENT: Object = {"networks": {"oam": {"cidrs": ["10.10.10.0/24"], "external": True}}}

N1, N2, N3 = (node(f"n{i}", f"10.10.10.{i}", kubelet_version="v1.36.0") for i in (1, 2, 3))
NODES = (N1, N2, N3)

PROXY: Object = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
    "data": {"config.conf": "{apiVersion: kubeproxy.config.k8s.io/v1alpha1, mode: iptables}"},
}


def service(name: str = "web", **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return a service with node port 30080, unless it says otherwise."""
    usual = {"type": "NodePort", "clusterIP": "10.96.0.1", "ports": [{"port": 80, "nodePort": 30080}]}
    return _object("v1", "Service", name, {**usual, **spec})


def slice_of(name: str, *backends: tuple[str, str], pods: bool = False) -> Object:
    """Return the endpoints of a service: node and address of each, with `pods` of pods that are called like nodes."""
    target = {"kind": "Pod", "namespace": "shop"}
    endpoints = [
        {"addresses": [address], "nodeName": on, **({"targetRef": {**target, "name": on}} if pods else {})}
        for on, address in backends
    ]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": f"{name}-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "ports": [{"port": 8080, "protocol": "TCP", "name": ""}],
        "endpoints": endpoints,
    }


def pod(name: str, on: str, address: str, *, labels: Mapping[str, str] | None = None, **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return a running pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": labels or {}},
        "spec": {"nodeName": on, "containers": [{"name": "c"}], **spec},
        "status": {"phase": "Running", "podIPs": [{"ip": address}]},
    }


def endpoint(name: str, on: str, interface: str, *expected: str, **labels: str) -> Object:
    """Return a host endpoint."""
    spec = {"node": on, "interfaceName": interface, "expectedIPs": expected}
    return _calico("HostEndpoint", name, spec, labels)


def policy(name: str, **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return a global policy for incoming packets, unless it says otherwise."""
    return _calico("GlobalNetworkPolicy", name, {"types": ["Ingress"], **spec})


def pre_dnat(name: str, *ingress: Mapping[str, Any], **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return a policy that looks at packets before they are translated."""
    return policy(name, preDNAT=True, applyOnForward=True, ingress=ingress, **spec)


def felix(name: str = "default", **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return settings of Felix."""
    return _calico("FelixConfiguration", name, spec)


def calico_node(*variables: Mapping[str, Any], namespace: str = "kube-system", **container: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return the DaemonSet of the agent, with this environment."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "calico-node", "namespace": namespace},
        "spec": {
            "template": {
                "spec": {"containers": [{"name": "calico-node", "env": variables, **container}, {"name": "other"}]}
            }
        },
    }


def model(*objects: Object, denied: Sequence[str] = (), absent: Sequence[str] = ()) -> ExposureModel:
    """Return the exposure of a cluster of these objects and kube-proxy's configuration."""
    return Evidence((PROXY, *objects), INTENT, denied, absent).resolve(exposure)


def lines(found: ExposureModel) -> list[Exposure]:
    """Return what is said of every way in at every place."""
    return [line for group in found.groups for line in group.expand()]


def verdict(found: ExposureModel, on: str, source: str = "external", port: int = 30080) -> Verdict:
    """Return what is said of a class of sources at a port of a node, which has it at one address only."""
    (line,) = (line for line in lines(found) if (line.node, line.port) == (on, port))
    return line.verdicts[source]


def reaches(found: ExposureModel, source: str = "external", port: int = 30080) -> dict[str, str]:
    """Return the verdict by node."""
    return {line.node: line.verdicts[source].verdict for line in lines(found) if line.port == port}


def _calico(kind: str, name: str, spec: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Object:
    metadata = {"name": name, "labels": labels or {}}
    return {"apiVersion": "crd.projectcalico.org/v1", "kind": kind, "metadata": metadata, "spec": spec}


def _object(version: str, kind: str, name: str, spec: Mapping[str, Any]) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": spec}
