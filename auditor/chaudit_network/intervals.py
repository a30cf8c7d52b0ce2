"""Sets of whole numbers as disjoint intervals: address ranges of one family, or ports. Exact, whatever their size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Self

_WIDTH = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class Intervals:
    """An immutable set of whole numbers, kept as sorted, disjoint, non-adjacent closed intervals."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Self:
        """Return the set of all numbers in the given closed intervals, which may overlap."""
        merged: list[tuple[int, int]] = []
        for low, high in sorted(spans):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def addresses(cls, networks: Iterable[IPv4Network | IPv6Network], family: int) -> Self:
        """Return the addresses of the networks of one family (4 or 6)."""
        return cls.of(
            (int(network.network_address), int(network.broadcast_address))
            for network in networks
            if network.version == family
        )

    @classmethod
    def all_addresses(cls, family: int) -> Self:
        """Return every address of a family (4 or 6)."""
        return cls(((0, 2 ** _WIDTH[family] - 1),))

    @property
    def size(self) -> int:
        """How many numbers are in the set, which may be more than `len` could say."""
        return sum(high - low + 1 for low, high in self.spans)

    def __bool__(self) -> bool:
        """Whether there is any number in the set."""
        return bool(self.spans)

    def __contains__(self, number: int) -> bool:
        """Whether the number is in the set."""
        return any(low <= number <= high for low, high in self.spans)

    def __or__(self, other: "Intervals") -> "Intervals":
        """Return what is in either."""
        return Intervals.of((*self.spans, *other.spans))

    def __and__(self, other: "Intervals") -> "Intervals":
        """Return what is in both."""
        return Intervals(tuple(_common(self.spans, other.spans)))

    def __sub__(self, other: "Intervals") -> "Intervals":
        """Return what is in this set and not in the other."""
        return Intervals(tuple(_left_over(self.spans, other.spans)))

    def __le__(self, other: "Intervals") -> bool:
        """Whether all of this set is in the other."""
        return not self - other


def _common(ours: tuple[tuple[int, int], ...], theirs: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(ours) and j < len(theirs):
        low, high = max(ours[i][0], theirs[j][0]), min(ours[i][1], theirs[j][1])
        if low <= high:
            yield low, high
        if ours[i][1] < theirs[j][1]:
            i += 1
        else:
            j += 1


def _left_over(ours: tuple[tuple[int, int], ...], theirs: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    j = 0
    for low, high in ours:
        start = low
        while j < len(theirs) and theirs[j][1] < start:
            j += 1
        k = j
        while k < len(theirs) and theirs[k][0] <= high:
            if theirs[k][0] > start:
                yield start, theirs[k][0] - 1
            start = max(start, theirs[k][1] + 1)
            k += 1
        if start <= high:
            yield start, high
