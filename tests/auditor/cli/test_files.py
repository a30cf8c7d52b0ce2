"""A file is written whole or not at all, and what leads to it stays what it is."""

import os
from pathlib import Path
from threading import Thread

import pytest

from chaudit.cli.files import write_whole


def test_a_new_file_has_the_mode_that_others_have(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()

    write_whole(tmp_path / "new" / "file", ["con", "tent"])

    assert (tmp_path / "new" / "file").read_bytes() == b"content"
    assert (tmp_path / "new" / "file").stat().st_mode == other.stat().st_mode


def test_a_file_keeps_its_mode_and_a_link_goes_on_leading_to_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a longer content")
    (tmp_path / "file").chmod(0o604)
    (tmp_path / "link").symlink_to("file")

    write_whole(tmp_path / "link", ["con", "tent"])

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"content"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o604


def test_a_pipe_is_written_into_also_by_way_of_a_link(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    (tmp_path / "stdout").symlink_to(f"/proc/self/fd/{writing}")
    writer = Thread(target=write_whole, args=(tmp_path / "stdout", ["con", "tent"]))
    writer.start()

    assert os.read(reading, 100) == b"content"
    writer.join(timeout=10)
    assert (tmp_path / "stdout").is_symlink()
    os.close(reading)
    os.close(writing)


def test_where_it_cannot_be_put_in_place_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", ["con", "tent"])

    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"before"
