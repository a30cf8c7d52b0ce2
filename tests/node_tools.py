"""Finds programs that npm has installed for the tests (`tests/package.json`, by `make test`)."""

from pathlib import Path

from tiers import require

_MODULES = Path(__file__).with_name("node_modules")


def node_tool(path: str) -> Path:
    """Return a file below `node_modules`; where it is not, the test that asks cannot run."""
    found = _MODULES / path
    if not found.exists():
        require("formats", f"no {found}: install npm, then run `make test`")
    return found
