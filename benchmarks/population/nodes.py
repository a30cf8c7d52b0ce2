"""Makes namespaces and nodes as large as those of a cluster in use."""

from benchmarks.population.sizes import DIGEST, TIME, Manifest, Sizes, namespace_name, node_address, node_name

_IMAGES = 40


def namespace(_: Sizes, number: int) -> Manifest:
    """Make a namespace of a team."""
    metadata = {"name": namespace_name(number), "labels": {"tier": "workload"}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def node(_: Sizes, number: int) -> Manifest:
    """Make a worker that is ready and has pulled forty images."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node_name(number),
            "labels": {
                "beta.kubernetes.io/arch": "amd64",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": node_name(number),
                "kubernetes.io/os": "linux",
                "node-role.kubernetes.io/worker": "",
                "topology.kubernetes.io/zone": f"rack-{number % 16}",
            },
            "annotations": {
                "projectcalico.org/IPv4Address": f"{node_address(number)}/16",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "status": _status(number),
    }


def _status(number: int) -> Manifest:
    resources = {"cpu": "64", "ephemeral-storage": "459805Mi", "memory": "263Gi", "pods": "110"}
    return {
        "addresses": [
            {"type": "InternalIP", "address": node_address(number)},
            {"type": "Hostname", "address": node_name(number)},
        ],
        "allocatable": resources,
        "capacity": resources,
        "conditions": [
            _condition("NetworkUnavailable", "False", "CalicoIsUp"),
            _condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
            _condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
            _condition("PIDPressure", "False", "KubeletHasSufficientPID"),
            _condition("Ready", "True", "KubeletReady"),
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "images": [_image(image) for image in range(_IMAGES)],
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": "6f1f9b0e-6a0e-4f57-a8a2-b7f3f06c1f0a",
            "containerRuntimeVersion": "containerd://1.7.27",
            "kernelVersion": "6.6.0-1-amd64",
            "kubeProxyVersion": "v1.32.2",
            "kubeletVersion": "v1.32.2",
            "machineID": "b6f1d7a02f5c4d0f9a1e0e6c4a7d2f31",
            "operatingSystem": "linux",
            "osImage": "Debian GNU/Linux 12 (bookworm)",
            "systemUUID": "4c4c4544-0042-3510-8052-c4c04f4e3532",
        },
    }


def _condition(kind: str, status: str, reason: str) -> Manifest:
    times = {"lastHeartbeatTime": TIME, "lastTransitionTime": TIME}
    return {"type": kind, "status": status, "reason": reason, "message": f"kubelet says {reason}", **times}


def _image(number: int) -> Manifest:
    name = f"registry.example.org/platform/image-{number}"
    return {"names": [f"{name}@sha256:{DIGEST}", f"{name}:v1.{number}"], "sizeBytes": 40_000_000 + number}
