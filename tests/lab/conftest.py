"""Gives the tests of this folder the lab, or says why this machine cannot have it, and prints what packets said."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.assets import AssetsMissingError
from lab.lab import Lab
from lab.privileges import NEEDS, TIER, require_privileges
from lab.rules import PORTMAP
from lab.verdicts import Tally
from tiers import require

_FIGURES = pytest.StashKey[dict[str, Tally]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the tier's marker known."""
    config.addinivalue_line("markers", f"{TIER}: {NEEDS}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that make networks as the tier: the hook is told of all tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents and "privileges" in getattr(item, "fixturenames", ()):
            item.add_marker(TIER)


@pytest.fixture(scope="session")
def privileges() -> None:
    """Find out whether this process may make networks, and has what that takes."""
    require_privileges({PORTMAP: "containernetworking-plugins"})


@pytest.fixture(scope="session")
def lab(privileges: None) -> Iterator[Lab]:  # noqa: ARG001 - they come first
    """Run one lab for all tests; cluster after cluster works in it."""
    try:
        built = Lab(os.environ.get("CHAUDIT_LAB_PROXY_MODE", ""))
    except AssetsMissingError as reason:
        require(TIER, str(reason))
    with built:
        yield built


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> dict[str, Tally]:
    """Collect what packets said, cluster by cluster, to be printed at the end."""
    return pytestconfig.stash.setdefault(_FIGURES, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures of each cluster and of all."""
    collected = config.stash.get(_FIGURES, {})
    if collected:
        terminalreporter.section("what packets said of `chaudit exposure`")
        for name, tally in collected.items():
            terminalreporter.line(f"{name}: {tally}")
        terminalreporter.line(f"all: {sum(collected.values(), Tally())}")
