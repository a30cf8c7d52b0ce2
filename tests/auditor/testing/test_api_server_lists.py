"""LIST: pages, tokens and bodies are those of a kube-apiserver, seen on 1.20.2."""

import json
from base64 import urlsafe_b64decode

import pytest

from auditor.testing.reader import made, pods, serving

ELEVEN = pods(*(f"pod-{number:02}" for number in range(11)))
POOL = made("crd.projectcalico.org/v1", "IPPool", "pool", spec={"cidr": "10.0.0.0/8"})


@pytest.mark.parametrize("limit", [1, 3, 10, 11, 12])
def test_pages_hold_each_object_once(limit: int) -> None:
    with serving(*ELEVEN) as (_, reader):
        pages = [page.names for page in reader.pages("/api/v1/pods", limit)]

    assert [name for page in pages for name in page] == [pod["metadata"]["name"] for pod in ELEVEN]
    assert all(len(page) == limit for page in pages[:-1])


def test_a_name_that_begins_like_another_is_not_lost_between_pages() -> None:
    with serving(*pods("a", "a-1", "a1", "aa", "aaa")) as (_, reader):
        names = [name for page in reader.pages("/api/v1/pods", 1) for name in page.names]

    assert names == ["a", "a-1", "a1", "aa", "aaa"]


def test_pages_share_a_resource_version_and_count_down_what_remains() -> None:
    with serving(*ELEVEN) as (_, reader):
        metadata = [page.json["metadata"] for page in reader.pages("/api/v1/pods", 4)]

    assert len({page["resourceVersion"] for page in metadata}) == 1
    assert [page.get("remainingItemCount") for page in metadata] == [7, 3, None]


def test_a_list_under_way_does_not_see_what_changes() -> None:
    with serving(*pods("a", "b", "c")) as (server, reader):
        pages = reader.pages("/api/v1/pods", 1)
        seen = next(pages).names
        server.remove(*pods("b"))
        server.add(*pods("bb"), made("v1", "Pod", "c", "default", spec={"nodeName": "changed"}))
        rest = [item for page in pages for item in page.json["items"]]
        afterwards = reader.get("/api/v1/pods")

    assert seen + [item["metadata"]["name"] for item in rest] == ["a", "b", "c"]
    assert "spec" not in rest[-1]
    assert afterwards.names == ["a", "bb", "c"]
    assert afterwards.json["items"][-1]["spec"] == {"nodeName": "changed"}


def test_without_a_limit_everything_comes_at_once() -> None:
    with serving(*ELEVEN) as (_, reader):
        page = reader.get("/api/v1/pods")

    assert len(page.names) == 11
    assert set(page.json["metadata"]) == {"resourceVersion"}


def test_a_limit_is_ignored_with_resource_version_0() -> None:
    with serving(*ELEVEN) as (_, reader):
        page = reader.get("/api/v1/pods", {"limit": "2", "resourceVersion": "0"})

    assert len(page.names) == 11


def test_a_namespace_holds_only_its_own_objects() -> None:
    with serving(*(made("v1", "Pod", "p", namespace) for namespace in ("a", "a-b", "b"))) as (_, reader):
        inside = reader.get("/api/v1/namespaces/a/pods").json["items"]
        nowhere = reader.get("/api/v1/namespaces/nowhere/pods")
        everywhere = [item["metadata"]["namespace"] for item in reader.get("/api/v1/pods").json["items"]]

    assert [item["metadata"]["namespace"] for item in inside] == ["a"]
    assert (nowhere.status, nowhere.json["items"]) == (200, [])
    assert everywhere == ["a-b", "a", "b"], "etcd sorts the whole key, in which - comes before /"


def test_a_built_in_list_has_metadata_before_items_that_do_not_say_their_kind() -> None:
    with serving(*pods("p")) as (_, reader):
        body = reader.get("/api/v1/pods").json

    assert list(body) == ["kind", "apiVersion", "metadata", "items"]
    assert (body["kind"], body["apiVersion"]) == ("PodList", "v1")
    assert body["items"][0].keys().isdisjoint({"kind", "apiVersion"})


