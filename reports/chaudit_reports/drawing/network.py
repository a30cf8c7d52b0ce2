"""The network drawn: networks as bands, the nodes as columns that are attached to them, and who else is there.

What outsiders reach lies above the nodes, what they do not below. Coordinates are those of the SVG's view box.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from chaudit import plural
from chaudit_network.exhibits.network import AddressEntry, ClusterNetwork, NetworkEntry
from chaudit_network.views.networks import Origin
from chaudit_reports.drawing.columns import NodeColumn
from chaudit_reports.drawing.neighbours import Neighbour
from chaudit_reports.drawing.openings import Openings, openings_of
from chaudit_reports.page.ways import NO_NETWORK, Level, Ways

LEFT = 176
"""Where the bands begin: the names of networks stand before it."""

RIGHT = 976
"""Where the bands end: neighbours stand behind it."""

FLOATS = "\N{UP DOWN ARROW}"
"""Marks an address that is on one of several nodes at a time."""

_TOP = 34
_ABOVE, _BELOW, _BOX = 84, 72, 62
_LETTER = 6.7
"""How wide a letter is, about."""

_ADDRESSES = 2
"""So many addresses of one attachment are written out."""

_NEIGHBOURS = 4
"""So many neighbours on one band are named."""

_NOWHERE = NetworkEntry("", (), external=True, origin=Origin.INFERRED)
"""Stands for all addresses of no known network, which outsiders may well reach."""


class Band(msgspec.Struct, frozen=True):
    """A network and the height of its line; without CIDRs it stands for all addresses of no known network."""

    name: str
    cidrs: str
    external: bool
    y: float
    neighbours: tuple[Neighbour, ...]
    more: int


class Attachment(msgspec.Struct, frozen=True):
    """Where a column meets a band: its interface, addresses as far as there is room, what outsiders find open."""

    network: str
    y: float
    interface: str
    addresses: tuple[str, ...]
    opened: Mapping[Level, int]

    @property
    def ports(self) -> int:
        """How many ports let outsiders in, all or some of them."""
        return self.opened.get(Level.OPEN, 0) + self.opened.get(Level.PART, 0)

    @property
    def unsure(self) -> int:
        """How many ports may let them in."""
        return self.opened.get(Level.UNKNOWN, 0)


class Leg(msgspec.Struct, frozen=True):
    """A column as it is drawn: from its topmost attachment, through its box, to the lowest."""

    x: float
    top: float
    bottom: float
    column: NodeColumn
    attachments: tuple[Attachment, ...]


class Drawing(msgspec.Struct, frozen=True):
    """The whole picture; `detached` are networks in which nobody is known to have an address.

    Where it is not judged, nothing is known of what is open.
    """

    height: float
    box_top: float
    box_width: float
    bands: tuple[Band, ...]
    legs: tuple[Leg, ...]
    detached: tuple[NetworkEntry, ...]
    nodes: int
    is_judged: bool

    @property
    def letters(self) -> int:
        """How many letters fit into a box."""
        return int((self.box_width - 18) / _LETTER)

    @property
    def summary(self) -> str:
        """What is to be seen, in one sentence."""
        return f"{plural(self.nodes, 'node')} on {plural(len(self.bands), 'network')}; {self._openness}."

    @property
    def _openness(self) -> str:
        attachments = [one for leg in self.legs for one in leg.attachments]
        if not self.is_judged:
            return "what is open on them is not known"
        if opened := dict.fromkeys(one.network for one in attachments if one.ports):
            return f"ports are open to outsiders on {', '.join(opened)}"
        if unsure := dict.fromkeys(one.network for one in attachments if one.unsure):
            return f"ports may be open to outsiders on {', '.join(unsure)}"
        return "no port of a node is known to be open to outsiders"


def draw(
    known: ClusterNetwork, columns: Sequence[NodeColumn], ways: Ways | None, around: Iterable[tuple[str, Neighbour]]
) -> Drawing:
    """Draw a network; `around` are those who are no nodes, each with the name of its network."""
    neighbours: dict[str, list[Neighbour]] = defaultdict(list)
    for network, neighbour in around:
        neighbours[network].append(neighbour)
    used = {address.network for node in known.nodes for address in node.addresses} | neighbours.keys()
    outer, inner = _sides(known.networks, used)
    box_top = _TOP + _ABOVE * len(outer)
    lines = [_TOP + _ABOVE * row for row in range(len(outer))]
    lines += [box_top + _BOX + 30 + _BELOW * row for row in range(len(inner))]
    bands = tuple(_band(one, y, neighbours.get(one.name, ())) for one, y in zip(outer + inner, lines, strict=True))
    heights = {one.name: y for one, y in zip(outer + inner, lines, strict=True)}
    openings = openings_of(ways, columns) if ways else {}
    pitch = (RIGHT - LEFT) / max(len(columns), 1)
    return Drawing(
        height=box_top + _BOX + 14 + _BELOW * len(inner),
        box_top=box_top,
        box_width=min(pitch - 14, 190),
        bands=bands,
        legs=tuple(
            _leg(LEFT + 22 + pitch * index, column, box_top, tuple(_attachments(index, column, heights, openings)))
            for index, column in enumerate(columns)
        ),
        detached=tuple(one for one in known.networks if one.name not in used),
        nodes=len(known.nodes),
        is_judged=ways is not None,
    )


def _sides(networks: Sequence[NetworkEntry], used: set[str]) -> tuple[list[NetworkEntry], list[NetworkEntry]]:
    """Return the networks that outsiders reach, or may reach, and the others."""
    found = [one for one in (_NOWHERE, *networks) if one.name in used]
    return [one for one in found if one.external], [one for one in found if not one.external]


def _band(one: NetworkEntry, y: float, neighbours: Sequence[Neighbour]) -> Band:
    shown = tuple(neighbours[:_NEIGHBOURS])
    more = len(neighbours) - len(shown)
    return Band(one.name or NO_NETWORK, ", ".join(one.cidrs), one.external, y, shown, more)


def _leg(x: float, column: NodeColumn, box_top: float, attachments: tuple[Attachment, ...]) -> Leg:
    heights = [one.y for one in attachments]
    return Leg(x, min([box_top, *heights]), max([box_top + _BOX, *heights]), column, attachments)


def _attachments(
    index: int, column: NodeColumn, heights: Mapping[str, float], openings: Openings
) -> Iterator[Attachment]:
    for network, addresses in column.by_network.items():
        interfaces = dict.fromkeys(one.interface for one in addresses if one.interface)
        yield Attachment(
            network=network or NO_NETWORK,
            y=heights[network],
            interface=", ".join(interfaces),
            addresses=_written(addresses) if column.is_one else (),
            opened=openings.get((network, index), {}),
        )


def _written(addresses: Sequence[AddressEntry]) -> tuple[str, ...]:
    """Return the addresses, a node's own before those that float, and how many there is no room for."""
    ranked = sorted(addresses, key=lambda one: one.floating)
    texts = [f"{one.address} {FLOATS}" if one.floating else one.address for one in ranked]
    if len(texts) > _ADDRESSES:
        return (*texts[: _ADDRESSES - 1], f"and {len(texts) - _ADDRESSES + 1} more")
    return tuple(texts)
