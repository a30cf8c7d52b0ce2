"""Pools of load balancer addresses, and the pool that an address is from."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chaudit import CannotTellError, KubernetesObject
from chaudit_network.addresses import IPAddress, parse_address, parse_network

P = TypeVar("P", bound=KubernetesObject)


@dataclass
class Pools(Generic[P]):
    """Pools with their addresses: networks, and ranges as `192.0.2.1-192.0.2.9`. They do not overlap.

    Raises CannotTellError where a pool says something else.
    """

    pools: Iterable[tuple[P, Iterable[str]]]
    _spans: dict[int, Sequence[tuple[int, int, P]]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the ranges, so that an address is found at once."""
        spans: dict[int, list[tuple[int, int, P]]] = {4: [], 6: []}
        for pool, texts in self.pools:
            for version, low, high in _parsed(pool, texts):
                spans[version].append((low, high, pool))
        self._spans = {version: sorted(found, key=lambda span: span[:2]) for version, found in spans.items()}

    def of(self, address: IPAddress) -> P | None:
        """Return the pool that an address is from, None where it is from none."""
        spans = self._spans[address.version]
        number = bisect_right(spans, int(address), key=lambda span: span[0]) - 1
        return spans[number][2] if number >= 0 and int(address) <= spans[number][1] else None


def _parsed(pool: KubernetesObject, texts: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    for text in texts:
        low, dash, high = text.partition("-")
        try:
            if dash:
                first, last = parse_address(low.strip()), parse_address(high.strip())
            else:
                network = parse_network(text.strip())
                first, last = network.network_address, network.broadcast_address
        except CannotTellError as gap:
            raise CannotTellError(f"{pool.subject}: {gap}") from gap
        yield first.version, int(first), int(last)
