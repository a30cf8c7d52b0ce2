"""Trials: what the probe `tcp` was answered at ways in, held against what the cluster's objects say of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property

import msgspec

from chaudit import Reading, Subject, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.exposure.model import ExposureGroup, ExposureModel
from chaudit_network.exposure.place_sets import Place
from chaudit_network.exposure.placement import Entrance
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.view import exposure
from chaudit_network.probes.tcp import TCP, Outcome, TcpAnswer


class Standing(StrEnum):
    """How an answer relates to the verdicts for those who come from where it was tried.

    `confirmed` and `closed` agree with them: it answers and may, it does not and must not. `contradicted` answers
    although it is closed to them, `refuted` does not although it is open. `silent` says nothing: open to some only.
    `undecided` is what cannot be held against verdicts, which are unknown themselves.
    """

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    REFUTED = "refuted"
    CLOSED = "closed"
    SILENT = "silent"
    UNDECIDED = "undecided"


class Trial(msgspec.Struct, frozen=True, eq=False):
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
        may_answer = not reaches.isdisjoint({Reach.OPEN, Reach.PARTIAL})
        if Reach.UNKNOWN in reaches and not (may_answer and self.answer.outcome is Outcome.CONNECTED):
            return Standing.UNDECIDED
        if self.answer.outcome is Outcome.CONNECTED:
            return Standing.CONTRADICTED if reaches == {Reach.CLOSED} else Standing.CONFIRMED
        if Reach.OPEN in reaches and reaches <= {Reach.OPEN, Reach.CLOSED}:
            return Standing.REFUTED
        return Standing.CLOSED if reaches == {Reach.CLOSED} else Standing.SILENT


class TriedTarget(msgspec.Struct, frozen=True):
    """What ways in lead to, with all trials of them."""

    subject: Subject
    trials: Sequence[Trial]


class Trials(msgspec.Struct, dict=True):
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

    def of(self, group: ExposureGroup) -> Sequence[Trial]:
        """Return what was answered at the places of a group."""
        found = self._by_way.get(id(group.way), ())
        return list(dict.fromkeys(trial for place, trial in found if place in group.places))

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, int], Trial]:
        return {
            (answer.address, answer.port): Trial(
                answer, tuple(self._ways(answer)), self._sources.get(answer.source, ())
            )
            for answer in self.reading.objects
        }

    @cached_property
    def _by_way(self) -> Mapping[int, Sequence[tuple[Place, Trial]]]:
        found: dict[int, list[tuple[Place, Trial]]] = defaultdict(list)
        for trial in self._by_place.values():
            for group, place in trial.ways:
                found[id(group.way)].append((place, trial))
        return found

    def _ways(self, answer: TcpAnswer) -> Iterator[tuple[ExposureGroup, Place]]:
        """Yield every way in at an address and port, each with the place that has the address."""
        address = parse_address(answer.address)
        for group in self._groups.get((answer.port, address), ()):
            yield group, group.places.first
        for entrance, place in self.model.places.by_address.get(address, ()):
            for group in self._groups.get((answer.port, entrance), ()):
                if place in group.places:
                    yield group, place

    @cached_property
    def _groups(self) -> Mapping[tuple[int, IPAddress | Entrance], Sequence[ExposureGroup]]:
        """The groups by their port, and by the address of the way or else by where it is."""
        found: dict[tuple[int, IPAddress | Entrance], list[ExposureGroup]] = defaultdict(list)
        for group in self.model.groups:
            if group.way.protocol == "TCP":
                where = group.entrance if group.way.address is None else group.way.address
                found[group.way.port, where].append(group)
        return found

    @cached_property
    def _sources(self) -> Mapping[str, Sequence[str]]:
        """The classes of sources that hold the addresses from where somebody tried."""
        tried = {answer.source: parse_address(answer.source) for answer in self.reading.objects if answer.source}
        return {
            text: [one.name for one in self.model.sources if int(source) in one.addresses[source.version]]
            for text, source in tried.items()
        }


trials = view(TCP.reading, exposure)(Trials)
"""The view that answers with `Trials`."""
