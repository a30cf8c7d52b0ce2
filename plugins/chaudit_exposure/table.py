"""The table of exposures for people: what is open to the outside comes first."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from chaudit import plural, printable
from chaudit_network.exposure.model import ExposureGroup
from chaudit_network.exposure.verdict import Reach

_STYLES = {Reach.OPEN: "bold red", Reach.PARTIAL: "yellow", Reach.UNKNOWN: "magenta", Reach.CLOSED: "green"}
_WORST_FIRST = (Reach.OPEN, Reach.PARTIAL, Reach.UNKNOWN, Reach.CLOSED)
_NODES_NAMED = 3


def exposure_table(groups: Iterable[ExposureGroup], classes: Sequence[str]) -> Table:
    """Return the table, with a column for each class of sources."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("port", "via", "leads to", "at", "on", *classes):
        table.add_column(heading, overflow="fold")
    for group in sorted(groups, key=lambda group: _rank(group, classes)):
        table.add_row(
            f"{group.way.port}/{group.way.protocol}",
            group.way.via.value,
            Text(str(group.way.target)),
            Text(_where(group)),
            Text(_nodes(group)),
            *(_verdict(group, name) for name in classes),
        )
    return table


def _rank(group: ExposureGroup, classes: Sequence[str]) -> tuple[object, ...]:
    order = [_WORST_FIRST.index(group.verdicts[name].verdict) if name in group.verdicts else 9 for name in classes]
    return *order, group.way.port, str(group.way.target)


def _where(group: ExposureGroup) -> str:
    if group.way.address is not None:
        return str(group.way.address)
    return f"{printable(group.network) or 'unknown network'} IPv{group.family}"


def _nodes(group: ExposureGroup) -> str:
    nodes = sorted({place.node for place in group.places})
    if len(nodes) > _NODES_NAMED:
        return plural(len(nodes), "node")
    return ", ".join(map(printable, nodes))


def _verdict(group: ExposureGroup, name: str) -> Text:
    found = group.verdicts.get(name)
    return Text(found.verdict.value, _STYLES[found.verdict]) if found else Text("-", "dim")
