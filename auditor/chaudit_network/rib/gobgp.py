"""Tables of GoBGP: `gobgp global rib -j`, and with `-a ipv6`."""

from collections.abc import Iterator

import msgspec

from chaudit import Record
from chaudit_network.rib.paths import ReceivedPath

_AS_PATH = 2
_NEXT_HOP = 3
_MP_REACH_NLRI = 14
_UNSPECIFIED = frozenset({"", "::", "0.0.0.0"})  # noqa: S104 - not an address to bind to


class Segment(Record, frozen=True, gc=False):
    """A part of an AS path."""

    asns: tuple[int, ...] = ()


class Attribute(Record, frozen=True, gc=False):
    """A path attribute by its type code; other types have other members, and are not read."""

    type: int
    nexthop: str = ""
    as_paths: tuple[Segment, ...] = msgspec.field(default=(), name="as_paths")


class Nlri(Record, frozen=True, gc=False):
    """What a path leads to."""

    prefix: str = ""


class Path(Record, frozen=True, gc=False):
    """One path. Without neighbour it is the router's own, or of a version that does not say it."""

    attrs: tuple[Attribute, ...]
    nlri: Nlri = Nlri()
    neighbor: str = msgspec.field(default="", name="neighbor-ip")
    source: str = msgspec.field(default="", name="source-id")
    stale: bool = False


def paths(content: bytes) -> Iterator[ReceivedPath]:
    """Yield what a router heard: a table is an object of paths by prefix, and in older versions a list of lists.

    Raises:
        msgspec.DecodeError: the content is no such table.
    """
    try:
        table = msgspec.json.decode(content, type=dict[str, tuple[Path, ...]])
    except msgspec.ValidationError:
        listed = msgspec.json.decode(content, type=list[tuple[Path, ...]])
        table = {str(number): found for number, found in enumerate(listed)}
    for key, found in table.items():
        for path in found:
            next_hop = next((one.nexthop for one in path.attrs if one.type in {_NEXT_HOP, _MP_REACH_NLRI}), "")
            neighbor = path.neighbor if path.neighbor not in _UNSPECIFIED and path.neighbor != "<nil>" else ""
            if next_hop not in _UNSPECIFIED:
                prefix = path.nlri.prefix or key
                yield ReceivedPath(prefix, next_hop, neighbor, _as_path(path), is_stale=path.stale)


def _as_path(path: Path) -> str:
    segments = (one.as_paths for one in path.attrs if one.type == _AS_PATH)
    return " ".join(str(asn) for found in segments for segment in found for asn in segment.asns)
