"""What the probe `tcp` was answered, beside the exposures it was about."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from rich.text import Text

from chaudit_network.exposure.model import Exposure, ExposureGroup
from chaudit_network.exposure.trials import Standing, Trial, Trials
from chaudit_network.probes.tcp import Outcome

_STYLES = {Standing.CONTRADICTED: "bold red", Standing.REFUTED: "yellow"}


class Tried(msgspec.Struct, frozen=True):
    """What came back, from which source address, after how many seconds, and how that relates to the verdicts."""

    outcome: Outcome
    source: str
    seconds: float
    standing: Standing


class TriedExposure(Exposure, frozen=True):
    """An exposure of a scan with the probe; null where this address and port were not tried."""

    tried: Tried | None = None


def with_answers(group: ExposureGroup, trials: Trials) -> Iterator[Exposure]:
    """Yield the group's exposures, with what was answered where the probe was asked."""
    if trials.reading.is_absent:
        yield from group.expand()
        return
    for exposure in group.expand():
        trial = trials.at(exposure.address, exposure.port) if exposure.protocol == "TCP" else None
        yield TriedExposure(**msgspec.structs.asdict(exposure), tried=_tried(trial) if trial else None)


def _tried(trial: Trial) -> Tried:
    return Tried(trial.answer.outcome, trial.answer.source, trial.answer.seconds, trial.standing)


def standings(groups: Iterable[ExposureGroup], trials: Trials) -> Text:
    """Count the places of some groups by what became of them: `1 contradicted, 3 confirmed`."""
    found = Counter(trial.standing for group in groups for trial in trials.of(group))
    text = Text()
    for standing in (Standing.CONTRADICTED, Standing.REFUTED, *Standing):
        if count := found.pop(standing, 0):
            text.append(f"{', ' if text else ''}{count} {standing}", _STYLES.get(standing, ""))
    return text


def is_contradicted(group: ExposureGroup, trials: Trials) -> bool:
    """Whether something answers there that should be closed to whoever tried."""
    return any(trial.standing is Standing.CONTRADICTED for trial in trials.of(group))
