"""A cluster of one node in the host that it runs in, with listeners that tell who was contacted, scanned by chaudit.

Its arguments are those of chaudit; it prints a JSON object of the addresses at which somebody arrived, the exit code,
and what chaudit printed. The host has the node's address, and another one that is a stranger's.
"""

import json
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from threading import Thread
from typing import Any

from chaudit.cli.main import run
from chaudit.testing import ApiServer

NODE, STRANGER = "192.0.2.10", "198.51.100.66"
OPEN, SILENT, CLOSED = 30080, 30081, 30082


def service(name: str, node_port: int, **spec: object) -> Mapping[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "apps"},
        "spec": {
            "type": "NodePort",
            "clusterIP": "10.96.0.5",
            "ports": [{"port": 443, "nodePort": node_port}],
            **spec,
        },
    }


def endpoints(name: str) -> Mapping[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": "apps", "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "ports": [{"name": "", "port": 8443, "protocol": "TCP"}],
        "endpoints": [{"addresses": ["10.244.0.5"], "conditions": {"ready": True}, "nodeName": "a"}],
    }


CLUSTER = [
    {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "a"},
        "status": {
            "addresses": [{"type": "InternalIP", "address": NODE}],
            "nodeInfo": {"kubeletVersion": "v1.36.0"},
        },
    },
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
        "data": {"config.conf": "{apiVersion: kubeproxy.config.k8s.io/v1alpha1, kind: KubeProxyConfiguration}"},
    },
    service("web", OPEN, externalIPs=[STRANGER]),
    endpoints("web"),
    service("broken", SILENT),
    endpoints("broken"),
    service("nobody", CLOSED),
]
"""`web` answers, `broken` should and does not, `nobody` has no endpoints and something answers all the same."""


def main() -> None:
    arrived: list[str] = []

    def listen(port: int) -> None:
        with socket.create_server(("", port)) as server:
            while True:
                client, _ = server.accept()
                arrived.append(f"{client.getsockname()[0]} {port}")
                client.close()

    for port in (OPEN, CLOSED, 443):
        Thread(target=listen, args=(port,), daemon=True).start()
    printed = TextIOWrapper(BytesIO())
    with ExitStack() as stack:
        kubeconfig = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "kubeconfig"
        stack.enter_context(ApiServer(CLUSTER)).write_kubeconfig(kubeconfig)
        stack.enter_context(redirect_stdout(printed))
        code = run([*sys.argv[1:], "--kubeconfig", str(kubeconfig)])
    printed.seek(0)
    told = {"arrived": sorted(arrived), "code": code, "printed": printed.read()}
    print(json.dumps(told))  # noqa: T201 - the answer of the script


if __name__ == "__main__":
    main()
