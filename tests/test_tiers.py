"""A tier that cannot run is skipped by name, unless this run was told to rely on it."""

import pytest

from tiers import require


def test_a_tier_that_cannot_run_is_skipped_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAUDIT_REQUIRE_TIERS", "cluster,browser")

    with pytest.raises(pytest.skip.Exception, match="the package tier cannot run: no index"):
        require("package", "no index")


def test_a_tier_that_is_required_and_cannot_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAUDIT_REQUIRE_TIERS", "cluster,package")

    with pytest.raises(pytest.fail.Exception, match="the package tier cannot run: no index"):
        require("package", "no index")


def test_without_the_variable_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAUDIT_REQUIRE_TIERS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="the package tier cannot run: no index"):
        require("package", "no index")
