"""Puts into etcd what no API server takes from a client: what it cannot decode, and times that are long past.

Speaks with etcd's gRPC gateway (https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/).
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import urllib3

from chaudit.evidence.resource import Resource
from chaudit.evidence.source import Source

AS_JSON = "--storage-media-type=application/json"
"""The option of kube-apiserver without which only custom objects can be amended."""

_PLACES = {
    "services": "services/specs",
    "nodes": "minions",
    "ingresses.networking.k8s.io": "ingress",
    "networkpolicies.networking.k8s.io": "networkpolicies",
    "horizontalpodautoscalers.autoscaling": "horizontalpodautoscalers",
}
"""Where kube-apiserver keeps kinds of its own, if not under their name; custom ones are under group and name."""

_GARBAGE = b"neither JSON nor protobuf"


class Etcd:
    """The store behind an API server."""

    def __init__(self, url: str) -> None:
        """Remember the URL of its clients."""
        self._url = url

    @contextmanager
    def undecodable(self, source: Source[Any]) -> Iterator[None]:
        """Let what a source reads be undecodable: the objects that it names, or else one more in the list."""
        names = [(one.namespace, one.name) for one in source.only] or [("", "broken")]
        keys = [_key(source.served_as[-1], *name) for name in names]
        before = {key: self._value(key) for key in keys}
        try:
            for key in keys:
                self._put(key, _GARBAGE)
            yield
        finally:
            for key, value in before.items():
                if value is None:
                    self._ask("deleterange", key=_text(key))
                else:
                    self._put(key, value)

    def amend(self, resource: Resource, obj: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Give an object that is kept as JSON other metadata."""
        key = _key(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        kept = json.loads(self._value(key) or b"{}")
        kept["metadata"].update(metadata)
        self._put(key, json.dumps(kept).encode())

    def _value(self, key: bytes) -> bytes | None:
        found = self._ask("range", key=_text(key)).get("kvs")
        return base64.b64decode(found[0]["value"]) if found else None

    def _put(self, key: bytes, value: bytes) -> None:
        self._ask("put", key=_text(key), value=_text(value))

    def _ask(self, what: str, **body: str) -> dict[str, Any]:
        reply = urllib3.request("POST", f"{self._url}/v3/kv/{what}", json=body, retries=False, timeout=5)
        if reply.status != 200:
            raise AssertionError(f"etcd answered {reply.status} to {what}: {reply.data.decode(errors='replace')}")
        answer: dict[str, Any] = reply.json()
        return answer


def _key(resource: Resource, namespace: str, name: str) -> bytes:
    place = _PLACES.get(str(resource), f"{resource.group}/{resource.plural}".lstrip("/"))
    return "/".join(part for part in ("/registry", place, namespace, name) if part).encode()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
