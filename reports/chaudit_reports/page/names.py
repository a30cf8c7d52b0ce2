"""The names of applications by the nodes that they lead to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import Subject
from chaudit_network.exhibits.names import DestinationEntry, NameEntry, PublishedNames
from chaudit_network.names.destinations import Kind
from chaudit_reports.drawing.columns import NodeColumn
from chaudit_reports.page.marks import Mark, Marks

_APART = 80
"""So many names have a row each; of more, those that lead to the same share one."""

_WORDS = {Kind.NODE: "record", Kind.FLOATING: "floats", Kind.LOAD_BALANCER: "announces"}
"""How a node is reached by a name."""


class Lead(msgspec.Struct, frozen=True):
    """How a name leads to the nodes of a column, to how many of them, and how many of these are Ready."""

    how: str
    on: int
    ready: int


class NameRow(msgspec.Struct, frozen=True):
    """A name, or several that lead to the same; `gaps` say why they may lead elsewhere."""

    name: NameEntry
    others: tuple[str, ...]
    targets: tuple[DestinationEntry, ...]
    leads: tuple[tuple[Lead, ...], ...]
    ready: int
    survives: bool
    gaps: tuple[str, ...]
    marks: Sequence[Mark]

    def cells(self, columns: Sequence[NodeColumn]) -> Iterator[tuple[NodeColumn, tuple[Lead, ...]]]:
        """Yield how it leads to each column."""
        return zip(columns, self.leads, strict=True)


class NamesPage(msgspec.Struct, frozen=True):
    """All names, and the columns of nodes they are held against."""

    columns: Sequence[NodeColumn]
    rows: tuple[NameRow, ...]
    count: int

    @property
    def has_others(self) -> bool:
        """Whether a row stands for several names."""
        return any(row.others for row in self.rows)


def names_of(known: PublishedNames, columns: Sequence[NodeColumn], marks: Marks) -> NamesPage:
    """Return the rows by name."""
    places = {entry.address: entry for entry in known.destinations}
    column_of = {node.name: index for index, column in enumerate(columns) for node in column.nodes}
    groups: dict[object, list[NameEntry]] = {}
    for name in known.names:
        alone = name.host if len(known.names) <= _APART else ""
        key = alone, name.wanted, name.ports, name.publications, name.missing, name.gaps
        groups.setdefault(key, []).append(name)
    rows = tuple(_row(group, places, column_of, len(columns), marks) for group in groups.values())
    return NamesPage(columns, rows, len(known.names))


def _row(
    group: Sequence[NameEntry],
    places: Mapping[str, DestinationEntry],
    column_of: Mapping[str, int],
    columns: int,
    marks: Marks,
) -> NameRow:
    name = group[0]
    addresses = dict.fromkeys(address for one in name.publications for address in one.addresses)
    targets = tuple(places[address] for address in addresses)
    unsure = [gap for one in name.publications for gap in one.gaps]
    return NameRow(
        name=name,
        others=tuple(one.host for one in group[1:]),
        targets=targets,
        leads=tuple(tuple(_leads(index, targets, column_of)) for index in range(columns)),
        ready=len({node for target in targets for node in target.ready}),
        survives=any(target.survives for target in targets),
        gaps=tuple(dict.fromkeys((*name.gaps, *unsure, *([name.missing] if name.missing else [])))),
        marks=marks.of(Subject("Hostname", name=name.host)),
    )


def _leads(index: int, targets: Sequence[DestinationEntry], column_of: Mapping[str, int]) -> Iterator[Lead]:
    on: Counter[str] = Counter()
    ready: Counter[str] = Counter()
    for target in targets:
        how = _WORDS.get(target.kind, str(target.kind))
        on[how] += sum(column_of.get(node) == index for node in target.nodes)
        ready[how] += sum(column_of.get(node) == index for node in target.ready)
    return (Lead(how, count, ready[how]) for how, count in on.items() if count)
