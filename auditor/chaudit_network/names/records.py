"""DNS records as they are, or are to be, published."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from chaudit import CannotTellError, printable
from chaudit_network.addresses import IPAddress, parse_address

_DURATION = re.compile(r"(\d+)(h|ms|m|s)")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


class RecordType(StrEnum):
    """The types by which a name leads to addresses."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"


class ResourceRecord(msgspec.Struct, frozen=True):
    """One record of a name. `address` is None for a CNAME; a TTL that the publisher leaves open is None as well."""

    type: RecordType
    value: str
    address: IPAddress | None
    ttl: int | None

    def __str__(self) -> str:
        """Return `A 192.0.2.1`."""
        return printable(f"{self.type} {self.value}")


def records(targets: Iterable[str], ttl: int | None) -> Iterator[ResourceRecord]:
    """Yield the record for each target as external-dns does: by its form it is an address or another name."""
    for target in targets:
        try:
            address = parse_address(target)
        except CannotTellError:
            yield ResourceRecord(RecordType.CNAME, canonical(target), None, ttl)
        else:
            yield ResourceRecord(RecordType.A if address.version == 4 else RecordType.AAAA, target, address, ttl)  # noqa: PLR2004


def canonical(name: str) -> str:
    """Return a hostname as it is compared: case and the final dot do not matter (RFC 4343)."""
    return name.strip().removesuffix(".").lower()


def listed(text: str) -> Iterator[str]:
    """Yield the elements of a list that commas separate."""
    return (element.strip() for element in text.split(",") if element.strip())


def seconds(text: str) -> int:
    """Return a TTL that is written as seconds or as Go's durations (`300`, `5m`), 0 where it is neither."""
    found = _DURATION.findall(text)
    if "".join(number + unit for number, unit in found) == text:
        return sum(int(number) * _SECONDS.get(unit, 0) for number, unit in found)
    return int(text) if text.isdecimal() else 0
