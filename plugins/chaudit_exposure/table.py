"""The table of exposures for people: what is open to the outside comes first."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from chaudit import plural, printable
from chaudit_exposure.tried import standings
from chaudit_network.exposure.model import ExposureGroup
from chaudit_network.exposure.place_sets import NodeSet
from chaudit_network.exposure.trials import Trials
from chaudit_network.exposure.verdict import Reach

_STYLES: Mapping[Reach, str] = {
    Reach.OPEN: "red",
    Reach.PARTIAL: "yellow",
    Reach.UNKNOWN: "magenta",
}
_SAID: Mapping[Reach, str] = {Reach.OPEN: "", Reach.PARTIAL: "partly ", Reach.UNKNOWN: "unknown for "}
_NODES_NAMED = 2


def exposure_table(groups: Iterable[ExposureGroup], classes: Sequence[str], trials: Trials) -> Table:
    """Return the table; `classes` are the names of the classes of sources, the most distant first."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("way in", "leads to", "at", "on"):
        table.add_column(heading, overflow="fold")
    table.add_column("open to", overflow="fold", ratio=1)
    if not trials.reading.is_absent:
        table.add_column("tried", overflow="fold")
    for row in _rows(sorted(groups, key=lambda group: _rank(group, classes)), classes):
        cells: list[RenderableType] = [row.way_in, Text(row.target), ", ".join(row.at), listed(row.nodes), row.open_to]
        if not trials.reading.is_absent:
            cells.append(standings(row.groups, trials) or Text("no"))
        table.add_row(*cells)
    return table


def is_open(group: ExposureGroup) -> bool:
    """Whether the way is, or may be, open to anybody there."""
    return any(one.verdict is not Reach.CLOSED for one in group.verdicts.values())


class _Row(msgspec.Struct):
    """What is said once of all places for which it is the same."""

    way_in: str
    target: str
    open_to: Text
    at: dict[str, None] = msgspec.field(default_factory=dict)
    nodes: NodeSet = msgspec.field(default_factory=lambda: NodeSet.of(()))
    groups: list[ExposureGroup] = msgspec.field(default_factory=list)


def _rows(groups: Iterable[ExposureGroup], classes: Sequence[str]) -> Iterable[_Row]:
    rows: dict[tuple[str, str, str], _Row] = {}
    for group in groups:
        way_in, open_to = f"{group.way.port}/{group.way.protocol} {group.way.via}", _reach(group, classes)
        key = way_in, str(group.way.target), open_to.plain
        row = rows.setdefault(key, _Row(way_in, str(group.way.target), open_to))
        row.at[_where(group)] = None
        row.nodes |= group.places.nodes
        row.groups.append(group)
    return rows.values()


def _rank(group: ExposureGroup, classes: Sequence[str]) -> tuple[object, ...]:
    """Order by how far the way is open to the most distant sources, then by what it is."""
    reaches = [group.verdicts[name].verdict for name in classes if name in group.verdicts]
    return [list(Reach).index(reach) for reach in reaches], group.way.port, str(group.way.target), group.network


def _where(group: ExposureGroup) -> str:
    if group.way.address is not None:
        return str(group.way.address)
    return f"{printable(group.network) or 'other'} IPv{group.family}"


def listed(nodes: NodeSet) -> str:
    """Name the nodes if they are few, or else count them."""
    if len(nodes) > _NODES_NAMED:
        return plural(len(nodes), "node")
    return ", ".join(map(printable, sorted(nodes)))


def _reach(group: ExposureGroup, classes: Sequence[str]) -> Text:
    """Name the classes by verdict: `external, oam  partly pods`; everybody where all are open."""
    if {one.verdict for one in group.verdicts.values()} == {Reach.OPEN}:
        return Text("everybody", "bold red")
    text = Text()
    for reach, style in _STYLES.items():
        names = [name for name in classes if name in group.verdicts and group.verdicts[name].verdict is reach]
        if names:
            text.append(f"{'  ' if text else ''}{_SAID[reach]}{', '.join(map(printable, names))}", style)
    return text