def test_a_custom_list_is_a_sorted_map_with_items_that_say_their_kind() -> None:
    with serving(POOL) as (_, reader):
        body = reader.get("/apis/crd.projectcalico.org/v1/ippools").json

    assert list(body) == ["apiVersion", "items", "kind", "metadata"]
    assert (body["kind"], body["metadata"]["continue"]) == ("IPPoolList", "")
    assert (body["items"][0]["apiVersion"], body["items"][0]["kind"]) == ("crd.projectcalico.org/v1", "IPPool")


def test_all_versions_of_a_custom_kind_show_the_same_objects() -> None:
    older = made("metallb.io/v1beta1", "BGPPeer", "older", "metallb-system")
    newer = made("metallb.io/v1beta2", "BGPPeer", "newer", "metallb-system")
    with serving(older, newer) as (_, reader):
        lists = [reader.get(f"/apis/metallb.io/{version}/bgppeers") for version in ("v1beta1", "v1beta2")]

    assert [page.names for page in lists] == [["newer", "older"]] * 2
    assert {item["apiVersion"] for item in lists[0].json["items"]} == {"metallb.io/v1beta1"}


def test_one_object_is_read_by_its_name_and_says_its_kind() -> None:
    with serving(*pods("p"), POOL) as (_, reader):
        pod = reader.get("/api/v1/namespaces/default/pods/p").json
        pool = reader.get("/apis/crd.projectcalico.org/v1/ippools/pool").json

    assert (pod["apiVersion"], pod["kind"], pod["metadata"]["name"]) == ("v1", "Pod", "p")
    assert (pool["kind"], pool["spec"]) == ("IPPool", {"cidr": "10.0.0.0/8"})


def test_an_object_that_is_missing_is_a_404_with_its_name() -> None:
    with serving(POOL) as (_, reader):
        reply = reader.get("/apis/crd.projectcalico.org/v1/ippools/other")

    assert reply.status == 404
    assert reply.json["reason"] == "NotFound"
    assert reply.json["message"] == 'ippools.crd.projectcalico.org "other" not found'
    assert reply.json["details"] == {"name": "other", "group": "crd.projectcalico.org", "kind": "ippools"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/pods/p",
        "/api/v1/namespaces/default/nodes",
        "/api/v1/namespaces/default/pods/p/log",
        "/api/v1/nosuch",
    ],
)
def test_a_path_that_fits_no_resource_is_a_404_without_a_name(path: str) -> None:
    with serving(*pods("p")) as (_, reader):
        reply = reader.get(path)

    assert reply.status == 404
    assert reply.json["message"] == "the server could not find the requested resource"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "x"}, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ({"continue": "!"}, "invalid continue token: continue key is not valid"),
        ({"continue": "bm90IGpzb24"}, "invalid continue token: continue key is not valid"),
        ({"labelSelector": "app=web"}, "labelSelector is not supported by this server"),
        ({"watch": "true"}, "watch is not supported by this server"),
    ],
)
def test_a_query_that_cannot_be_answered_is_a_bad_request(query: dict[str, str], message: str) -> None:
    with serving() as (_, reader):
        reply = reader.get("/api/v1/pods", query)

    assert (reply.status, reply.json["reason"]) == (400, "BadRequest")
    assert reply.json["message"].startswith(message)


def test_a_token_goes_with_no_other_resource_version() -> None:
    with serving(*pods("a", "b")) as (_, reader):
        token = reader.get("/api/v1/pods", {"limit": "1"}).json["metadata"]["continue"]
        reply = reader.get("/api/v1/pods", {"continue": token, "resourceVersion": "1"})

    assert reply.status == 400
    assert reply.json["message"] == "specifying resource version is not allowed when using continue"


def test_a_token_names_the_first_key_that_has_not_been_shown() -> None:
    with serving(*pods("a", "b")) as (_, reader):
        metadata = reader.get("/api/v1/pods", {"limit": "1"}).json["metadata"]
    token = json.loads(urlsafe_b64decode(metadata["continue"] + "=="))

    assert (token["v"], token["start"]) == ("meta.k8s.io/v1", "default/a\0")
    assert str(token["rv"]) == metadata["resourceVersion"]
