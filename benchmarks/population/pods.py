"""Makes pods as large as those of a cluster in use: they are nine tenths of what a scan has to read."""

from benchmarks.population.sizes import (
    DIGEST,
    TIME,
    Manifest,
    Sizes,
    labels,
    node_address,
    node_name,
    owner,
    pod_address,
    pod_name,
    replica_set_name,
)


def pod(sizes: Sizes, number: int) -> Manifest:
    """Make a running pod of a deployment: a server and its sidecar."""
    service = number % sizes.services
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "namespace": sizes.namespace(service),
            "name": pod_name(service, number),
            "generateName": f"{replica_set_name(service)}-",
            "labels": {**labels(service), "pod-template-hash": "6d4cf56db6"},
            "annotations": {
                "cni.projectcalico.org/containerID": DIGEST,
                "cni.projectcalico.org/podIP": f"{pod_address(number)}/32",
                "cni.projectcalico.org/podIPs": f"{pod_address(number)}/32",
                "kubectl.kubernetes.io/restartedAt": TIME,
            },
            "ownerReferences": [owner("apps/v1", "ReplicaSet", replica_set_name(service))],
        },
        "spec": {
            "nodeName": node_name(sizes.node_of(number)),
            "containers": [_container("server", 8080), _container("sidecar", 9090)],
            "serviceAccountName": "default",
            "securityContext": {"fsGroup": 1000, "runAsNonRoot": True, "runAsUser": 1000},
            "tolerations": [_toleration("not-ready"), _toleration("unreachable")],
            "volumes": [
                {"name": "settings", "configMap": {"name": "settings", "defaultMode": 420}},
                {"name": "scratch", "emptyDir": {}},
            ],
        },
        "status": {
            "phase": "Running",
            "hostIP": node_address(sizes.node_of(number)),
            "podIP": pod_address(number),
            "podIPs": [{"ip": pod_address(number)}],
            "qosClass": "Burstable",
            "startTime": TIME,
            "conditions": [
                {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": TIME}
                for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
            ],
            "containerStatuses": [_container_status(name) for name in ("server", "sidecar")],
        },
    }


def _container(name: str, port: int) -> Manifest:
    probe = {"httpGet": {"path": "/healthz", "port": port}, "periodSeconds": 10, "timeoutSeconds": 2}
    return {
        "name": name,
        "image": _image(name),
        "args": ["--config=/etc/settings/main.yaml", f"--listen=:{port}", "--log-format=json"],
        "env": [
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {"name": "DATABASE_HOST", "value": "database.shared.svc.cluster.local"},
        ],
        "ports": [{"name": f"{name}-http", "containerPort": port, "protocol": "TCP"}],
        "resources": {"limits": {"cpu": "1", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "256Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [
            {"name": "settings", "mountPath": "/etc/settings", "readOnly": True},
            {"name": "scratch", "mountPath": "/var/cache/shop"},
        ],
        "livenessProbe": probe,
        "readinessProbe": probe,
    }


def _container_status(name: str) -> Manifest:
    return {
        "name": name,
        "image": _image(name),
        "imageID": f"registry.example.org/shop/{name}@sha256:{DIGEST}",
        "containerID": f"containerd://{DIGEST}",
        "ready": True,
        "restartCount": 0,
        "started": True,
        "state": {"running": {"startedAt": TIME}},
    }


def _image(name: str) -> str:
    return f"registry.example.org/shop/{name}:2.14.3"


def _toleration(taint: str) -> Manifest:
    return {
        "key": f"node.kubernetes.io/{taint}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 300,
    }
