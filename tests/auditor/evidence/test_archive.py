"""A saved snapshot gives back what was read; a damaged or foreign one is refused, an older one is not trusted."""

import gzip
from pathlib import Path

import pytest

from auditor.world import ECHO, NOW, OTHERS, THINGS, Answer, Thing, loaded, snapshot, thing, unread
from chaudit.errors import SnapshotError
from chaudit.evidence import archive
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.source import Source


class ThingWithColour(Thing, frozen=True, kw_only=True):
    """The same kind in a later version, which keeps one more field."""

    colour: str = ""


SNAPSHOT = snapshot(loaded(THINGS, thing("a", 1), thing("b"), rejected=["c"]), unread(OTHERS, State.DENIED))


@pytest.mark.parametrize("name", ["snapshot.json", "snapshot.json.gz"])
def test_what_is_saved_comes_back_equal(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    archive.save(SNAPSHOT, (THINGS, OTHERS), path)

    assert archive.load(archive.read_file(path), name, (THINGS, OTHERS)) == SNAPSHOT


def test_answers_of_a_probe_come_back_with_what_is_missing_among_them(tmp_path: Path) -> None:
    reading = Reading(ECHO.name, State.PARTIAL, (Answer("a", "b"),), reason="echo: not done", read_at=NOW, targets=2)
    path = tmp_path / "snapshot.json"
    archive.save(snapshot(reading), [ECHO], path)

    assert archive.load(archive.read_file(path), "snapshot.json", [ECHO]).reading(ECHO) == reading


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json.gz", tmp_path / "2.json.gz"
    archive.save(SNAPSHOT, (THINGS, OTHERS), first)
    archive.save(SNAPSHOT, (OTHERS, THINGS), second)

    assert first.read_bytes() == second.read_bytes()


def test_only_wanted_sources_are_decoded_and_a_source_not_kept_is_unread(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    archive.save(SNAPSHOT, (THINGS,), path)

    again = archive.load(archive.read_file(path), "snapshot.json", (THINGS, OTHERS))

    assert again.reading(THINGS).is_loaded
    assert again.reading(OTHERS).state is State.FAILED


def test_a_snapshot_that_kept_other_fields_proves_nothing_about_the_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    archive.save(SNAPSHOT, (THINGS,), path)
    newer = Source("things", ThingWithColour, THINGS.served_as)

    reading = archive.load(archive.read_file(path), "snapshot.json", (newer,)).reading(newer)

    assert reading.state is State.FAILED
    assert "kept other fields; collect again" in reading.reason


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"schema": "chaudit.snapshot/v9"}', b'{"schema":"chaudit.snapshot/v1","tool":"0"']
)
def test_a_damaged_or_foreign_file_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(SnapshotError, match=r"old\.json: not a usable chaudit.snapshot/v1 file"):
        archive.load(content, "old.json", (THINGS,))


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.json.gz"
    path.write_bytes(gzip.compress(b"x" * 1000)[:-10])

    with pytest.raises(SnapshotError, match="cannot be read"):
        archive.read_file(path)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be written: No such file or directory"):
        archive.save(SNAPSHOT, (THINGS,), tmp_path / "missing" / "snapshot.json")
