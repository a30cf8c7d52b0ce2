"""Probing: the chosen probes ask what the evidence so far, and the intent, give them to ask."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace

from chaudit.engine import Evaluation
from chaudit.errors import CannotTellError, DoesNotApplyError, UsageError
from chaudit.evidence.asking import Asking, Limits, ProbeError, TimeUpError, Writer
from chaudit.evidence.probe import Probe
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.snapshot import Snapshot
from chaudit.intent.model import Intent
from chaudit.text import or_rather, plural

Watcher = Callable[[Probe[Any, Any], int], None]
"""Told of each probe and of how many targets it has, before it asks."""


class Chosen(msgspec.Struct, frozen=True):
    """A probe that the user wants to be asked, with its argument (empty without one)."""

    probe: Probe[Any, Any]
    argument: str = ""


def choose(
    wanted: Iterable[str], known: Iterable[Probe[Any, Any]], permitted: Iterable[str] = ()
) -> tuple[Chosen, ...]:
    """Return what `--probe NAME[,NAME...][=ARGUMENT]` options choose; an argument is for the name before it.

    Those that write are chosen by being `permitted`.

    Raises:
        UsageError: no probe has this name, one is chosen twice, its argument cannot be used, or it is not permitted.
    """
    by_name = {probe.name: probe for probe in known}
    permitted = tuple(permitted)
    chosen: dict[str, Chosen] = {}
    for option in wanted:
        names, _, argument = option.partition("=")
        *plain, last = names.split(",")
        for name, given in [*((one, "") for one in plain), (last, argument)]:
            if name not in by_name:
                raise UsageError(f"no probe is called {name!r}: {_listed(by_name)}{or_rather(name, by_name)}")
            if by_name[name].writes and name not in permitted:
                raise UsageError(f"--probe {name} writes to the cluster: {by_name[name].option} permits it")
            if name in chosen:
                raise UsageError(f"--probe {name} is given twice")
            try:
                by_name[name].check(given)
            except UsageError as error:
                raise UsageError(f"--probe {name}: {error}") from error
            chosen[name] = Chosen(by_name[name], given)
    for name in permitted:
        if name not in by_name:
            raise UsageError(f"no probe is called {name!r}: {_listed(by_name)}{or_rather(name, by_name)}")
        chosen.setdefault(name, Chosen(by_name[name]))
    return tuple(chosen[name] for name in sorted(chosen))


def probe(
    snapshot: Snapshot,
    intent: Intent,
    chosen: Sequence[Chosen],
    limits: Limits | None = None,
    watch: Watcher = lambda _probe, _targets: None,
    writers: Mapping[str, Writer] | None = None,
) -> Snapshot:
    """Return the snapshot with the answers to these probes, asked one after the other.

    `writers` are for the probes that write, by their names.
    """
    facts = Evaluation(snapshot, intent)
    answers = {
        one.probe.name: _ask(one, facts, limits or Limits(), watch, (writers or {}).get(one.probe.name))
        for one in chosen
    }
    if not answers:
        return snapshot
    return replace(snapshot, readings={**snapshot.readings, **answers}, finished=datetime.now(UTC))


def _ask(chosen: Chosen, facts: Evaluation, limits: Limits, watch: Watcher, writer: Writer | None) -> Reading[Any]:
    name = chosen.probe.name
    nothing: Reading[Any] = Reading(name, State.FAILED, read_at=datetime.now(UTC), targets=0)
    try:
        targets = facts.get(chosen.probe.targets)
    except CannotTellError as gap:
        return replace(nothing, reason=f"{name}: whom to ask is not known: {gap}")
    except DoesNotApplyError as absent:
        return replace(nothing, state=State.ABSENT, reason=f"{name}: nobody to ask: {absent}")
    asked = list(islice(targets, limits.targets + 1))
    gaps = [f"not all targets asked because of --probe-limit {limits.targets}"] if len(asked) > limits.targets else []
    asked = asked[: limits.targets]
    nothing = replace(nothing, targets=len(asked))
    watch(chosen.probe, len(asked))
    asking = Asking(chosen.argument, limits, writer)
    answers: list[Any] = []
    late = f"--probe-deadline {limits.deadline_s:g}"
    try:
        answers.extend(chosen.probe.ask(asked, asking))  # in place: what came before an error stays
        if asking.unasked:
            gaps.append(f"{plural(asking.unasked, 'target')} not asked because of {late}")
    except TimeUpError:
        gaps.append(f"broken off because of {late}")
    except ProbeError as error:
        return replace(nothing, reason=f"{name}: {error}")
    except Exception as crash:  # noqa: BLE001 - a plugin's probe: what it asked is unknown, the rest goes on
        return replace(nothing, reason=f"{name}: the probe crashed: {type(crash).__name__}: {crash}")
    state = State.PARTIAL if gaps else State.LOADED
    return replace(nothing, state=state, objects=tuple(answers), reason=f"{name}: {', '.join(gaps)}" if gaps else "")


def _listed(known: Iterable[str]) -> str:
    return f"choose from {', '.join(sorted(known))}" if known else "none is installed"
