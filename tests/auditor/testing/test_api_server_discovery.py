"""Discovery: what is served is what is built in, what objects and definitions bring along, and what is declared."""

from typing import Any

import pytest

from auditor.testing.reader import Named, Reader, made, serving
from chaudit.testing.api_server.resources import plural_of

DEFINITION = made(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "network-attachment-definitions.k8s.cni.cncf.io",
    spec={
        "group": "example.org",
        "scope": "Cluster",
        "names": {"kind": "Gizmo", "plural": "gizmo-collection"},
        "versions": [
            {"name": "v1alpha1", "served": False},
            {"name": "v1beta2", "served": True},
            {"name": "v1", "served": True},
            {"name": "v2beta1", "served": True},
        ],
    },
)


def served(reader: Reader, path: str) -> dict[str, Any]:
    return {resource["name"]: resource for resource in reader.get(path).json["resources"]}


def groups(reader: Reader) -> dict[str, list[str]]:
    listed = reader.get("/apis").json["groups"]
    return {group["name"]: [version["version"] for version in group["versions"]] for group in listed}


def test_the_version_is_the_one_asked_for() -> None:
    with serving(version="v1.27.11+rke2r1") as (_, reader):
        body = reader.get("/version").json

    assert (body["major"], body["minor"], body["gitVersion"]) == ("1", "27", "v1.27.11+rke2r1")


def test_built_in_resources_are_served_without_objects() -> None:
    with serving() as (_, reader):
        core = served(reader, "/api/v1")
        networking = served(reader, "/apis/networking.k8s.io/v1")
        empty = reader.get("/apis/networking.k8s.io/v1/ingresses")

    assert core.keys() >= {"nodes", "namespaces", "services", "pods", "configmaps", "endpoints", "secrets"}
    assert networking.keys() == {"ingresses", "ingressclasses", "networkpolicies"}
    assert (core["nodes"]["namespaced"], core["pods"]["namespaced"]) == (False, True)
    assert (core["nodes"]["kind"], {"get", "list"} <= set(core["nodes"]["verbs"])) == ("Node", True)
    assert (empty.status, empty.json["items"]) == (200, [])


def test_the_core_group_is_found_apart_from_the_others() -> None:
    with serving() as (_, reader):
        core = reader.get("/api").json
        version = reader.get("/api/v1").json

    assert (core["kind"], core["versions"]) == ("APIVersions", ["v1"])
    assert list(version) == ["kind", "groupVersion", "resources"]


@pytest.mark.parametrize(("version", "expected"), [("v1.20.2", ["v1beta1"]), ("v1.21.0", ["v1"])])
def test_endpoint_slices_are_served_in_the_version_of_their_time(version: str, expected: list[str]) -> None:
    with serving(version=version) as (_, reader):
        assert groups(reader)["discovery.k8s.io"] == expected


def test_a_built_in_kind_is_served_in_the_version_of_the_objects_given() -> None:
    old = made("discovery.k8s.io/v1beta1", "EndpointSlice", "old", "default", endpoints=[])
    with serving(old, version="v1.29.3") as (_, reader):
        versions = groups(reader)["discovery.k8s.io"]
        found = reader.get("/apis/discovery.k8s.io/v1beta1/endpointslices").names
        newer = reader.get("/apis/discovery.k8s.io/v1/endpointslices")

    assert (versions, found, newer.status) == (["v1beta1"], ["old"], 404)


def test_a_built_in_kind_with_objects_does_not_give_way_to_another_version() -> None:
    with serving(made("discovery.k8s.io/v1", "EndpointSlice", "new", "default")) as (server, reader):
        server.add(made("discovery.k8s.io/v1beta1", "EndpointSlice", "old", "default"))
        versions = groups(reader)["discovery.k8s.io"]
        found = reader.get("/apis/discovery.k8s.io/v1/endpointslices").names

    assert (versions, found) == (["v1", "v1beta1"], ["new", "old"])


def test_a_custom_kind_is_served_once_it_has_an_object() -> None:
    path = "/apis/crd.projectcalico.org/v1/globalnetworkpolicies"
    with serving() as (server, reader):
        before = reader.get(path)
        server.add(made("crd.projectcalico.org/v1", "GlobalNetworkPolicy", "deny"))
        after = reader.get(path)
        server.remove(made("crd.projectcalico.org/v1", "GlobalNetworkPolicy", "deny"))
        emptied = reader.get(path)

    assert (before.status, after.names) == (404, ["deny"])
    assert (emptied.status, emptied.json["items"]) == (200, [])


