"""Brings any Kubernetes object into the API server, its status too, by what discovery says of its kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster.api import Api, Reply

_SLICES = "discovery.k8s.io/v1"
_BEFORE_1_21 = {_SLICES: "discovery.k8s.io/v1beta1", "policy/v1": "policy/v1beta1"}


class ApplyError(Exception):
    """The API server refused an object; the message names the request, the status and the server's reason."""

    def __init__(self, method: str, path: str, reply: Reply) -> None:
        reason = reply.body.get("message") if isinstance(reply.body, dict) else reply.body
        super().__init__(f"{method} {path}: {reply.status} {reason}")
        self.status = reply.status


def accepted(method: str, path: str, reply: Reply) -> dict[str, Any]:
    """Return the object in the reply.

    Raises:
        ApplyError: The server has not accepted the request.
    """
    if reply.status not in {200, 201} or not isinstance(reply.body, dict):
        raise ApplyError(method, path, reply)
    return reply.body


@dataclass(frozen=True, slots=True)
class _Resource:
    """Where the objects of one kind live."""

    root: str
    plural: str
    namespaced: bool
    has_status: bool

    def collection(self, namespace: str) -> str:
        return f"{self.root}/namespaces/{namespace}/{self.plural}" if self.namespaced else f"{self.root}/{self.plural}"


class Manifests:
    """Creates or replaces objects, remembering discovery from one call to the next."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._resources: dict[tuple[str, str], _Resource] = {}

    def apply(self, objects: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Create each object or replace it, write its status if any, and return what the server now holds.

        A namespaced object without a namespace goes to ``default``; its namespace must exist. Slices and
        disruption budgets of ``v1`` become ``v1beta1`` on servers before 1.21.

        Raises:
            ApplyError: The server refuses an object or does not serve its version.
            LookupError: The server serves the version, but not the kind.
        """
        return [self._apply_one(self._in_served_version(manifest)) for manifest in objects]

    def _apply_one(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        resource = self._resource(manifest["apiVersion"], manifest["kind"])
        # A resourceVersion from another cluster makes the server refuse a new object.
        metadata = {key: value for key, value in manifest["metadata"].items() if key != "resourceVersion"}
        collection = resource.collection(metadata.get("namespace", "default"))
        wanted = {**manifest, "metadata": metadata}
        path = f"{collection}/{metadata['name']}"
        live = self._create_or_replace(collection, path, wanted)
        if "status" in manifest and resource.has_status:
            live = self._send("PUT", f"{path}/status", {**live, "status": manifest["status"]})
        return live

    def _create_or_replace(self, collection: str, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
        reply = self._api.request("POST", collection, wanted)
        if reply.status != 409:
            return accepted("POST", collection, reply)
        live = self._send("GET", path)
        metadata = {**wanted["metadata"], "resourceVersion": live["metadata"]["resourceVersion"]}
        return self._send("PUT", path, {**wanted, "metadata": metadata})

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return accepted(method, path, self._api.request(method, path, body))

    def _in_served_version(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        version = manifest["apiVersion"]
        if version not in _BEFORE_1_21 or self._api.request("GET", f"/apis/{version}").status != 404:
            return manifest
        old = {**manifest, "apiVersion": _BEFORE_1_21[version]}
        if version == _SLICES:
            old["endpoints"] = [_old_endpoint(endpoint) for endpoint in manifest.get("endpoints") or ()]
        return old

    def _resource(self, api_version: str, kind: str) -> _Resource:
        if (api_version, kind) not in self._resources:
            self._discover(api_version)
        try:
            return self._resources[api_version, kind]
        except KeyError:
            raise LookupError(f"the API server does not serve {api_version} {kind}") from None

    def _discover(self, api_version: str) -> None:
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        served = self._send("GET", root)["resources"]
        names = {entry["name"] for entry in served}
        for entry in served:
            if "/" not in entry["name"]:
                self._resources[api_version, entry["kind"]] = _Resource(
                    root, entry["name"], entry["namespaced"], f"{entry['name']}/status" in names
                )


def _old_endpoint(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Say in ``topology`` what v1 says in fields of their own.

    https://kubernetes.io/docs/reference/using-api/deprecation-guide/#endpointslice-v125
    """
    topology = dict(endpoint.get("deprecatedTopology") or {})
    for field, label in (("nodeName", "kubernetes.io/hostname"), ("zone", "topology.kubernetes.io/zone")):
        if endpoint.get(field):
            topology[label] = endpoint[field]
    kept = {key: value for key, value in endpoint.items() if key not in {"nodeName", "zone", "deprecatedTopology"}}
    return {**kept, "topology": topology} if topology else kept
