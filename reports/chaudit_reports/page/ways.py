"""The ways in to the cluster as the page shows them: how far each is open to outsiders, network by network."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from chaudit import Subject, plural
from chaudit_network.exhibits.exposure import At, ExposureEntry, PlaceSet
from chaudit_network.exposure.sources import EXTERNAL
from chaudit_network.exposure.verdict import Reach

OWN_ADDRESS = "its own address"
"""Where ways in are that have an address which no node owns."""

NO_NETWORK = "no known network"

_NODES_NAMED = 3


class Level(StrEnum):
    """How far a way in is open: to outsiders, to some of them, perhaps, only to insiders, to nobody."""

    OPEN = "open"
    PART = "part"
    UNKNOWN = "unknown"
    INSIDE = "inside"
    CLOSED = "closed"


class Column(msgspec.Struct, frozen=True):
    """A network with the addresses of one family, on so many nodes; `outside` says whether outsiders arrive there."""

    name: str
    outside: bool
    nodes: int


class Cell(msgspec.Struct):
    """How far a way is open in one network, and on how many of its nodes so far."""

    level: Level
    on: int


class Story(msgspec.Struct, frozen=True):
    """What is said of a way at some places: who gets through, and why."""

    where: str
    verdicts: tuple[tuple[Reach, str, tuple[str, ...]], ...]


class Way(msgspec.Struct):
    """One way in, with its cells by column."""

    via: str
    port: str
    address: str
    target: Subject
    pods: int
    backends: Mapping[str, int]
    entries: list[ExposureEntry] = msgspec.field(default_factory=list)
    cells: dict[Column, Cell] = msgspec.field(default_factory=dict)

    @property
    def level(self) -> Level:
        """How far outsiders get where they arrive."""
        return worst(cell.level for column, cell in self.cells.items() if column.outside)

    @property
    def leads_to(self) -> str:
        """Where it ends, in words: `3 backends on 2 nodes`."""
        if not self.backends:
            return plural(self.pods, "pod") if self.pods > 1 else ""
        return f"{plural(sum(self.backends.values()), 'backend')} on {plural(len(self.backends), 'node')}"


def worst(levels: Iterable[Level]) -> Level:
    """Return the level that lets most people in, as far as is known."""
    return min(levels, key=tuple(Level).index, default=Level.CLOSED)


class Ways:
    """All ways in, and the columns they are shown in: where outsiders arrive comes first."""

    def __init__(self, entries: Sequence[ExposureEntry], places: Sequence[PlaceSet], external: Iterable[str]) -> None:
        self.places = places
        self._outsiders = {EXTERNAL, *external}
        self._columns = _columns(places)
        self._nodes = [len({place.node for place in one.places}) for one in places]
        self.known = list(self._gather(entries))
        self.columns = tuple(sorted({column for way in self.known for column in way.cells}, key=_rank))

    def level(self, entry: ExposureEntry) -> Level:
        """Return how far an entry is open."""
        found = {one.verdict for one in entry.verdicts if self._outsiders & set(one.sources)}
        for reach, level in ((Reach.OPEN, Level.OPEN), (Reach.PARTIAL, Level.PART), (Reach.UNKNOWN, Level.UNKNOWN)):
            if reach in found:
                return level
        is_closed = all(one.verdict is Reach.CLOSED for one in entry.verdicts)
        return Level.CLOSED if is_closed else Level.INSIDE

    def stories(self, way: Way) -> Iterator[Story]:
        """Yield what is said of a way, place by place."""
        classes = {source for entry in way.entries for one in entry.verdicts for source in one.sources}
        for entry in way.entries:
            verdicts = tuple(
                (one.verdict, "everybody" if set(one.sources) == classes else ", ".join(one.sources), one.because)
                for one in entry.verdicts
            )
            yield Story("; ".join(self._where(at) for at in entry.at), verdicts)

    def _gather(self, entries: Iterable[ExposureEntry]) -> Iterable[Way]:
        ways: dict[object, Way] = {}
        for entry in entries:
            key = entry.via, entry.port, entry.protocol, entry.address, entry.target
            if key not in ways:
                port = f"{entry.port}/{entry.protocol}"
                ways[key] = Way(entry.via, port, entry.address, entry.target, entry.pods, entry.backends)
            way, level = ways[key], self.level(entry)
            way.entries.append(entry)
            for at in entry.at:
                _add(way.cells, self._columns[at.places], level, self._count(at))
        return ways.values()

    def _count(self, at: At) -> int:
        return len(at.only) or self._nodes[at.places] - len(at.without)

    def _where(self, at: At) -> str:
        everywhere = self._nodes[at.places]
        column = self._columns[at.places].name
        if at.only:
            return f"{column}: {_listed(at.only)}"
        if at.without:
            return f"{column}: {plural(everywhere - len(at.without), 'node')}, not {_listed(at.without)}"
        return f"{column}: {plural(everywhere, 'node')}"


def _columns(places: Sequence[PlaceSet]) -> list[Column]:
    names = [_name(one) for one in places]
    families: dict[str, set[int]] = defaultdict(set)
    outside: dict[str, bool] = defaultdict(bool)
    nodes: dict[tuple[str, int], set[str]] = defaultdict(set)
    for name, one in zip(names, places, strict=True):
        families[name].add(one.family)
        outside[name] |= one.outside
        nodes[name, one.family].update(place.node for place in one.places)
    return [
        Column(
            name=f"{name} IPv{one.family}" if len(families[name]) > 1 else name,
            outside=outside[name],
            nodes=len(nodes[name, one.family]),
        )
        for name, one in zip(names, places, strict=True)
    ]


def _rank(column: Column) -> tuple[object, ...]:
    return not column.outside, column.name == OWN_ADDRESS, column.name


def _name(one: PlaceSet) -> str:
    return one.network or (NO_NETWORK if one.places[0].address else OWN_ADDRESS)


def _add(cells: dict[Column, Cell], column: Column, level: Level, on: int) -> None:
    """Let what is open furthest stand for the column, with the number of nodes where it is."""
    cell = cells.get(column)
    if cell is None or (cell.level is not level and worst((level, cell.level)) is level):
        cells[column] = Cell(level, on)
    elif cell.level is level:
        cell.on = min(cell.on + on, column.nodes)


def _listed(nodes: Sequence[str]) -> str:
    return ", ".join(nodes) if len(nodes) <= _NODES_NAMED else plural(len(nodes), "node")
