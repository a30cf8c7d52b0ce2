"""The table of changes for people: what opened comes first, and what is the same of many places is said once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec
from rich.table import Table
from rich.text import Text

from chaudit import printable
from chaudit_exposure.changes import Change, ChangedExposure
from chaudit_exposure.table import listed
from chaudit_network.exposure.place_sets import NodeSet
from chaudit_network.exposure.verdict import Reach
from chaudit_network.exposure.ways import Via

_STYLES: Mapping[Change, str] = {Change.OPENED: "red", Change.CLOSED: "green", Change.INCOMPARABLE: "magenta"}


_BY_ADDRESS = {Via.EXTERNAL_IP, Via.LOAD_BALANCER_IP}


class _Row(msgspec.Struct):
    """Where the same has become of the same sources; `rank` orders rows."""

    rank: tuple[object, ...]
    cells: tuple[Text | str, ...]
    for_: Text
    at: dict[str, None] = msgspec.field(default_factory=dict)
    nodes: dict[str, None] = msgspec.field(default_factory=dict)


def changes_table(changes: Iterable[ChangedExposure]) -> Table:
    """Return the table. The reasons are left to JSON: they differ from place to place."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", "way in", "leads to", "at", "on"):
        table.add_column(heading, overflow="fold")
    table.add_column("for", overflow="fold", ratio=1)
    for row in sorted(_rows(changes), key=lambda row: row.rank):
        table.add_row(*row.cells, ", ".join(row.at), listed(NodeSet.of(row.nodes)), row.for_)
    return table


def _rows(changes: Iterable[ChangedExposure]) -> Iterable[_Row]:
    rows: dict[tuple[object, ...], _Row] = {}
    for one in changes:
        alike: dict[tuple[Change, Reach, Reach], list[str]] = defaultdict(list)
        for source, said in one.changes.items():
            alike[said.change, said.was, said.now].append(printable(source))
        way_in, target = f"{one.port}/{one.protocol} {one.via}", str(one.target)
        for (change, was, now), sources in alike.items():
            for_ = Text(f"{', '.join(sources)}: {was}, now {now}")
            rank = list(Change).index(change), one.port, one.protocol, target, for_.plain
            cells = Text(change, _STYLES.get(change, "")), way_in, Text(target)
            row = rows.setdefault((change, way_in, target, for_.plain), _Row(rank, cells, for_))
            row.at[_where(one)] = None
            row.nodes[one.node] = None
    return rows.values()


def _where(one: ChangedExposure) -> str:
    return one.address if one.via in _BY_ADDRESS else f"{printable(one.network) or 'other'} IPv{one.family}"
