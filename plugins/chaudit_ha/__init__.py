"""HA rules: does the way to the applications survive the loss of a node, a record or a load balancer."""

from collections.abc import Iterable
from typing import Any

from chaudit import Family, Rule, hookimpl


@hookimpl
def register_families() -> Iterable[Family]:
    """Return what the rules of this pack are about."""
    return [Family("HA", "High availability of records and load balancers")]


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack, imported only when somebody asks for rules."""
    from chaudit_ha.rules import RULES

    return RULES
