"""What opened and what closed between two exposures, and what of it cannot be told."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from chaudit import Subject
from chaudit_exposure.sides import Port, Side
from chaudit_network.exposure.model import Exposure
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.ways import Via

_OPEN_FIRST = (Reach.OPEN, Reach.PARTIAL, Reach.UNKNOWN, Reach.CLOSED)
"""Of several ways in at one port of one address, the first of these counts."""

_LETS_IN = {Reach.OPEN, Reach.PARTIAL}
_NO_WAY = Verdict(Reach.CLOSED, ("there is no way in",))


class Change(StrEnum):
    """What became of sources at a port. What is unknown on either side is incomparable, and never opened or closed."""

    OPENED = "opened"
    CLOSED = "closed"
    CHANGED = "changed"
    INCOMPARABLE = "incomparable"


class Changed(msgspec.Struct, frozen=True):
    """What became of a class of sources; `because` are the reasons of today, or why the sides cannot be compared."""

    change: Change
    was: Reach
    now: Reach
    because: tuple[str, ...]

    @property
    def lets_in_more(self) -> bool:
        """Whether sources get in that did not."""
        return self.change is Change.OPENED or (self.was, self.now) == (Reach.PARTIAL, Reach.OPEN)


class ChangedExposure(msgspec.Struct, frozen=True):
    """A port of one address of one node, with the classes of sources for which it is not as it was.

    `via` and `target` are those of today, or of then where there is no way in any more.
    """

    node: str
    interface: str
    address: str
    network: str
    family: int
    protocol: str
    port: int
    via: Via
    target: Subject
    changes: Mapping[str, Changed]


class _Met(msgspec.Struct):
    """The ways in at one port of one address: the most open verdict for each class, and the record that has it."""

    record: Exposure
    verdicts: dict[str, Verdict] = msgspec.field(default_factory=dict)
    services: set[Subject] = msgspec.field(default_factory=set)

    def take(self, record: Exposure) -> None:
        """Take in one way."""
        for source, verdict in record.verdicts.items():
            known = self.verdicts.get(source)
            if known is None or _rank(verdict) < _rank(known):
                self.verdicts[source] = verdict
                self.record = record
        if record.target.kind == "Service":
            self.services.add(record.target)


def compare(old: Side, new: Side) -> Iterator[ChangedExposure]:
    """Yield every port of every address at which anything is not as it was, or cannot be told to be."""
    for port in sorted(old.ports | new.ports):
        was, now = _met(old, port), _met(new, port)
        for place in sorted(was.keys() | now.keys()):
            if found := _compared(was.get(place), now.get(place), old, new):
                yield found


def _met(side: Side, port: Port) -> Mapping[tuple[str, str], _Met]:
    found: dict[tuple[str, str], _Met] = {}
    for record in side.at(port):
        found.setdefault((record.node, record.address), _Met(record)).take(record)
    return found


def _compared(was: _Met | None, now: _Met | None, old: Side, new: Side) -> ChangedExposure | None:
    there = now or was
    if there is None:
        return None
    record, elsewhere = there.record, _lead_elsewhere(was, now)
    absent = _absent((old if was is None else new).doubt(record)) if was is None or now is None else _NO_WAY
    sources = dict.fromkeys((*(was.verdicts if was else ()), *(now.verdicts if now else ())))
    changes = {
        source: change
        for source in sources
        if (change := _change(_said(was, source, absent), _said(now, source, absent), elsewhere))
    }
    if not changes:
        return None
    return ChangedExposure(
        node=record.node,
        interface=record.interface,
        address=record.address,
        network=record.network,
        family=record.family,
        protocol=record.protocol,
        port=record.port,
        via=record.via,
        target=record.target,
        changes=changes,
    )


def _absent(doubt: str) -> Verdict:
    return Verdict(Reach.UNKNOWN, (doubt,)) if doubt else _NO_WAY


def _said(met: _Met | None, source: str, absent: Verdict) -> Verdict:
    """Return what a side says of sources; of those that it does not know it says nothing."""
    if met is None:
        return absent
    return met.verdicts.get(source, Verdict(Reach.UNKNOWN, (f"{source} is known on one side only",)))


def _change(was: Verdict, now: Verdict, elsewhere: str) -> Changed | None:
    reaches = was.verdict, now.verdict
    if Reach.UNKNOWN in reaches:
        return Changed(Change.INCOMPARABLE, *reaches, now.because if now.verdict is Reach.UNKNOWN else was.because)
    if was.verdict is now.verdict:
        return Changed(Change.CHANGED, *reaches, (elsewhere,)) if elsewhere and now.verdict in _LETS_IN else None
    if was.verdict is Reach.CLOSED:
        return Changed(Change.OPENED, *reaches, now.because)
    return Changed(Change.CLOSED if now.verdict is Reach.CLOSED else Change.CHANGED, *reaches, now.because)


def _lead_elsewhere(was: _Met | None, now: _Met | None) -> str:
    """Return to which other service a port leads, empty where to the same. Pods come back by other names."""
    if not (was and now and was.services and now.services) or was.services == now.services:
        return ""
    before, after = (", ".join(map(str, sorted(one.services))) for one in (was, now))
    return f"led to {before}, leads to {after}"


def _rank(verdict: Verdict) -> int:
    return _OPEN_FIRST.index(verdict.verdict)
