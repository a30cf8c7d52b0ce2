"""Texts that nobody needs to know, forgotten once they are decoded, so that no snapshot or report can tell them."""

import msgspec

from chaudit import Record

FORGOTTEN = "(forgotten)"
"""What stands in a record for a text that was there."""


def forget(record: Record, field: str) -> None:
    """Put a mark in the place of a text; where there was none, there is none still."""
    if getattr(record, field):
        msgspec.structs.force_setattr(record, field, FORGOTTEN)
