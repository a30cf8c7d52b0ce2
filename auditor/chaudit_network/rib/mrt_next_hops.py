"""Next hops of IPv6 in MRT as RFC 6396 section 4.3.4 has them: without family and prefix, which the record names.

FRR writes both all the same. mrtparse can tell, but not where paths have identifiers (RFC 8050), as those from nodes of
Calico have, whose BIRD may send several paths to a prefix.
"""

import struct
from collections.abc import Iterator

_RECORD, _ENTRY = struct.Struct(">IHHI"), struct.Struct(">HIIH")
_IPV6_WITH_IDENTIFIERS = (13, 10)
"""Type and subtype: TABLE_DUMP_V2, RIB_IPV6_UNICAST_ADDPATH."""

_MP_REACH_NLRI = 14
_LONG = 0x10
_IPV6 = b"\x00\x02"


def abbreviated(content: bytes) -> bytes:
    """Return a dump with such next hops; what is cut off stays so.

    Raises:
        struct.error: a record is damaged.
        IndexError: so is it.
    """
    return b"".join(_records(content))


def _records(content: bytes) -> Iterator[bytes]:
    at = 0
    while at + _RECORD.size <= len(content):
        time, kind, subtype, length = _RECORD.unpack_from(content, at)
        end = at + _RECORD.size + length
        body = content[at + _RECORD.size : end]
        if (kind, subtype) == _IPV6_WITH_IDENTIFIERS and end <= len(content):
            body = b"".join(_entries(body))
            length = len(body)
        yield _RECORD.pack(time, kind, subtype, length) + body
        at = end
    yield content[at:]


def _entries(body: bytes) -> Iterator[bytes]:
    """Yield the head of a record, a sequence number and a prefix, and then its entries."""
    bits = body[4]
    at = 5 + (bits + 7) // 8 + 2
    yield body[:at]
    while at < len(body):
        peer, time, identifier, length = _ENTRY.unpack_from(body, at)
        at += _ENTRY.size
        attributes = b"".join(_attributes(body[at : at + length]))
        yield _ENTRY.pack(peer, time, identifier, len(attributes)) + attributes
        at += length


def _attributes(text: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(text):
        flags, kind = text[at], text[at + 1]
        size = 2 if flags & _LONG else 1
        start = at + 2 + size
        end = start + int.from_bytes(text[at + 2 : start], "big")
        value = text[start:end]
        # The short form begins with the length of an address, which is not 0.
        if kind == _MP_REACH_NLRI and value.startswith(_IPV6):
            value = value[3 : 4 + value[3]]
        yield bytes((flags, kind)) + len(value).to_bytes(size, "big") + value
        at = end
