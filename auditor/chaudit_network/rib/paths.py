"""What a router heard of: tables of paths, each to one prefix."""

from collections.abc import Iterable, Iterator

from chaudit import CannotTellError, ProbeError, Record
from chaudit_network.addresses import parse_address, parse_network

MOST_PATHS = 200_000
"""Paths that are taken from one table. Full routes of the Internet are more, and none of a cluster's business."""


class ReceivedPath(Record, frozen=True, gc=False):
    """A prefix that a neighbour told a router, and the way it named.

    `neighbor` is empty where the table does not say who told it. The AS path is written from the neighbour to the
    origin: `64500 64512`. A path that is not valid is not used, mostly because nothing leads to its next hop. A stale
    one is used, although the session is gone: the router waits for the neighbour to start again (RFC 4724).
    """

    prefix: str
    next_hop: str
    neighbor: str = ""
    as_path: str = ""
    is_valid: bool = True
    is_stale: bool = False


class ReceivedTable(Record, frozen=True, gc=False):
    """All that one router heard. The router is named by its address where that was given, else by its table."""

    router: str
    paths: tuple[ReceivedPath, ...] = ()


def checked(paths: Iterable[ReceivedPath]) -> Iterator[ReceivedPath]:
    """Yield paths with prefix and addresses in their one spelling, as long as they are not too many.

    Raises:
        ProbeError: they are, or one of them is not what it should be.
    """
    for number, path in enumerate(paths, start=1):
        if number > MOST_PATHS:
            raise ProbeError(f"more than {MOST_PATHS} paths: give only what the nodes told the router")
        try:
            prefix, next_hop = parse_network(path.prefix), parse_address(path.next_hop)
        except CannotTellError as error:
            raise ProbeError(str(error)) from error
        neighbor = _plain(path.neighbor)
        yield ReceivedPath(str(prefix), str(next_hop), neighbor, path.as_path, path.is_valid, path.is_stale)


def _plain(neighbor: str) -> str:
    """Return an address in its one spelling; a neighbour may be called by the interface that it is on."""
    try:
        return str(parse_address(neighbor))
    except CannotTellError:
        return neighbor