def test_a_custom_kind_is_namespaced_if_one_of_its_objects_is() -> None:
    objects = (
        made("crd.projectcalico.org/v1", "NetworkSet", "placed", "team"),
        made("crd.projectcalico.org/v1", "NetworkSet", "unplaced"),
        made("crd.projectcalico.org/v1", "IPPool", "pool"),
    )
    with serving(*objects) as (_, reader):
        resources = served(reader, "/apis/crd.projectcalico.org/v1")
        unplaced = reader.get("/apis/crd.projectcalico.org/v1/namespaces/default/networksets").names

    assert {name: resource["namespaced"] for name, resource in resources.items()} == {
        "networksets": True,
        "ippools": False,
    }
    assert unplaced == ["unplaced"]


def test_a_declared_resource_is_served_and_empty() -> None:
    with serving(serve=[Named("metallb.io", "v1beta1", "bgppeers", "BGPPeer")]) as (_, reader):
        listed = reader.get("/apis/metallb.io/v1beta1/bgppeers")
        resources = served(reader, "/apis/metallb.io/v1beta1")

    assert (listed.status, listed.json["items"], listed.json["kind"]) == (200, [], "BGPPeerList")
    assert resources.keys() == {"bgppeers"}


def test_objects_of_a_declared_kind_keep_its_plural_and_tell_its_scope() -> None:
    declared = [Named("example.org", version, "geese", "Goose") for version in ("v1", "v2")]
    versions = ("v1", "v2", "v3")
    with serving(made("example.org/v3", "Goose", "g", "pond"), serve=declared) as (_, reader):
        scopes = [served(reader, f"/apis/example.org/{version}")["geese"]["namespaced"] for version in versions]
        found = [reader.get(f"/apis/example.org/{version}/namespaces/pond/geese").names for version in versions]

    assert (scopes, found) == ([True] * 3, [["g"]] * 3)


def test_a_definition_installs_its_resource_in_the_versions_it_serves() -> None:
    with serving(made("example.org/v1", "Gizmo", "g"), DEFINITION) as (_, reader):
        versions = groups(reader)["example.org"]
        group = reader.get("/apis/example.org").json
        resources = served(reader, "/apis/example.org/v1beta2")
        found = reader.get("/apis/example.org/v1beta2/gizmo-collection").names

    assert versions == ["v1", "v2beta1", "v1beta2"], "stable first, then the higher beta"
    assert group["preferredVersion"] == {"groupVersion": "example.org/v1", "version": "v1"}
    assert (resources["gizmo-collection"]["namespaced"], found) == (False, ["g"])


@pytest.mark.parametrize(
    "path", ["/apis/example.org", "/apis/example.org/v1", "/apis/example.org/v1/gizmos", "/metrics"]
)
def test_what_is_not_installed_is_a_404_in_plain_text(path: str) -> None:
    with serving() as (_, reader):
        reply = reader.get(path)

    assert (reply.status, reply.content) == (404, b"404 page not found\n")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["/apis/apps/v9", "/apis/apps/v1/nosuch", "/api/v2", "/apis/discovery.k8s.io/v1beta1"])
def test_what_a_built_in_group_does_not_have_is_a_404_with_a_status(path: str) -> None:
    with serving() as (_, reader):
        reply = reader.get(path)

    assert (reply.status, reply.json["kind"], reply.json["reason"]) == (404, "Status", "NotFound")


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("BGPPeer", "bgppeers"),
        ("BlockAffinity", "blockaffinities"),
        ("CalicoNodeStatus", "caliconodestatuses"),
        ("Community", "communities"),
        ("DNS", "dnses"),
        ("Endpoints", "endpoints"),
        ("Gateway", "gateways"),
        ("GatewayClass", "gatewayclasses"),
        ("GlobalNetworkPolicy", "globalnetworkpolicies"),
        ("HostEndpoint", "hostendpoints"),
        ("Ingress", "ingresses"),
        ("IPPool", "ippools"),
        ("NetworkAttachmentDefinition", "network-attachment-definitions"),
        ("ServiceMesh", "servicemeshes"),
    ],
)
def test_plurals_are_those_of_published_definitions(kind: str, plural: str) -> None:
    assert plural_of(kind) == plural
