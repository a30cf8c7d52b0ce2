"""Compares what `chaudit exposure` claims with what packets say."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgspec

from lab.addresses import owner, reported_addresses
from lab.probes import Answer, Try, Way

SOURCE_CLASS = {"oam": "oam", "cluster-host": "cluster-host", "node": "nodes", "pod": "pods"}
"""What chaudit calls the sources that each client is one of."""
_SECONDS = 60


class Reach(StrEnum):
    """What is claimed of a try; where several claims meet, the last one of them in this order counts."""

    CLOSED = "closed"
    PARTIAL = "partial"
    UNKNOWN = "unknown"
    OPEN = "open"


class Verdict(msgspec.Struct, frozen=True):
    """What a line says of one class of sources."""

    verdict: Reach
    because: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """A line of `chaudit exposure --json`, as far as packets can tell."""

    node: str
    address: str
    protocol: str
    port: int
    via: str
    target: Mapping[str, Any]
    verdicts: Mapping[str, Verdict]

    @property
    def way(self) -> Way:
        """Return what a client would try."""
        return Way(str(ip_address(self.address)), self.protocol, self.port)


Claims = Mapping[Way, Sequence[Line]]


def claims(kubeconfig: Path, intent: Path) -> Claims:
    """Run `chaudit exposure` and return its lines by what a client would try."""
    arguments = ("exposure", "--json", "--kubeconfig", str(kubeconfig), "--intent", str(intent))
    done = subprocess.run(
        [sys.executable, "-m", "chaudit", *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return claims_of(done.stdout.splitlines())


def claims_of(lines: Iterable[str]) -> Claims:
    """Return the lines by what a client would try."""
    found: dict[Way, list[Line]] = defaultdict(list)
    for text in lines:
        line = msgspec.json.decode(text, type=Line)
        found[line.way].append(line)
    return found


@dataclass
class Tally:
    """What a comparison has found; the examples of what is false are sentences."""

    tried: int = 0
    answered: int = 0
    claimed: Counter[Reach] = field(default_factory=Counter)
    answered_when: Counter[Reach] = field(default_factory=Counter)
    false_closed: list[str] = field(default_factory=list)
    false_open: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.tried + other.tried,
            self.answered + other.answered,
            self.claimed + other.claimed,
            self.answered_when + other.answered_when,
            self.false_closed + other.false_closed,
            self.false_open + other.false_open,
        )

    def __str__(self) -> str:
        """Return one line of figures."""
        counts = [f"{self.claimed[reach]} {reach} ({self.answered_when[reach]} answered)" for reach in Reach]
        false = f"{len(self.false_closed)} false closed, {len(self.false_open)} false open"
        return f"{self.tried} tried, {self.answered} answered; claimed: {', '.join(counts)}; {false}"


def compare(claimed: Claims, answers: Mapping[Try, Answer], *, has_inventory: bool) -> Tally:
    """Compare every try with what was claimed of it.

    Without an inventory of the nodes' addresses, nothing is claimed of those that the Node objects do not have.
    """
    tally = Tally()
    for one, answer in answers.items():
        lines = list(_lines_of(claimed, one))
        reach = _reach(lines, one) if lines or has_inventory or _is_known(one.way.address) else Reach.UNKNOWN
        tally.tried += 1
        tally.answered += answer.is_answered
        tally.claimed[reach] += 1
        tally.answered_when[reach] += answer.is_answered
        if reach is Reach.CLOSED and answer.is_answered:
            tally.false_closed.append(_sentence(one, answer, lines))
        if reach is Reach.OPEN and not answer.is_answered:
            tally.false_open.append(_sentence(one, answer, lines))
    return tally


def _lines_of(claimed: Claims, one: Try) -> Iterator[Line]:
    """Yield the lines about a try: those of the node by which the packets came, the owner of the address if it has one.

    Where nobody knows of the owner, a line speaks of each node by which they might.
    """
    entry = one.entry or owner(one.way.address)
    for line in claimed.get(one.way, ()):
        if not entry or line.node in {entry, ""}:
            yield line


def _reach(lines: Iterable[Line], one: Try) -> Reach:
    source = SOURCE_CLASS[one.client]
    order = list(Reach)
    reaches = [line.verdicts[source].verdict for line in lines if source in line.verdicts]
    return max(reaches, key=order.index, default=Reach.CLOSED)


def _is_known(address: str) -> bool:
    """Tell whether the objects of every cluster say whose address it is, or that it is nobody's."""
    return not owner(address) or address in reported_addresses(owner(address))


def _sentence(one: Try, answer: Answer, lines: Iterable[Line]) -> str:
    source = SOURCE_CLASS[one.client]
    said = [
        f"{line.via} {line.target.get('name')} on {line.node or 'no node'}: {json.dumps(msgspec.to_builtins(verdict))}"
        for line in lines
        if (verdict := line.verdicts.get(source))
    ]
    return f"{one}: {answer.outcome} {answer.said!r}; claimed: {'; '.join(said) or 'nothing'}"
