"""Addresses as pools of load balancers hold them: networks, and ranges with two ends."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from ipaddress import summarize_address_range
from typing import Generic, TypeVar

import msgspec

from chaudit import CannotTellError, KubernetesObject, printable
from chaudit_network.addresses import IPAddress, IPNetwork, parse_address, parse_network
from chaudit_network.kinds.metallb_addresses import IPAddressPool

P = TypeVar("P", bound=KubernetesObject)


def networks_of(pool: IPAddressPool) -> list[IPNetwork]:
    """Return a pool's addresses as networks.

    Raises:
        CannotTellError: one of its entries is neither a network nor a range.
    """
    return [network for text in pool.spec.addresses for network in networks(text)]


def networks(text: str) -> Iterable[IPNetwork]:
    """Return the networks that a text stands for: `192.0.2.0/28`, `192.0.2.1-192.0.2.9`.

    Raises:
        CannotTellError: it is neither a network nor a range.
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not dash:
        return [parse_network(first)]
    low, high = parse_address(first), parse_address(last)
    try:
        return list(summarize_address_range(low, high))
    except (TypeError, ValueError) as error:
        raise CannotTellError(f"'{printable(text)}' is not a range of addresses") from error


class PoolIndex(msgspec.Struct, Generic[P], frozen=True, dict=True):
    """Finds the pool of an address. Pools that overlap are refused, or not used."""

    pools: tuple[tuple[P, tuple[IPNetwork, ...]], ...]

    def of(self, address: IPAddress) -> P | None:
        """Return the pool that holds an address."""
        starts, entries = self._sorted[address.version]
        position = bisect_right(starts, int(address)) - 1
        if position < 0:
            return None
        end, pool = entries[position]
        return pool if int(address) <= end else None

    @cached_property
    def _sorted(self) -> dict[int, tuple[list[int], list[tuple[int, P]]]]:
        found = {}
        for family in (4, 6):
            own = sorted(
                (
                    (int(network.network_address), int(network.broadcast_address), pool)
                    for pool, networks in self.pools
                    for network in networks
                    if network.version == family
                ),
                key=lambda one: one[:2],
            )
            found[family] = ([start for start, _, _ in own], [(end, pool) for _, end, pool in own])
        return found
