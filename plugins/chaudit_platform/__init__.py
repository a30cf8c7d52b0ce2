"""X rules: what cuts across all other families, beginning with the evidence itself."""

from collections.abc import Iterable
from typing import Any

from chaudit import Rule, hookimpl
from chaudit_platform.evidence import all_evidence_was_read


@hookimpl
def register_rules() -> Iterable[Rule[Any]]:
    """Return the rules of this pack."""
    return [all_evidence_was_read]
