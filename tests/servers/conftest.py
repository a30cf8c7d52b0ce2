"""The tier of real servers on loopback: Knot DNS and HAProxy, whose answers probes have to understand."""

import shutil
from pathlib import Path

import pytest

from tiers import require

_TIER = "servers"
_PROGRAMS = {"knotd": "knot", "haproxy": "haproxy"}


def pytest_configure(config: pytest.Config) -> None:
    """Make the tier's marker known."""
    config.addinivalue_line("markers", f"{_TIER}: needs Knot DNS and HAProxy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder as the tier: the hook is told of all tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(_TIER)


@pytest.fixture(scope="session")
def programs() -> None:
    """Find out whether this machine has the servers."""
    for program, package in _PROGRAMS.items():
        if shutil.which(program) is None:
            require(_TIER, f"no {program}: install it (Debian: {package})")
