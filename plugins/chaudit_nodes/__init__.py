"""NET rules: are all nodes attached to the network they are meant to be on."""

from collections.abc import Iterable
from typing import Any

from chaudit import Rule, hookimpl


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack, imported only when somebody asks for rules."""
    from chaudit_nodes.rules import RULES

    return RULES
