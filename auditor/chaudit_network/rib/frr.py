"""Tables of FRR: `show bgp ipv4 unicast json`, `show bgp ipv6 unicast json`, or both with `show bgp all json`."""

from collections.abc import Iterator, Mapping

import msgspec

from chaudit import Record
from chaudit_network.rib.paths import ReceivedPath

_UNSPECIFIED = frozenset({"(unspec)", "", "::", "0.0.0.0"})  # noqa: S104 - not an address to bind to
_LINK_LOCAL = "link-local"


class NextHop(Record, frozen=True, gc=False):
    """One address of the next hop: in IPv6 there may be a global and a link-local one."""

    ip: str = ""
    scope: str = ""


class Path(Record, frozen=True, gc=False):
    """One path; `valid` and `stale` are left out where it is not. In the detailed form there is no `peerId`."""

    peer_id: str
    valid: bool = False
    stale: bool = False
    path: str = ""
    nexthops: tuple[NextHop, ...] = ()


class Table(Record, frozen=True, gc=False):
    """The table of one address family of one VRF."""

    routes: Mapping[str, tuple[Path, ...]]


Tables = Table | Mapping[str, Table]


def paths(content: bytes) -> Iterator[ReceivedPath]:
    """Yield what a router heard; what it tells of its own has no neighbour and is left out.

    Raises:
        msgspec.DecodeError: the content is no such table.
    """
    try:
        tables = [msgspec.json.decode(content, type=Table)]
    except msgspec.ValidationError:
        tables = list(msgspec.json.decode(content, type=dict[str, Table]).values())
    for table in tables:
        for prefix, found in table.routes.items():
            for path in found:
                if path.peer_id not in _UNSPECIFIED and (next_hop := _next_hop(path)):
                    yield ReceivedPath(prefix, next_hop, path.peer_id, path.path, path.valid, path.stale)


def _next_hop(path: Path) -> str:
    """Return the address that can be told to others, empty where there is none."""
    known = [one for one in path.nexthops if one.ip not in _UNSPECIFIED]
    return next((one.ip for one in known if one.scope != _LINK_LOCAL), known[0].ip if known else "")
