"""Names the scripts that run in the hosts of the lab, with a Python that starts fast: no site packages, no paths."""

import sys
from pathlib import Path


def script(name: str) -> list[str]:
    """Return the command that runs a script of this folder."""
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name(f"{name}.py"))]
