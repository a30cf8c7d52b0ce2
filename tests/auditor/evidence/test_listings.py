"""Files of `kubectl get` lists become a snapshot, in which a kind that is not there was perhaps never asked for."""

from pathlib import Path

import pytest

from auditor.world import THINGS, Thing
from chaudit.errors import SnapshotError
from chaudit.evidence import listings
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import KUBE_SYSTEM
from chaudit.evidence.source import Source

V2_THINGS = Source(
    "things",
    Thing,
    (Resource("example.org", "v2", "things", "Thing"), Resource("example.org", "v1", "things", "Thing")),
)

A = b'{"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "a"}, "size": 1}'


def read(*contents: bytes, source: Source[Thing] = THINGS) -> Reading[Thing]:
    named = [(f"file-{number}", content) for number, content in enumerate(contents)]
    return listings.load(named, (source,)).reading(source)


@pytest.mark.parametrize(
    "content",
    [
        A,
        b'{"apiVersion": "v1", "kind": "List", "items": [%s]}' % A,
        b'{"apiVersion": "example.org/v1", "kind": "ThingList", "items": [{"metadata": {"name": "a"}, "size": 1}]}',
        b"apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\nsize: 1\n",
        b"---\n---\napiVersion: v1\nkind: List\nitems: [%s]\n" % A,
    ],
)
def test_objects_and_lists_in_json_and_yaml_are_read(content: bytes) -> None:
    reading = read(content)

    assert [(record.name, record.size) for record in reading.records] == [("a", 1)]


def test_several_files_add_up() -> None:
    assert [record.name for record in read(A, A.replace(b'"a"', b'"b"')).records] == ["a", "b"]


def test_a_kind_without_an_object_is_not_taken_for_an_empty_list() -> None:
    other = b'{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}'

    assert read(other).state is State.FAILED
    assert read(b'{"apiVersion": "v1", "kind": "List", "items": []}', other).state is State.FAILED


def test_an_empty_list_of_the_very_kind_is_an_empty_list() -> None:
    assert read(b'{"apiVersion": "example.org/v1", "kind": "ThingList", "items": []}').is_loaded
    assert read(b'{"apiVersion": "example.org/v1", "kind": "ThingList", "items": null}').is_loaded


def test_objects_visible_in_two_api_versions_are_counted_once() -> None:
    both = read(A, A.replace(b"/v1", b"/v2"), source=V2_THINGS)

    assert len(both.records) == 1
    assert both.resource == V2_THINGS.served_as[0]


def test_a_malformed_object_is_rejected_with_its_name_and_the_others_are_kept() -> None:
    reading = read(A, A.replace(b'"a"', b'"b"').replace(b"1}", b'"big"}'))

    assert [record.name for record in reading.records] == ["a"]
    assert [(str(one.subject), one.reason) for one in reading.rejected] == [
        ("Thing b", "Expected `int`, got `str` - at `$.size`")
    ]


def test_null_means_absent_as_for_the_api_server() -> None:
    reading = read(A.replace(b"1}", b"null}"))

    assert [record.size for record in reading.records] == [0]
    assert reading.rejected == ()


def test_the_cluster_is_identified_by_kube_system_alone() -> None:
    namespace = b'{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s", "uid": "u"}}'

    assert listings.load([("f", namespace % b"kube-system")], ()).cluster.uid == "u"
    elsewhere = listings.load([("f", namespace % b"default")], ())
    assert elsewhere.cluster.uid == ""
    assert elsewhere.reading(KUBE_SYSTEM).is_loaded


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "holds no Kubernetes objects"),
        (b"{", "not a Kubernetes object or list"),
        (b'{"Items": [], "ListMeta": {}}', "not a Kubernetes object or list"),
        (b"[1]", "not a Kubernetes object or list"),
        (b"just text", "not a Kubernetes object or list"),
        (b"a: [", "neither JSON nor YAML"),
        (b"a: &a [*a]", "neither JSON nor YAML"),
        (b"\xff\xfe\x00", "neither JSON nor YAML"),
    ],
)
def test_what_is_no_listing_is_refused_by_the_name_of_its_file(content: bytes, error: str) -> None:
    with pytest.raises(SnapshotError, match=error):
        read(content)


def test_a_folder_is_read_whole_and_an_empty_one_refused(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_bytes(A)
    (tmp_path / "notes.txt").write_text("not for us")

    assert [Path(name).name for name, _ in listings.files(tmp_path)] == ["a.json"]
    (tmp_path / "deep" / "a.json").unlink()
    with pytest.raises(SnapshotError, match="no JSON or YAML files"):
        list(listings.files(tmp_path))
