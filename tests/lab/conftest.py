"""Gives the tests of this folder the lab, or says why this machine cannot have it, and prints what packets said."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.assets import AssetsMissingError
from lab.lab import Lab
from lab.namespaces import CommandError, Namespaces
from lab.rules import PORTMAP
from lab.verdicts import Tally
from tiers import require

_TIER = "lab"
_TOOLS = {"ip": "iproute2", "iptables": "iptables", "conntrack": "conntrack", PORTMAP: "containernetworking-plugins"}
_FIGURES = pytest.StashKey[dict[str, Tally]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the tier's marker known."""
    config.addinivalue_line("markers", f"{_TIER}: needs root, network namespaces and kube-proxy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that make networks as the tier: the hook is told of all tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents and "privileges" in getattr(item, "fixturenames", ()):
            item.add_marker(_TIER)


@pytest.fixture(scope="session")
def privileges() -> None:
    """Find out whether this process may make networks, and has what that takes."""
    if os.geteuid() != 0:
        require(_TIER, "network namespaces need root")
    for tool, package in _TOOLS.items():
        if shutil.which(tool) is None:
            require(_TIER, f"no {tool}: install it (Debian: {package})")
    try:
        with Namespaces() as hosts:
            hosts.add(["trial"])
            hosts.run("trial", "ip6tables", "--table", "nat", "--list")
    except CommandError as reason:
        require(_TIER, str(reason))


@pytest.fixture(scope="session")
def lab(privileges: None) -> Iterator[Lab]:  # noqa: ARG001 - they come first
    """Run one lab for all tests; cluster after cluster works in it."""
    try:
        built = Lab(os.environ.get("CHAUDIT_LAB_PROXY_MODE", ""))
    except AssetsMissingError as reason:
        require(_TIER, str(reason))
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
