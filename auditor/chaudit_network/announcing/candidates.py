"""Nodes that can announce an address, by one way of announcing."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from heapq import nsmallest

import msgspec

from chaudit import plural, printable

_SHOWN = 3
"""How many nodes are named where there may be thousands."""


class Candidates(msgspec.Struct, frozen=True, dict=True):
    """The nodes that can announce, by which means, and how many others cannot, for which reason."""

    means: str
    nodes: frozenset[str]
    unfit: Mapping[str, int]

    def among(self, nodes: Iterable[str], otherwise: str) -> "Candidates":
        """Return the candidates that are among these nodes; the reason why the others are none is given."""
        kept = self.nodes & frozenset(nodes)
        dropped = len(self.nodes) - len(kept)
        return Candidates(self.means, kept, {**self.unfit, otherwise: dropped} if dropped else self.unfit)

    def __str__(self) -> str:
        """Return `MetalLB in layer 2 mode: node-1 (2 nodes not Ready)`."""
        return self._text

    @cached_property
    def _text(self) -> str:
        others = [f"{plural(count, 'node')} {why}" for why, count in self.unfit.items()]
        return f"{self.means}: {listed(self.nodes) or 'no node'}" + (f" ({'; '.join(others)})" if others else "")


def listed(nodes: Iterable[str]) -> str:
    """Return the names of the first nodes and how many more there are."""
    names = tuple(nodes)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return printable(", ".join(nsmallest(_SHOWN, names))) + more
