"""The embedded API server answers as the real one does: same status, same words, same order of members."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from chaudit.testing import ApiServer, faults
from cluster.control_plane import ControlPlane

# No namespace sorts between or before these: objects of other tests stay on later pages.
NAMESPACES = ("0-twin", "0-twin-b")
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "lamps.twin.example.org"},
    "spec": {
        "group": "twin.example.org",
        "scope": "Cluster",
        "names": {"kind": "Lamp", "plural": "lamps", "singular": "lamp", "listKind": "LampList"},
        "versions": [
            {
                "name": version,
                "served": True,
                "storage": version == "v1",
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
            for version in ("v1beta1", "v1")
        ],
    },
}
OBJECTS: list[dict[str, Any]] = [
    DEFINITION,
    *({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in (*NAMESPACES, "chaudit")),
    *(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}}
        for namespace in NAMESPACES
        for name in ("a", "b", "c")
    ),
    *({"apiVersion": "twin.example.org/v1", "kind": "Lamp", "metadata": {"name": name}} for name in ("x", "y", "z")),
]
MAPS = f"/api/v1/namespaces/{NAMESPACES[0]}/configmaps"
LAMPS = "/apis/twin.example.org/v1/lamps"
VOLATILE = {"uid", "resourceVersion", "creationTimestamp", "continue", "managedFields", "generation", "annotations"}


class Twins:
    """The real server and the embedded one, with the same objects and asked the same."""

    def __init__(self, plane: ControlPlane, server: ApiServer) -> None:
        self.plane, self.server = plane, server
        self._accounts = ((plane.url, plane.admin_token), (server.url, server.token))
        self._pool = urllib3.PoolManager(ca_certs=str(plane.ca_file), retries=False, timeout=urllib3.Timeout(60))

    def ask(self, path: str, *queries: str, token: str | None = "") -> list[tuple[int, str, str]]:
        """GET from both, each with its own query; the empty token is its own, None is no token."""
        answers = []
        for (url, own_token), query in zip(self._accounts, queries or ("", ""), strict=True):
            headers = {} if token is None else {"Authorization": f"Bearer {token or own_token}"}
            reply = self._pool.request("GET", f"{url}{path}{query}", headers=headers)
            answers.append((reply.status, reply.headers["Content-Type"], comparable(reply.data)))
        return answers

    def second_pages(self, path: str) -> list[str]:
        """The queries for the second page of one object, each with its own server's token."""
        pages = (
            self._pool.request("GET", f"{url}{path}?limit=1", headers={"Authorization": f"Bearer {token}"}).json()
            for url, token in self._accounts
        )
        return [f"?limit=1&continue={page['metadata']['continue']}" for page in pages]

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


def comparable(body: bytes) -> str:
    """The body without what no two servers have in common; the order of members counts, but not inside objects."""
    try:
        document = json.loads(body)
    except json.JSONDecodeError:
        return body.decode()
    if "metadata" in document:
        document["metadata"] = {name: name in VOLATILE or value for name, value in document["metadata"].items()}
    if "items" in document:
        document["items"] = [identity(item) for item in document["items"]]
    elif "name" in document.get("metadata", {}):
        document = identity(document)
    if document.get("kind") == "APIResourceList":
        document["resources"] = [(r["name"], r["kind"], r["namespaced"]) for r in document["resources"]]
    return json.dumps(document)


def identity(body: dict[str, Any]) -> dict[str, Any]:
    names = {name: body["metadata"].get(name) for name in ("namespace", "name")}
    return {"kind": body.get("kind"), "apiVersion": body.get("apiVersion"), **names}


@pytest.fixture(scope="module")
def twins(control_plane: ControlPlane) -> Iterator[Twins]:
    control_plane.apply(OBJECTS)
    version = control_plane.request("GET", "/version").body["gitVersion"]
    with ApiServer(OBJECTS, version=version) as server:
        twins = Twins(control_plane, server)
        yield twins
        twins.close()


@pytest.mark.parametrize("path", [MAPS, LAMPS, "/apis/twin.example.org/v1beta1/lamps"])
@pytest.mark.parametrize("query", ["", "?limit=2", "?limit=-1", "?limit=x"])
def test_lists_are_alike(twins: Twins, path: str, query: str) -> None:
    real, embedded = twins.ask(path, query, query)

    assert embedded == real


@pytest.mark.parametrize("path", [MAPS, LAMPS])
def test_resource_version_0_brings_everything_in_whatever_order(twins: Twins, path: str) -> None:
    query = "?limit=2&resourceVersion=0"
    real, embedded = (json.loads(answer[2]) for answer in twins.ask(path, query, query))

    assert sorted(embedded.pop("items"), key=str) == sorted(real.pop("items"), key=str)
    assert embedded == real


@pytest.mark.parametrize("path", [MAPS, LAMPS])
@pytest.mark.parametrize("more", ["", "&resourceVersion=5"])
def test_later_pages_are_alike(twins: Twins, path: str, more: str) -> None:
    real, embedded = twins.ask(path, *(query + more for query in twins.second_pages(path)))

    assert embedded == real


@pytest.mark.parametrize(
    "path",
    [
        *(f"{MAPS}/a", f"{MAPS}/nobody", f"{MAPS}/a/b", f"{LAMPS}/x", f"{LAMPS}/nobody"),
        *("/api/v1/configmaps/a", f"/api/v1/namespaces/{NAMESPACES[0]}/nodes", f"/api/v1/namespaces/{NAMESPACES[0]}"),
        *("/api/v1/namespaces/nobody/configmaps", "/api/v1/nobody", "/api/v2", "/apis/apps", "/apis/apps/v9"),
        *("/apis/twin.example.org", "/apis/twin.example.org/v1", "/apis/twin.example.org/v9/lamps"),
        *("/apis/nobody.example.org", "/apis/nobody.example.org/v1", "/apis/nobody.example.org/v1/lamps"),
    ],
)
def test_single_objects_discovery_and_what_is_not_there_are_alike(twins: Twins, path: str) -> None:
    real, embedded = twins.ask(path)

    assert embedded == real


@pytest.mark.parametrize("path", [MAPS, LAMPS, f"{MAPS}/a", "/apis", "/apis/nobody.example.org/v1/lamps"])
@pytest.mark.parametrize("token", [None, "wrong"])
def test_strangers_are_refused_alike(twins: Twins, path: str, token: str | None) -> None:
    real, embedded = twins.ask(path, token=token)

    assert embedded == real


@pytest.mark.parametrize("path", ["/api/v1/services", MAPS, f"{MAPS}/a", "/api/v1/namespaces/kube-system", LAMPS])
def test_denials_are_worded_alike(twins: Twins, path: str) -> None:
    limited = twins.plane.service_account_token("chaudit", "chaudit")
    real = twins.plane.request("GET", path, token=limited)
    twins.server.fault("*", faults.denied)
    _, embedded = twins.ask(path)
    twins.server.heal()

    assert (embedded[0], json.loads(embedded[2])) == (real.status, real.body)


def test_built_in_resources_are_a_part_of_the_real_ones(twins: Twins) -> None:
    real, embedded = ({tuple(r) for r in json.loads(answer[2])["resources"]} for answer in twins.ask("/api/v1"))

    assert embedded < real
