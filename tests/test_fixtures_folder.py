"""Fixtures are read from the folder that the environment names; a test without them is skipped."""

from pathlib import Path

import pytest

from fixtures_folder import fixture


def test_the_environment_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "source" / "cases.json"
    file.parent.mkdir()
    file.touch()
    monkeypatch.setenv("CHAUDIT_FIXTURES", str(tmp_path))

    assert fixture("source", "cases.json") == file


def test_an_absent_file_skips_the_test_that_asks_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHAUDIT_FIXTURES", str(tmp_path))
    monkeypatch.delenv("CHAUDIT_REQUIRE_TIERS", raising=False)

    with pytest.raises(pytest.skip.Exception, match=r"no file .*cases\.json"):
        fixture("source", "cases.json")
