"""Addresses and networks as values, compared by meaning and never as text (RFC 5952 allows many spellings)."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

from chaudit import CannotTellError, printable

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface
IPNetwork = IPv4Network | IPv6Network


_KNOWN = 1 << 16
"""So many texts are parsed but once: nodes, pods and services say the same addresses again and again."""


@lru_cache(_KNOWN)
def parse_address(text: str) -> IPAddress:
    """Return the address.

    Raises:
        CannotTellError: it is none.
    """
    try:
        return ip_address(text)
    except ValueError as error:
        raise CannotTellError(f"'{printable(text)}' is not an IP address") from error


@lru_cache(_KNOWN)
def parse_interface(text: str) -> IPInterface:
    """Return an address with its prefix, `192.168.206.2/24`; without one it is a host of its own.

    Raises:
        CannotTellError: it is none.
    """
    try:
        return ip_interface(text)
    except ValueError as error:
        raise CannotTellError(f"'{printable(text)}' is not an IP address with prefix") from error


@lru_cache(_KNOWN)
def parse_network(text: str) -> IPNetwork:
    """Return the network of a CIDR; host bits are cut off, as routers do.

    Raises:
        CannotTellError: it is none.
    """
    try:
        return ip_network(text, strict=False)
    except ValueError as error:
        raise CannotTellError(f"'{printable(text)}' is not a network") from error


def holds(networks: Iterable[IPNetwork], address: IPAddress) -> bool:
    """Whether one of the networks contains the address."""
    return any(address.version == network.version and address in network for network in networks)


def families(values: Iterable[IPAddress | IPInterface | IPNetwork]) -> tuple[int, ...]:
    """Return the IP versions among the values, ascending."""
    return tuple(sorted({value.version for value in values}))
