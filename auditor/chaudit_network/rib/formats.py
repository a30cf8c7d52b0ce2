"""Which format a table has, told by what is in it."""

from collections.abc import Iterable

import msgspec

from chaudit import ProbeError
from chaudit_network.rib import frr, gobgp, mrt
from chaudit_network.rib.paths import ReceivedPath, ReceivedTable, checked

_HEADER = 12
"""The bytes of an MRT header: they hold a type and a length, and so are never all text."""


def received(content: bytes, router: str) -> ReceivedTable:
    """Return a router's table.

    Raises:
        ProbeError: it is of no known format, damaged or too large.
    """
    try:
        return ReceivedTable(router, tuple(checked(_paths(content))))
    except ProbeError as error:
        raise ProbeError(f"{router}: {error}") from error


def _paths(content: bytes) -> Iterable[ReceivedPath]:
    if not content.strip():
        raise ProbeError("the table is empty, where even one without routes says something")
    if content.lstrip()[:1] not in {b"{", b"["}:
        if content[:_HEADER].decode("latin-1").replace("\n", "").isprintable():
            raise ProbeError("it is text: end the command of FRR with `json`, and that of GoBGP with `-j`")
        return mrt.paths(content)
    problems: list[str] = []
    for name, read in (("FRR", frr.paths), ("GoBGP", gobgp.paths)):
        try:
            return list(read(content))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            problems.append(f"not of {name}: {error}")
    wanted = "give `show bgp ipv4 unicast json` of FRR, without detail, or `gobgp global rib -j`"
    raise ProbeError(f"JSON, but {', '.join(problems)}; {wanted}")
