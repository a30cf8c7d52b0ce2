"""What everyone else pays: reads the same lists with the typed models of the official client and keeps them.

A command, because the whole process is what gets measured. Where the client has no models, it reads plain JSON.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.download import PAGE, Downloader
from kubernetes import client, config

_SELECTORS = {"labelSelector": "label_selector", "fieldSelector": "field_selector"}


def main() -> None:
    """Read the lists whose URL paths stand in a JSON file and print how many objects they hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kubeconfig", type=Path)
    parser.add_argument("lists", type=Path, help="a JSON array of URL paths")
    options = parser.parse_args()
    config.load_kube_config(str(options.kubeconfig))
    listers = _listers()
    downloader = Downloader(options.kubeconfig)
    kept: list[Any] = []
    for path in json.loads(options.lists.read_bytes()):
        url = urlsplit(path)
        lister = listers.get(url.path)
        if lister is None:
            kept.extend(item for page in downloader.pages(path) for item in json.loads(page)["items"])
        else:
            selectors = {_SELECTORS[name]: values[0] for name, values in parse_qs(url.query).items()}
            kept.extend(_models(lister, selectors))
    print(len(kept))


def _listers() -> dict[str, Callable[..., Any]]:
    core, apps, networking = client.CoreV1Api(), client.AppsV1Api(), client.NetworkingV1Api()
    return {
        "/api/v1/configmaps": core.list_config_map_for_all_namespaces,
        "/api/v1/endpoints": core.list_endpoints_for_all_namespaces,
        "/api/v1/namespaces": core.list_namespace,
        "/api/v1/nodes": core.list_node,
        "/api/v1/pods": core.list_pod_for_all_namespaces,
        "/api/v1/services": core.list_service_for_all_namespaces,
        "/apis/apps/v1/daemonsets": apps.list_daemon_set_for_all_namespaces,
        "/apis/apps/v1/deployments": apps.list_deployment_for_all_namespaces,
        "/apis/apps/v1/statefulsets": apps.list_stateful_set_for_all_namespaces,
        "/apis/discovery.k8s.io/v1/endpointslices": client.DiscoveryV1Api().list_endpoint_slice_for_all_namespaces,
        "/apis/networking.k8s.io/v1/ingressclasses": networking.list_ingress_class,
        "/apis/networking.k8s.io/v1/ingresses": networking.list_ingress_for_all_namespaces,
        "/apis/networking.k8s.io/v1/networkpolicies": networking.list_network_policy_for_all_namespaces,
    }


def _models(lister: Callable[..., Any], selectors: dict[str, str]) -> list[Any]:
    items: list[Any] = []
    token = None
    while True:
        page = lister(limit=PAGE, _continue=token, **selectors)
        items.extend(page.items)
        token = page.metadata._continue  # noqa: SLF001 - not private: `continue` is a word of Python
        if not token:
            return items


if __name__ == "__main__":
    main()
