"""Builds the distributions once, and installs the wheel and the example plugin once into a fresh environment."""

import sys
import tomllib
import venv
from pathlib import Path

import pytest

from package.commands import CHECKOUT, EXAMPLE, must_run, run
from tiers import require

_TIER = "package"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and only these, as the tier; its first test waits for building and installing."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(_TIER)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as a release does, the sdist from the checkout and the wheel from the sdist, and return the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    _check_that_packages_can_be_built(folder)
    must_run(sys.executable, "-m", "build", "--outdir", folder, CHECKOUT, folder=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of an environment with the wheel, the example plugin and pytest."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    must_run(programs / "pip", "install", wheel, EXAMPLE, "pytest", folder=folder)
    return programs


def _check_that_packages_can_be_built(folder: Path) -> None:
    """Tell a machine without the tools or an index, where nothing builds, from a project that does not build."""
    backend = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["build-system"]["requires"]
    look_up = (
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--retries=0",
        "--timeout=15",
        *backend,
    )
    for needed in (("build", "--version"), (*look_up, *backend)):
        tried = run(sys.executable, "-m", *needed, folder=folder)
        if tried.returncode:
            require(_TIER, tried.stderr.strip().rpartition("\n")[2])
