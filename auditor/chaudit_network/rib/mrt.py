"""Tables in MRT (RFC 6396), as FRR (`dump bgp routes-mrt`), BIRD, OpenBGPD and GoBGP dump them."""

import io
import signal
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mrtparse import MrtFormatError, Reader

from chaudit import ProbeError
from chaudit_network.rib.mrt_next_hops import abbreviated
from chaudit_network.rib.paths import MOST_PATHS, ReceivedPath

# mrtparse lets a closed pipe kill whoever imports it. As Python has it by default, whoever writes to one is told.
signal.signal(signal.SIGPIPE, signal.SIG_IGN)

_UNICAST = frozenset({"RIB_IPV4_UNICAST", "RIB_IPV6_UNICAST", "RIB_IPV4_UNICAST_ADDPATH", "RIB_IPV6_UNICAST_ADDPATH"})
_UNSPECIFIED = frozenset({"", "::", "0.0.0.0"})  # noqa: S104 - not an address to bind to

_BROKEN = (MrtFormatError, struct.error, LookupError, ValueError, TypeError, AttributeError, OSError)
"""What mrtparse raises on content that is damaged."""

_Entry = Mapping[str, Any]


def paths(content: bytes) -> Sequence[ReceivedPath]:
    """Return what a router heard, from the last dump of its table; messages that it exchanged (BGP4MP) are no table.

    Raises:
        ProbeError: the content is damaged, no dump of a table, or of too many paths.
    """
    try:
        return _last_table(content)
    except _BROKEN as error:
        raise ProbeError(f"neither JSON nor a usable MRT file: {type(error).__name__}: {error}") from error


def _last_table(content: bytes) -> Sequence[ReceivedPath]:
    found: list[ReceivedPath] = []
    peers: Sequence[_Entry] = ()
    for record in Reader(io.BytesIO(abbreviated(content))):
        if record.err:
            raise ProbeError(f"neither JSON nor a usable MRT file: {record.err_msg}")
        data = record.data
        kind, subtype = (next(iter(data[key].values())) for key in ("type", "subtype"))
        if subtype == "PEER_INDEX_TABLE":
            peers = data["peer_entries"]
            found.clear()
        elif kind == "TABLE_DUMP":
            found += _path(data, data["peer_ip"])
        elif subtype in _UNICAST:
            for entry in data["rib_entries"]:
                found += _path({**data, **entry}, peers[entry["peer_index"]]["peer_ip"])
        elif kind != "TABLE_DUMP_V2":
            raise ProbeError(f"an MRT file of {kind}, expected the dump of a table")
        if len(found) > MOST_PATHS:
            break  # whoever takes them from here says so
    return found


def _path(entry: _Entry, neighbor: str) -> Iterator[ReceivedPath]:
    """Yield the path of an entry; one that the router tells of its own has no neighbour."""
    if neighbor in _UNSPECIFIED:
        return
    next_hop, as_path = "", ""
    for attribute in entry["path_attributes"]:
        value = attribute["value"]
        match next(iter(attribute["type"].values())):
            case "NEXT_HOP":
                next_hop = next_hop or str(value)
            case "MP_REACH_NLRI":
                next_hop = str(value["next_hop"][0])
            case "AS_PATH":
                as_path = " ".join(asn for segment in value for asn in segment["value"])
    if next_hop not in _UNSPECIFIED:
        yield ReceivedPath(f"{entry['prefix']}/{entry['length']}", next_hop, neighbor, as_path)
