"""How the rules of this pack put things: in lists that stay short."""

from collections.abc import Iterable

from chaudit import printable
from chaudit_network.bgp.advertisements import Advertisement
from chaudit_network.bgp.passing import PassedOn

_SHOWN = 5


def listed(values: Iterable[object]) -> str:
    """Return the first values in order, and how many more there are."""
    texts = sorted(map(str, values))
    shown = ", ".join(map(printable, texts[:_SHOWN]))
    return f"{shown} and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else shown


def hearers(told: Iterable[Advertisement | PassedOn]) -> str:
    """Return who hears of what is told or passed on."""
    groups = {id(one.group): one.group for one in told}
    return listed({name for group in groups.values() for name in group.called})
