"""Brings any Kubernetes object into the API server, its status too, by what discovery says of its kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster.api import Api, Reply

_SLICES = "discovery.k8s.io/v1"
_OLDER = {_SLICES: "discovery.k8s.io/v1beta1", "policy/v1": "policy/v1beta1", "autoscaling/v2": "autoscaling/v1"}


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

        A namespaced object without a namespace goes to ``default``; its namespace must exist. Slices, disruption
        budgets and autoscalers become those of an older version where the server does not serve theirs.

        Raises:
            ApplyError: The server refuses an object or does not serve its version.
            LookupError: The server serves the version, but not the kind.
        """
        return [self._apply_one(self.as_served(manifest)) for manifest in objects]

    def delete(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Delete objects at once, without grace; one that is gone already is as good.

        Raises:
            ApplyError: The server refuses.
        """
        for manifest in objects:
            path = self._path(self.as_served(manifest))
            reply = self._api.request("DELETE", path, {"gracePeriodSeconds": 0})
            if reply.status not in {200, 202, 404}:
                raise ApplyError("DELETE", path, reply)

    def live(self, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the server holds under the name of this object, if anything.

        Raises:
            ApplyError: The server refuses, or does not serve the version.
            LookupError: The server serves the version, but not the kind.
        """
        path = self._path(self.as_served(manifest))
        reply = self._api.request("GET", path)
        return None if reply.status == 404 else accepted("GET", path, reply)

    def _path(self, manifest: Mapping[str, Any]) -> str:
        resource, metadata = self._resource(manifest["apiVersion"], manifest["kind"]), manifest["metadata"]
        return f"{resource.collection(metadata.get('namespace', 'default'))}/{metadata.get('name', '')}"

    def _apply_one(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        resource, path = self._resource(manifest["apiVersion"], manifest["kind"]), self._path(manifest)
        # A resourceVersion from another cluster makes the server refuse a new object.
        metadata = {key: value for key, value in manifest["metadata"].items() if key != "resourceVersion"}
        wanted = {**manifest, "metadata": metadata}
        live = self._create_or_replace(resource.collection(metadata.get("namespace", "default")), path, wanted)
        if "status" in manifest and resource.has_status:
            live = self._send("PUT", f"{path}/status", {**live, "status": manifest["status"]})
        return live

    def _create_or_replace(self, collection: str, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
        reply = self._api.request("POST", collection, wanted)
        # A service whose address is taken, if only by itself, is invalid before it is a conflict.
        live = self._api.request("GET", path) if reply.status in {409, 422} else None
        if live is None or live.status == 404:
            return accepted("POST", collection, reply)
        metadata = {**wanted["metadata"], "resourceVersion": live.body["metadata"]["resourceVersion"]}
        return self._send("PUT", path, {**wanted, "metadata": metadata})

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return accepted(method, path, self._api.request(method, path, body))

    def as_served(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the object in an older version, if the server does not serve its own."""
        version = manifest["apiVersion"]
        if version not in _OLDER or self._api.request("GET", f"/apis/{version}").status != 404:
            return manifest
        old = {**manifest, "apiVersion": _OLDER[version]}
        if version == _SLICES and isinstance(manifest.get("endpoints"), list):
            old["endpoints"] = [_old_endpoint(endpoint) for endpoint in manifest["endpoints"]]
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
