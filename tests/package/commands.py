"""Runs programs as a user would: away from the checkout, and without what makes Python import from it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLE = CHECKOUT / "examples" / "chaudit-acme"

_LONGEST_S = 300


def run(
    *command: str | Path, folder: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with these environment variables besides the inherited ones, and wait for its end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        command,
        cwd=folder,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **(variables or {})},
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )


def must_run(*command: str | Path, folder: Path) -> str:
    """Run a program that has to succeed and return its standard output.

    Raises:
        AssertionError: it failed; the message is what it said.
    """
    done = run(*command, folder=folder)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout
