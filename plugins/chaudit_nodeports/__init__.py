"""NPT rules: what the cluster opens on its nodes, and whether anything stands behind it."""

from collections.abc import Iterable
from typing import Any

from chaudit import Rule, hookimpl
from chaudit_nodeports.backing import exposed_services_have_a_usable_endpoint
from chaudit_nodeports.budget import node_ports_stay_within_budget


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack."""
    return [node_ports_stay_within_budget, exposed_services_have_a_usable_endpoint]
