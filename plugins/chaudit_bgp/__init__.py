"""BGP rules: with whom the cluster exchanges routes, and what it lets them know."""

from collections.abc import Iterable
from typing import Any

from chaudit import Rule, hookimpl
from chaudit_bgp.authentication import external_session_is_authenticated
from chaudit_bgp.declared import declared_peer_is_configured


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack."""
    return [declared_peer_is_configured, external_session_is_authenticated]
