"""Whether a node answers outsiders on a port of one of its addresses, whichever way in that is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import view
from chaudit_network.addresses import IPAddress
from chaudit_network.exposure.model import ExposureGroup, ExposureModel
from chaudit_network.exposure.sources import Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.view import exposure

_Port = tuple[int, str]

_BEST_FIRST = (Reach.OPEN, Reach.PARTIAL, Reach.UNKNOWN, Reach.CLOSED)


class Answering(msgspec.Struct, dict=True):
    """The ways in by port, and what outsiders meet there."""

    model: ExposureModel

    def at(self, node: str, address: IPAddress, port: _Port) -> Verdict | None:
        """Return what the best placed outsiders meet; None where no way in is known.

        A process of the host that is no pod is not seen.
        """
        there = [group for group in self.model.by_port.get(port, ()) if _is_at(group, node, address)]
        return min((verdict for group in there for verdict in self._met(group)), key=_rank, default=None)

    def nodes(self, port: _Port) -> Mapping[Verdict, frozenset[str]]:
        """Return the nodes by what the best placed outsiders meet on a port at the best of their addresses."""
        found: dict[Verdict, frozenset[str]] = defaultdict(frozenset)
        settled: frozenset[str] = frozenset()
        met = [(verdict, group) for group in self.model.by_port.get(port, ()) for verdict in self._met(group)]
        for verdict, group in sorted(met, key=lambda one: _rank(one[0])):
            nodes = frozenset(group.places.nodes) - settled
            settled |= nodes
            found[verdict] |= nodes
        return {verdict: nodes for verdict, nodes in found.items() if nodes}

    def _met(self, group: ExposureGroup) -> Sequence[Verdict]:
        return [group.verdicts[name] for name in self._outsiders if name in group.verdicts]

    @cached_property
    def _outsiders(self) -> Sequence[str]:
        return [source.name for source in self.model.sources if source.standpoint is Standpoint.OUTSIDE]


answering = view(exposure)(Answering)
"""The view that answers with `Answering`."""


def _is_at(group: ExposureGroup, node: str, address: IPAddress) -> bool:
    places = group.places
    return node in places.nodes and any(place.address == address for place in places.on(node))


def _rank(verdict: Verdict) -> int:
    return _BEST_FIRST.index(verdict.verdict)
