"""Who can reach what: a matrix of ways in by networks, and the reasons behind every cell."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from chaudit import Subject
from chaudit_reports.page.marks import Mark, Marks
from chaudit_reports.page.subjects import Anchors
from chaudit_reports.page.ways import Cell, Column, Level, Story, Way, Ways

_APART = 80
"""So many ways in have a row each; of more, those of which the same is to be seen share one."""

_SHUT = frozenset({Level.INSIDE, Level.CLOSED})

_REASONED = 400
"""Rows whose reasons are told on the page; the JSON report has them all."""


class Target(msgspec.Struct, frozen=True):
    """What a way leads to, with the anchor of the object where it is mentioned first."""

    anchor: str
    port: str
    address: str
    subject: Subject
    leads_to: str


class Row(msgspec.Struct, frozen=True):
    """One way in, or several of which the same is to be seen; the stories are those of the first."""

    anchor: str
    via: str
    level: Level
    targets: tuple[Target, ...]
    cells: tuple[Cell | None, ...]
    stories: tuple[Story, ...]
    marks: Sequence[Mark]


class Matrix(msgspec.Struct, frozen=True):
    """All ways in: those that outsiders come in by, or may, and those that are closed to them."""

    columns: tuple[Column, ...]
    open: tuple[Row, ...]
    closed: tuple[Row, ...]
    counts: dict[Level, int]

    @property
    def total(self) -> int:
        """How many ways in there are."""
        return sum(self.counts.values())

    @property
    def has_moot(self) -> bool:
        """Whether some way in is open where outsiders do not arrive."""
        return any(
            cell and not column.outside and cell.level not in _SHUT
            for row in self.open
            for column, cell in zip(self.columns, row.cells, strict=True)
        )


def matrix_of(ways: Ways, anchors: Anchors, marks: Marks) -> Matrix:
    """Return the matrix, what is open furthest first."""
    counts = dict.fromkeys(Level, 0)
    for way in ways.known:
        counts[way.level] += 1
    rows = [_row(number, group, ways, anchors, marks) for number, group in enumerate(_groups(ways))]
    return Matrix(
        columns=ways.columns,
        open=tuple(row for row in rows if row.level not in _SHUT),
        closed=tuple(row for row in rows if row.level in _SHUT),
        counts=counts,
    )


def _groups(ways: Ways) -> Sequence[Sequence[Way]]:
    order = tuple(Level)
    ranked = sorted(
        ways.known,
        key=lambda way: (
            order.index(way.level),
            -sum(way.cells[column].level is way.level for column in ways.columns if column in way.cells),
            way.via,
            int(way.port.partition("/")[0]),
            way.target,
        ),
    )
    if len(ranked) <= _APART:
        return [[way] for way in ranked]
    groups: dict[object, list[Way]] = defaultdict(list)
    for way in ranked:
        seen = tuple(way.cells[column].level if column in way.cells else None for column in ways.columns)
        groups[way.via, seen].append(way)
    return list(groups.values())


def _row(number: int, group: Sequence[Way], ways: Ways, anchors: Anchors, marks: Marks) -> Row:
    first = group[0]
    return Row(
        anchor=f"way-{number}",
        via=first.via,
        level=first.level,
        targets=tuple(_target(way, anchors) for way in group),
        cells=tuple(_cell(group, column) for column in ways.columns),
        stories=tuple(ways.stories(first)) if number < _REASONED else (),
        marks=marks.of(first.target) if len(group) == 1 else (),
    )


def _cell(group: Sequence[Way], column: Column) -> Cell | None:
    """Return what is to be seen of all; the number of nodes is 0 where it is not the same for all."""
    found = [way.cells[column] for way in group if column in way.cells]
    if not found:
        return None
    numbers = {cell.on for cell in found}
    return Cell(found[0].level, numbers.pop() if len(numbers) == 1 else 0)


def _target(way: Way, anchors: Anchors) -> Target:
    return Target(anchors.of_subject(way.target), way.port, way.address, way.target, way.leads_to)
