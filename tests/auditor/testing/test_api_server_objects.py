"""Objects: where they come from, what is added to them, and how they change between scans."""

import re
from pathlib import Path

import pytest

from auditor.testing.reader import Reader, made, pods, serving
from chaudit.testing import ApiServer

DOCUMENTS = """\
# two documents and an empty one
apiVersion: v1
kind: Node
metadata:
  name: controller-0
  creationTimestamp: 2024-05-06T07:08:09Z
  annotations:
    seen: 2024-05-06 07:08:09
    mac: 52:54:00:12:34:56
    count: 010
    share: 1.5
    ready: yes
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: team}}
  - {apiVersion: crd.projectcalico.org/v1, kind: IPPool, metadata: {name: pool}}
"""
LIST_OF_ONE_KIND = (
    '{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "b", "namespace": "team"}}]}'
)


def test_files_of_all_shapes_are_read(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(DOCUMENTS)
    (tmp_path / "pods.json").write_text(LIST_OF_ONE_KIND)
    with ApiServer.from_files([tmp_path / "all.yaml", tmp_path / "pods.json"]) as server:
        reader = Reader(server)
        found = [
            reader.get(path).names
            for path in ("/api/v1/nodes", "/api/v1/pods", "/apis/crd.projectcalico.org/v1/ippools")
        ]
        reader.close()

    assert found == [["controller-0"], ["a", "b"], ["pool"]]


def test_yaml_is_read_as_kubernetes_reads_it(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(DOCUMENTS)
    with ApiServer.from_files([tmp_path / "all.yaml"]) as server:
        reader = Reader(server)
        metadata = reader.get("/api/v1/nodes/controller-0").json["metadata"]
        reader.close()

    assert metadata["creationTimestamp"] == "2024-05-06T07:08:09Z"
    assert metadata["annotations"] == {
        "seen": "2024-05-06 07:08:09",
        "mac": "52:54:00:12:34:56",
        "count": 8,
        "share": 1.5,
        "ready": True,
    }


@pytest.mark.parametrize(("name", "content"), [("a.json", "{"), ("b.json", "a: b"), ("a.yml", "a: [")])
def test_a_file_that_is_neither_json_nor_yaml_is_named(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)

    with pytest.raises(ValueError, match=rf"{re.escape(str(path))} is neither JSON nor YAML"):
        ApiServer.from_files([path])


@pytest.mark.parametrize("content", ["[]", "text", "items: []", "kind: Pod"])
def test_a_file_with_something_else_in_it_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(content)

    with pytest.raises(ValueError, match=rf"{re.escape(str(path))} holds something that is no Kubernetes object"):
        ApiServer.from_files([path])


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "Pod", "metadata": {"name": "p"}},
        {"apiVersion": "v1", "metadata": {"name": "p"}},
        {"apiVersion": "v1", "kind": "Pod"},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "p-"}},
    ],
)
def test_an_object_without_an_identity_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"an object needs apiVersion, kind and metadata\.name"):
        ApiServer([body])


def test_a_namespace_on_a_cluster_scoped_object_is_refused() -> None:
    with pytest.raises(ValueError, match="nodes are cluster-scoped, but n is in the namespace team"):
        ApiServer([made("v1", "Node", "n", "team")])


def test_there_is_always_a_kube_system_and_a_given_one_wins() -> None:
    given = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "mine"}}
    with serving() as (_, reader):
        first = reader.get("/api/v1/namespaces").json["items"]
    with serving(given) as (_, reader):
        second = reader.get("/api/v1/namespaces").json["items"]

    assert [item["metadata"]["name"] for item in first] == ["kube-system"]
    assert first[0]["metadata"]["uid"]
    assert [item["metadata"]["uid"] for item in second] == ["mine"]


def test_what_the_server_sets_is_added_and_what_is_given_is_kept() -> None:
    given = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "resourceVersion": "7"}, "spec": {"a": 1}}
    with serving(given) as (_, reader):
        pod = reader.get("/api/v1/namespaces/default/pods/p").json

    assert pod["spec"] == {"a": 1}
    assert pod["metadata"].keys() == {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}
    assert pod["metadata"]["resourceVersion"] == "7"


def test_the_server_has_copies_of_the_given_objects() -> None:
    given = made("v1", "Pod", "p", spec={"nodeName": "first"})
    with serving(given) as (_, reader):
        untouched = given == made("v1", "Pod", "p", spec={"nodeName": "first"})
        given["spec"]["nodeName"] = "second"
        stored = reader.get("/api/v1/namespaces/default/pods/p").json

    assert untouched
    assert stored["spec"] == {"nodeName": "first"}


def test_objects_come_and_go_between_reads() -> None:
    with serving(*pods("a")) as (server, reader):
        versions = [reader.get("/api/v1/pods").json["metadata"]["resourceVersion"]]
        server.add(*pods("b"))
        added = reader.get("/api/v1/pods")
        server.remove(*pods("a"))
        removed = reader.get("/api/v1/pods")
        gone = reader.get("/api/v1/namespaces/default/pods/a").status
        versions += [page.json["metadata"]["resourceVersion"] for page in (added, removed)]

    assert (added.names, removed.names, gone) == (["a", "b"], ["b"], 404)
    assert sorted(set(versions), key=int) == versions


def test_adding_an_object_again_replaces_it() -> None:
    with serving(made("v1", "Pod", "p", "default", spec={"old": True})) as (server, reader):
        server.add(made("v1", "Pod", "p", "default", spec={"new": True}))
        items = reader.get("/api/v1/pods").json["items"]

    assert [item["spec"] for item in items] == [{"new": True}]


@pytest.mark.parametrize("body", [made("v1", "Pod", "nobody"), made("example.org/v1", "Gizmo", "g")])
def test_what_is_not_there_cannot_be_removed(body: dict[str, object]) -> None:
    with ApiServer() as server, pytest.raises(LookupError):
        server.remove(body)
