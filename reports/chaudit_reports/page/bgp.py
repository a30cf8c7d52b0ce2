"""BGP: how the sessions of the nodes with each router are, and which prefixes it is told."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import Subject
from chaudit_network.exhibits.bgp import UNKNOWN, AdvertisedEntry, Peering, PrefixEntry, RouterEntry
from chaudit_reports.drawing.columns import NodeColumn
from chaudit_reports.page.marks import Mark, Marks

_PREFIXES = 12
"""Prefixes of one sort that stand open; the rest is folded."""


class State(msgspec.Struct, frozen=True):
    """The state of some sessions between a column of nodes and a router: `good`, `bad` or `unknown`."""

    word: str
    tone: str
    count: int


class RouterRow(msgspec.Struct, frozen=True):
    """A router, with the states of sessions by column."""

    router: RouterEntry
    cells: tuple[tuple[State, ...], ...]
    marks: Sequence[Mark]

    def by_column(self, columns: Sequence[NodeColumn]) -> Iterator[tuple[NodeColumn, tuple[State, ...]]]:
        """Yield the states of the sessions of each column."""
        return zip(columns, self.cells, strict=True)


class Told(msgspec.Struct, frozen=True):
    """What some routers are told: the prefixes in sight, and those that are folded."""

    entry: AdvertisedEntry

    @property
    def shown(self) -> Sequence[PrefixEntry]:
        """The first prefixes."""
        return self.entry.prefixes[:_PREFIXES]

    @property
    def folded(self) -> Sequence[PrefixEntry]:
        """The others."""
        return self.entry.prefixes[_PREFIXES:]


class BGPPage(msgspec.Struct, frozen=True):
    """Sessions by router, why the state of some is not known, and what is told."""

    columns: Sequence[NodeColumn]
    rows: tuple[RouterRow, ...]
    reasons: tuple[tuple[str, int], ...]
    told: tuple[Told, ...]


def bgp_of(peering: Peering, columns: Sequence[NodeColumn], marks: Marks) -> BGPPage:
    """Return the page on BGP."""
    column_of = {node.name: index for index, column in enumerate(columns) for node in column.nodes}
    reasons: Counter[str] = Counter()
    for router in peering.routers:
        for group in router.sessions:
            if group.because:
                reasons[group.because] += len(group.nodes)
    rows = tuple(
        RouterRow(
            router,
            tuple(tuple(_states(index, router, column_of)) for index in range(len(columns))),
            marks.of(Subject("Peer", name=router.name)),
        )
        for router in peering.routers
    )
    return BGPPage(columns, rows, tuple(reasons.most_common()), tuple(map(Told, peering.advertised)))


def summary_of(router: RouterEntry) -> str:
    """Return how its sessions are, as far as they are known: `established 3, unknown 2`."""
    counts: Counter[str] = Counter()
    for group in router.sessions:
        counts[group.state] += len(group.nodes)
    return ", ".join(f"{state} {count}" for state, count in counts.most_common())


def _states(index: int, router: RouterEntry, column_of: Mapping[str, int]) -> Iterator[State]:
    for group in router.sessions:
        count = sum(column_of.get(node) == index for node in group.nodes)
        if count:
            tone = "good" if group.established else "unknown" if group.state == UNKNOWN else "bad"
            yield State(group.state.lower(), tone, count)
