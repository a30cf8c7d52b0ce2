"""NET rules: are all nodes attached to the network they are meant to be on."""

from collections.abc import Iterable
from typing import Any

from chaudit import Family, Rule, hookimpl


@hookimpl
def register_families() -> Iterable[Family]:
    """Return what the rules of this pack are about."""
    return [Family("NET", "Node network attachment")]


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack, imported only when somebody asks for rules."""
    from chaudit_nodes.rules import RULES

    return RULES
