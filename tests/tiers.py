"""Tiers of tests that not every machine can run: skipped by name, or a failure where a run relies on them."""

import os
from typing import NoReturn

import pytest


def require(tier: str, reason: str) -> NoReturn:
    """Say why the tier cannot run: skip, or fail where `CHAUDIT_REQUIRE_TIERS`, a list with commas, names the tier."""
    message = f"the {tier} tier cannot run: {reason}"
    if tier in os.environ.get("CHAUDIT_REQUIRE_TIERS", "").split(","):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
