"""How many ports outsiders find open, by network and column of nodes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chaudit_network.exhibits.exposure import At, PlaceSet
from chaudit_reports.drawing.columns import NodeColumn
from chaudit_reports.page.ways import Level, Ways

Openings = Mapping[tuple[str, int], Mapping[Level, int]]
"""By the name of a network and the index of a column: how many ports are open, in part, or perhaps."""

_TOLD = (Level.OPEN, Level.PART, Level.UNKNOWN)


def openings_of(ways: Ways, columns: Sequence[NodeColumn]) -> Openings:
    """Count each port once for a network and column, by the furthest it is open on any node there."""
    column_of = {node.name: index for index, column in enumerate(columns) for node in column.nodes}
    members = [_members(one, column_of) for one in ways.places]
    found: dict[tuple[str, int], dict[tuple[int, str], Level]] = defaultdict(dict)
    for way in ways.known:
        for entry in way.entries:
            level = ways.level(entry)
            if level not in _TOLD:
                continue
            for at in entry.at:
                place = ways.places[at.places]
                if place.outside and place.network:
                    for column in _columns(at, members[at.places], column_of):
                        ports = found[place.network, column]
                        key = entry.port, entry.protocol
                        ports[key] = min(level, ports.get(key, level), key=_TOLD.index)
    return {where: Counter(ports.values()) for where, ports in found.items()}


def _members(one: PlaceSet, column_of: Mapping[str, int]) -> Mapping[int, int]:
    """Return how many nodes of a column are in a set of places."""
    nodes = {place.node for place in one.places}
    return Counter(column_of[node] for node in nodes if node in column_of)


def _columns(at: At, members: Mapping[int, int], column_of: Mapping[str, int]) -> Iterable[int]:
    if at.only:
        return {column_of[name] for name in at.only if name in column_of}
    left_out = Counter(column_of[name] for name in at.without if name in column_of)
    return [column for column, count in members.items() if count > left_out[column]]
