"""Gives the tests of this folder one real control plane, or says why this machine cannot run any."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from cluster.assets import AssetsMissingError, crd_folder, find_assets
from cluster.case_cluster import CaseCluster, case_files, server_options
from cluster.control_plane import ControlPlane

_TIER = "cluster"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and only these, as the tier: the hook is told of all tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(_TIER)


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """Run one control plane for all tests; each test works with names of its own."""
    try:
        plane = ControlPlane()
    except AssetsMissingError as reason:
        _cannot_run(str(reason))
    with plane:
        yield plane


@pytest.fixture(scope="session")
def case_cluster(crds: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseCluster]:
    """Run another control plane, which serves all kinds that rules look at and is empty between tests."""
    try:
        assets = find_assets()
    except AssetsMissingError as reason:
        _cannot_run(str(reason))
    with ControlPlane(assets, options=server_options(assets)) as plane:
        cases = [case for cases in case_files().values() for case in cases]
        yield CaseCluster(plane, tmp_path_factory.mktemp("cases"), crds, cases)


@pytest.fixture(scope="session")
def crds() -> Path:
    """Return the folder of CustomResourceDefinitions."""
    try:
        return crd_folder()
    except AssetsMissingError as reason:
        _cannot_run(str(reason))


def _cannot_run(reason: str) -> NoReturn:
    """Skip, or fail where ``CHAUDIT_REQUIRE_TIERS``, a list with commas, names this tier."""
    message = f"the {_TIER} tier cannot run: {reason}"
    if _TIER in os.environ.get("CHAUDIT_REQUIRE_TIERS", "").split(","):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
