"""Evidence taken away from a snapshot, and what of a verdict may not come of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.evidence.snapshot import Snapshot
from chaudit.finding import Finding, Outcome
from chaudit.objects import KubernetesObject
from chaudit.severity import Severity

_BLOCKING = {Outcome.FAILED, Outcome.UNKNOWN}

Loss = tuple[str, str]
"""The name of a source, and what is lost of it: all, in this state, or the object with this position."""


def losses(snapshot: Snapshot) -> Iterator[Loss]:
    """Yield every single loss: each list as a whole, and each object, which becomes malformed."""
    for name, reading in sorted(snapshot.readings.items()):
        if reading.is_loaded or reading.is_absent:
            yield name, State.DENIED
        for position, found in enumerate(reading.objects):
            if isinstance(found, KubernetesObject):  # a probe's answer is none
                yield name, str(position)


def without(snapshot: Snapshot, *lost: Loss) -> Snapshot:
    """Return the snapshot after these losses; of one list the loss as a whole weighs more than that of objects."""
    changed = {name: _rest(snapshot.readings[name], [what for of, what in lost if of == name]) for name, _ in lost}
    return replace(snapshot, readings={**snapshot.readings, **changed})


def _rest(reading: Reading[Any], lost: Sequence[str]) -> Reading[Any]:
    for what in lost:
        if not what.isdigit():
            return Reading(reading.source, State(what), reason=f"{reading.source}: {what}", read_at=reading.read_at)
    positions = set(map(int, lost))
    kept = tuple(one for position, one in enumerate(reading.objects) if position not in positions)
    malformed = [Rejected(reading.objects[position].subject, "taken away") for position in sorted(positions)]
    return replace(reading, objects=kept, rejected=(*reading.rejected, *malformed))


def improvements(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[str]:
    """Yield what blocked before and does not any more, though nothing was repaired.

    A subject may only vanish where the rule says that it could not see all: a finding of it is unknown then. Whatever
    takes the place of a finding weighs as much as it did, or a threshold would let it through.
    """
    now = {(finding.rule, finding.subject): finding for finding in after}
    for finding in before:
        if finding.outcome not in _BLOCKING:
            continue
        successor = now.get((finding.rule, finding.subject)) or _heaviest_doubt(finding.rule, after)
        if successor is None:
            yield f"{_said(finding)}: gone"
        elif successor.outcome not in _BLOCKING or not _weight(successor).reaches(_weight(finding)):
            yield f"{_said(finding)}: now {_said(successor)}"


def _weight(finding: Finding) -> Severity:
    return finding.unknown_severity or finding.severity


def _heaviest_doubt(rule: str, findings: Sequence[Finding]) -> Finding | None:
    doubts = [one for one in findings if one.rule == rule and one.outcome is Outcome.UNKNOWN]
    return min(doubts, key=lambda finding: _weight(finding).rank, default=None)


def _said(finding: Finding) -> str:
    because: Mapping[Outcome, object] = {
        Outcome.FAILED: [violation.message for violation in finding.violations],
        Outcome.UNKNOWN: finding.unknown_because,
    }
    return f"{finding.rule} {finding.subject} {finding.severity} {finding.outcome} {because.get(finding.outcome, '')}"
