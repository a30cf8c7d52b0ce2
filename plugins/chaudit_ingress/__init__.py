"""ING rules: does HTTP come in by a controller that is there, healthy and safe."""

from collections.abc import Iterable
from typing import Any

from chaudit import Family, Rule, hookimpl


@hookimpl
def register_families() -> Iterable[Family]:
    """Return what the rules of this pack are about."""
    return [Family("ING", "Ingress usage")]


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack, imported only when somebody asks for rules."""
    from chaudit_ingress.rules import RULES

    return RULES
