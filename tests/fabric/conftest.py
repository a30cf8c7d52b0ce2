"""Gives the tests of this folder the fabric, or says why this machine cannot have it, and makes all well after each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.assets import AssetsMissingError
from fabric.findings import Findings
from fabric.scene import Fabric
from lab.privileges import NEEDS, TIER, require_privileges
from tiers import require

_PROGRAMS = {
    "bird": "bird2",
    "haproxy": "haproxy",
    "knotd": "knot",
    "/usr/lib/frr/bgpd": "frr",
    "vtysh": "frr",
}


def pytest_configure(config: pytest.Config) -> None:
    """Make the tier's marker known."""
    config.addinivalue_line("markers", f"{TIER}: {NEEDS}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder as the tier: the hook is told of all tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(TIER)


@pytest.fixture(scope="session")
def built() -> Iterator[Fabric]:
    """Run one fabric for all tests."""
    require_privileges(_PROGRAMS)
    try:
        fabric = Fabric()
    except AssetsMissingError as reason:
        require(TIER, str(reason))
    with fabric:
        yield fabric


@pytest.fixture(scope="session")
def healthy(built: Fabric) -> Findings:
    """Scan it while all is well."""
    return built.scan()


@pytest.fixture
def fabric(built: Fabric, healthy: Findings) -> Iterator[Fabric]:  # noqa: ARG001 - it comes first
    """Let a test change what it likes."""
    yield built
    built.restore()
