"""X rules: what cuts across all other families, beginning with the evidence itself."""

from collections.abc import Iterable
from typing import Any

from chaudit import Family, Rule, hookimpl


@hookimpl
def register_families() -> Iterable[Family]:
    """Return what the rules of this pack are about."""
    return [Family("X", "Cross-cutting")]


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack, imported only when somebody asks for rules."""
    from chaudit_platform.rules import RULES

    return RULES
