"""How the rules of this pack put things: lists that stay short."""

from collections.abc import Iterable

from chaudit import printable

_SHOWN = 5


def listed(values: Iterable[object]) -> str:
    """Return the first values in order, and how many more there are."""
    texts = sorted(printable(str(value)) for value in values)
    return ", ".join(texts[:_SHOWN]) + (f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else "")
