"""Sets of addresses in clusters of many pods: the addresses that something has are the bits of a number.

A selector may find every third address of a pod network. As plain intervals, each set on the way of a packet would be
as long as the list of pods, and so would the policies of every namespace make several.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from chaudit_network.intervals import Intervals

Span = tuple[int, int]


class AddressIndex:
    """Single addresses of one family, numbered in their order."""

    def __init__(self, addresses: Iterable[int]) -> None:
        self.addresses = sorted(set(addresses))

    def indexed(self, found: Intervals) -> "IndexedIntervals":
        """Return a set with its indexed addresses as bits."""
        if isinstance(found, IndexedIntervals) and found.index is self:
            return found
        bits = 0
        for low, high in found.spans:
            first, end = self.between(low, high)
            bits |= ((1 << (end - first)) - 1) << first
        others = Intervals(tuple(span for span in found.spans if self.has_others(span)))
        return IndexedIntervals(self, bits, others)

    def between(self, low: int, high: int) -> Span:
        """Return the number of the first address in an interval, and the number after that of the last."""
        return bisect_left(self.addresses, low), bisect_right(self.addresses, high)

    def has_others(self, span: Span) -> bool:
        """Whether an interval holds more than indexed addresses."""
        first, end = self.between(*span)
        return span[1] - span[0] + 1 > end - first


class IndexedIntervals(Intervals):
    """A set of addresses: bits for those that are indexed, intervals for the others, as exact as plain intervals.

    What the intervals hold of indexed addresses means nothing. An operation with plain intervals is always this
    class's: Python asks that of the more special operand first.
    """

    __slots__ = ("bits", "index", "others")

    index: AddressIndex
    bits: int
    others: Intervals

    def __init__(self, index: AddressIndex, bits: int, others: Intervals) -> None:
        for name, value in (("index", index), ("bits", bits), ("others", others)):
            object.__setattr__(self, name, value)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The set as plain intervals, which may be many."""
        addresses = self.index.addresses
        indexed = Intervals.of((address, address) for address in addresses)
        flags = reversed(format(self.bits, f"0{len(addresses)}b"))
        own = Intervals.of((one, one) for one, flag in zip(addresses, flags, strict=False) if flag == "1")
        return (own | (self.others - indexed)).spans

    def __bool__(self) -> bool:
        return bool(self.bits) or any(map(self.index.has_others, self.others.spans))

    def __contains__(self, number: int) -> bool:
        first, end = self.index.between(number, number)
        return bool(self.bits >> first & 1) if first < end else number in self.others

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Intervals) and not self - other and not other - self

    def __hash__(self) -> int:
        return hash(Intervals(self.spans))

    def __or__(self, other: Intervals) -> Intervals:
        theirs = self.index.indexed(other)
        return IndexedIntervals(self.index, self.bits | theirs.bits, self.others | theirs.others)

    def __and__(self, other: Intervals) -> Intervals:
        theirs = self.index.indexed(other)
        return IndexedIntervals(self.index, self.bits & theirs.bits, self.others & theirs.others)

    def __sub__(self, other: Intervals) -> Intervals:
        theirs = self.index.indexed(other)
        return IndexedIntervals(self.index, self.bits & ~theirs.bits, self.others - theirs.others)

    def __rsub__(self, other: Intervals) -> Intervals:
        return self.index.indexed(other) - self

    __ror__ = __or__
    __rand__ = __and__
