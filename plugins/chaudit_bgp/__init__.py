"""BGP rules: with whom the cluster exchanges routes, and what it lets them know."""

from collections.abc import Iterable
from typing import Any

from chaudit import Family, Rule, hookimpl


@hookimpl
def register_families() -> Iterable[Family]:
    """Return what the rules of this pack are about."""
    return [Family("BGP", "BGP peers and advertisements")]


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack, imported only when somebody asks for rules."""
    from chaudit_bgp.rules import RULES

    return RULES
