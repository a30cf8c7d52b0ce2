"""Finds data and verdicts of other projects, which the checkout does not hold."""

import os
from pathlib import Path

from tiers import require

_CHECKOUT = Path(__file__).resolve().parents[1]


def fixture(source: str, name: str) -> Path:
    """Return a file of a source: in ``CHAUDIT_FIXTURES``, else in ``../shared/fixtures`` as seen from the checkout.

    Where it is not, the test that asks cannot run.
    """
    folder = Path(os.environ.get("CHAUDIT_FIXTURES") or _CHECKOUT.parent / "shared" / "fixtures")
    path = folder / source / name
    if not path.is_file():
        require("fixtures", f"no file {path}: set CHAUDIT_FIXTURES to the folder of fixtures")
    return path
