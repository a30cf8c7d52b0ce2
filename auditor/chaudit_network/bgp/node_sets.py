"""Sets of nodes: many routes are told by the same nodes, and share one set of them, however many nodes there are."""

from collections.abc import Sequence

import msgspec

NodeSet = frozenset[str]


class Overlaps(msgspec.Struct):
    """What two sets have in common. The same two meet often: it is found once."""

    _known: dict[tuple[NodeSet, NodeSet], NodeSet] = msgspec.field(default_factory=dict)

    def of(self, these: NodeSet, those: NodeSet) -> NodeSet:
        """Return the nodes that are in both."""
        key = these, those
        if key not in self._known:
            self._known[key] = these if these <= those else those if those <= these else these & those
        return self._known[key]


def united(sets: Sequence[NodeSet]) -> NodeSet:
    """Return the nodes that are in any."""
    distinct = set(sets)
    return distinct.pop() if len(distinct) == 1 else frozenset().union(*distinct)
