"""ING rules: does HTTP come in by a controller that is there, healthy and safe."""

from collections.abc import Iterable
from typing import Any

from chaudit import Rule, hookimpl
from chaudit_ingress.ingress_nginx import ingress_controller_is_maintained, ingress_nginx_has_the_last_fixes
from chaudit_ingress.redundancy import ingress_controller_is_redundant
from chaudit_ingress.served import ingress_or_gateway_is_served


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack."""
    return [
        ingress_or_gateway_is_served,
        ingress_controller_is_redundant,
        ingress_controller_is_maintained,
        ingress_nginx_has_the_last_fixes,
    ]
