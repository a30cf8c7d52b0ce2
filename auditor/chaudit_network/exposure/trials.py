"""Trials: what the probe `tcp` was answered at ways in, held against what the cluster's objects say of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chaudit import Reading, Subject, view
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.model import ExposureGroup, ExposureModel
from chaudit_network.exposure.place_sets import Place
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.view import exposure
from chaudit_network.probes.tcp import TCP, Outcome, TcpAnswer


class Standing(StrEnum):
    """How an answer relates to the verdicts for those who come from where it was tried.

    `confirmed` and `closed` agree with them: it answers and may, it does not and must not. `contradicted` answers
    although it is closed to them, `refuted` does not although it is open. `silent` says nothing: open to some only.
    """

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    REFUTED = "refuted"
    CLOSED = "closed"
    SILENT = "silent"


@dataclass(frozen=True)
class Trial:
    """One answer, with every way in at its address and port, and the classes of sources to which its sender belongs."""

    answer: TcpAnswer
    ways: Sequence[tuple[ExposureGroup, Place]]
    sources: Sequence[str]

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """What the cluster's objects say to these sources, of all ways."""
        return [group.verdicts[name] for group, _ in self.ways for name in self.sources if name in group.verdicts]

    @property
    def standing(self) -> Standing:
        """How the answer relates to the verdicts."""
        reaches = {one.verdict for one in self.verdicts}
        if self.answer.outcome is Outcome.CONNECTED:
            return Standing.CONTRADICTED if reaches == {Reach.CLOSED} else Standing.CONFIRMED
        if Reach.OPEN in reaches and reaches <= {Reach.OPEN, Reach.CLOSED}:
            return Standing.REFUTED
        return Standing.CLOSED if reaches == {Reach.CLOSED} else Standing.SILENT


@dataclass(frozen=True)
class TriedTarget:
    """What ways in lead to, with all trials of them."""

    subject: Subject
    trials: Sequence[Trial]


@dataclass
class Trials:
    """All trials; none where nobody asked."""

    reading: Reading[TcpAnswer]
    model: ExposureModel

    def at(self, address: str, port: int) -> Trial | None:
        """Return what was answered at an address and port, None where nobody asked there."""
        return self._by_place.get((address, port))

    @cached_property
    def targets(self) -> Sequence[TriedTarget]:
        """The trials by what their ways lead to, in the order of the ways."""
        found: dict[Subject, list[Trial]] = defaultdict(list)
        for trial in self._by_place.values():
            for subject in dict.fromkeys(group.way.target for group, _ in trial.ways):
                found[subject].append(trial)
        return [TriedTarget(subject, trials) for subject, trials in sorted(found.items())]

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, int], Trial]:
        ways: dict[tuple[str, int], list[tuple[ExposureGroup, Place]]] = defaultdict(list)
        for group, place in self._tried():
            ways[str(place.address), group.way.port].append((group, place))
        return {
            (answer.address, answer.port): Trial(answer, ways[answer.address, answer.port], self._sources(answer))
            for answer in self.reading.objects
        }

    def _tried(self) -> Iterator[tuple[ExposureGroup, Place]]:
        """Yield the ways that answers are about; all places are looked at, but only of ports that were tried."""
        addresses: dict[int, set[str]] = defaultdict(set)
        for answer in self.reading.objects:
            addresses[answer.port].add(answer.address)
        for group in self.model.groups:
            tried = addresses.get(group.way.port)
            if tried and group.way.protocol == "TCP":
                yield from ((group, place) for place in group.places if str(place.address) in tried)

    def _sources(self, answer: TcpAnswer) -> Sequence[str]:
        if not answer.source:
            return ()
        source = parse_address(answer.source)
        return [one.name for one in self.model.sources if int(source) in one.addresses[source.version]]


trials = view(TCP.reading, exposure)(Trials)
"""The view that answers with `Trials`."""
