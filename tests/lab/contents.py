"""Puts a cluster's objects into the API server, waits for what controllers make of them, and takes them out again."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from cluster.control_plane import ControlPlane
from lab import platform
from lab.addresses import FAMILIES, NODES, family_of, pod_address
from lab.clusters import Cluster
from lab.services import families, hand_made_slice, port, service
from lab.workloads import NAMESPACE, SENTINEL_PORT, State

_SERVICES, _PODS = (f"/api/v1/namespaces/{NAMESPACE}/{plural}" for plural in ("services", "pods"))
_INVENTORY = "/apis/nmstate.io/v1beta1/nodenetworkstates"
_SENTINEL_NAMESPACE = "sentinel"


class Contents:
    """What one API server holds for the lab: the platform for good, and one cluster at a time."""

    def __init__(self, plane: ControlPlane, version: str) -> None:
        """Put nodes of this version there, and a service that no cluster changes: the sentinel."""
        self._plane = plane
        is_old = plane.request("GET", "/apis/discovery.k8s.io/v1").status == HTTPStatus.NOT_FOUND
        served = "v1beta1" if is_old else "v1"
        self._slices = f"/apis/discovery.k8s.io/{served}/namespaces/{NAMESPACE}/endpointslices"
        for name in (NAMESPACE, _SENTINEL_NAMESPACE):
            plane.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}])
        plane.apply(platform.nodes(version))
        self.sentinel_addresses = self._apply_sentinel()

    def fill(self, cluster: Cluster, proxy_configuration: str) -> None:
        """Create the objects of a cluster, pods first: controllers then write each slice only once."""
        self._plane.apply([platform.proxy_config_map(proxy_configuration), *platform.pools(cluster)])
        if cluster.has_inventory:
            self._plane.apply(platform.inventory())
        self._plane.apply(workload.manifest() for workload in cluster.workloads)
        for workload in cluster.workloads:
            if workload.state is State.TERMINATING:
                # Nobody confirms that it has ended, so it stays what it is.
                self._plane.request("DELETE", f"{_PODS}/{workload.name}", {"gracePeriodSeconds": 3600})
        self._plane.apply(cluster.objects)

    def services(self) -> list[dict[str, Any]]:
        """Return the services of the cluster as the API server completed them."""
        return self._list(_SERVICES)

    def slices_are_filled(self, cluster: Cluster) -> bool:
        """Tell whether each service with a selector has the ready endpoints that its pods give it.

        What becomes of terminating pods is left to the release.
        """
        terminating = {
            address
            for workload in cluster.workloads
            if workload.state is State.TERMINATING
            for address in workload.addresses
        }
        ready: dict[str, set[str]] = {}
        for found in self._list(self._slices):
            addresses = ready.setdefault(found["metadata"]["labels"]["kubernetes.io/service-name"], set())
            for endpoint in found["endpoints"] or ():
                if endpoint["conditions"].get("ready", True):
                    addresses.update(set(endpoint["addresses"]) - terminating)
        return all(
            ready.get(manifest["metadata"]["name"]) == _ready_addresses(manifest, cluster)
            for manifest in self.services()
            if manifest["spec"].get("selector")
        )

    def clear(self) -> None:
        """Delete all that belongs to a cluster, services first: nothing is left for controllers to do for them."""
        for manifest in self.services():
            self._plane.request("DELETE", f"{_SERVICES}/{manifest['metadata']['name']}")
        at_once = {"gracePeriodSeconds": 0}
        for collection in (self._slices, _PODS, _INVENTORY):
            self._plane.request("DELETE", collection, at_once)

    def _list(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self._plane.request("GET", path).body["items"]
        return items

    def _apply_sentinel(self) -> list[str]:
        name = "sentinel"
        sentinel = service(name, families(*FAMILIES) | {"ports": [port("TCP", SENTINEL_PORT)]})
        slices = [
            hand_made_slice(name, family, {pod_address(NODES[0], "p1", family): NODES[0]}, SENTINEL_PORT, ("TCP",))
            for family in FAMILIES
        ]
        for manifest in (sentinel, *slices):
            manifest["metadata"]["namespace"] = _SENTINEL_NAMESPACE
        live = self._plane.apply([sentinel, *slices])
        addresses: list[str] = live[0]["spec"]["clusterIPs"]
        return addresses


def _ready_addresses(manifest: Mapping[str, Any], cluster: Cluster) -> set[str]:
    spec = manifest["spec"]
    served = {State.READY, State.NOT_READY} if spec.get("publishNotReadyAddresses") else {State.READY}
    return {
        address
        for workload in cluster.workloads
        if manifest["metadata"]["name"] in workload.serves and workload.state in served
        for address in workload.addresses
        if f"IPv{family_of(address)}" in spec["ipFamilies"]
    }
