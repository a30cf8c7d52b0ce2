"""Two judgements of one cluster held against each other: what is new, fixed, changed, and what cannot be compared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

import msgspec

from chaudit.finding import WHOLE_CLUSTER, Finding, Outcome

K = TypeVar("K")

_WHOLES = frozenset({WHOLE_CLUSTER.kind, "Source", "Probe"})
"""What findings are about where a rule could not see all of its subjects."""

_BROKEN = frozenset({Outcome.FAILED, Outcome.WAIVED})


class Kind(StrEnum):
    """What became of a finding.

    New: it fails and did not, was waived, or weighed less. Fixed: it failed or was waived, and there is nothing of that
    any more. Changed: it has another outcome, and is not worse for it. Incomparable: then or now it was not to be told.
    """

    NEW = "new"
    INCOMPARABLE = "incomparable"
    CHANGED = "changed"
    FIXED = "fixed"
    UNCHANGED = "unchanged"


class Change(msgspec.Struct, frozen=True):
    """One finding then and now; None where there was none. `because` says why it is incomparable."""

    kind: Kind
    then: Finding | None
    now: Finding | None
    because: tuple[str, ...] = ()

    @property
    def finding(self) -> Finding:
        """The finding, as it is now if it still is."""
        if found := self.now or self.then:
            return found
        raise AssertionError  # it was found on one side at least


class Judged(msgspec.Struct, frozen=True, dict=True):
    """All that was found, the rules that were judged, and for each the probes it would have used and nobody asked."""

    findings: Sequence[Finding]
    rules: frozenset[str]
    unasked: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)

    @cached_property
    def by_fingerprint(self) -> Mapping[str, Finding]:
        """The findings by what makes them the same ones."""
        return {finding.fingerprint: finding for finding in self.findings}

    @cached_property
    def blind(self) -> Mapping[str, Sequence[Finding]]:
        """What rules said that may have missed subjects: of the cluster, a list or a probe they could not tell."""
        return _grouped((one.rule, one) for one in self._unknown if one.subject.kind in _WHOLES)

    @cached_property
    def _doubtful(self) -> Mapping[tuple[str, str, str, str], Sequence[Finding]]:
        """What rules could not tell of an object, by rule and object, apart from what of it that was about."""
        return _grouped((_object(one), one) for one in self._unknown)

    @property
    def _unknown(self) -> Iterator[Finding]:
        return (finding for finding in self.findings if finding.outcome is Outcome.UNKNOWN)

    def hiding(self, finding: Finding) -> Sequence[Finding]:
        """Return what could not be told, because of which a finding that is not among these may be missing."""
        return [*self.blind.get(finding.rule, ()), *self._doubtful.get(_object(finding), ())]


def compare(then: Judged, now: Judged) -> Iterator[Change]:
    """Yield what became of every finding of the rules that are judged now, those of now first.

    A rule that was not judged then cannot be compared where it is broken now.
    """
    for finding in now.findings:
        earlier = then.by_fingerprint.get(finding.fingerprint)
        could_see = finding.rule in then.rules and finding.rule not in then.blind
        yield _change(
            _kind_of(earlier, finding) if earlier or could_see else _unseen(finding), earlier, finding, then, now
        )
    for finding in then.findings:
        if finding.fingerprint not in now.by_fingerprint and finding.rule in now.rules:
            yield _change(_unseen(finding) if now.hiding(finding) else _gone(finding), finding, None, then, now)


def _change(kind: Kind, was: Finding | None, is_: Finding | None, then: Judged, now: Judged) -> Change:
    """Return what became of a finding; nothing is fixed of what a probe told then that nobody asked now."""
    if kind is Kind.FIXED and was and (unasked := asked_no_more(was.rule, then, now)):
        return Change(Kind.INCOMPARABLE, was, is_, tuple(f"now: nobody asked the probe {name}" for name in unasked))
    return Change(kind, was, is_, _why(was, is_, then, now) if kind is Kind.INCOMPARABLE else ())


def asked_no_more(rule: str, then: Judged, now: Judged) -> Sequence[str]:
    """Return the probes that a rule had the answers of then, and nobody asked now."""
    return sorted(now.unasked.get(rule, frozenset()) - then.unasked.get(rule, frozenset()))


def _kind_of(then: Finding | None, now: Finding) -> Kind:
    was = then.outcome if then else None
    if Outcome.UNKNOWN in {was, now.outcome}:
        return Kind.INCOMPARABLE
    if now.outcome is Outcome.FAILED:
        return _of_failure(then, now)
    if was in _BROKEN and now.outcome not in _BROKEN:
        return Kind.FIXED
    if was is None and now.outcome is not Outcome.WAIVED:
        return Kind.UNCHANGED
    return Kind.UNCHANGED if was is now.outcome else Kind.CHANGED


def _of_failure(then: Finding | None, now: Finding) -> Kind:
    if then is None or then.outcome is not Outcome.FAILED:
        return Kind.NEW
    if then.severity.reaches(now.severity):
        return Kind.UNCHANGED
    may_have_been = then.unknown_severity and then.unknown_severity.reaches(now.severity)
    return Kind.INCOMPARABLE if may_have_been else Kind.NEW


def _gone(then: Finding) -> Kind:
    if then.outcome is Outcome.UNKNOWN:
        return Kind.INCOMPARABLE
    return Kind.FIXED if then.outcome in _BROKEN else Kind.UNCHANGED


def _unseen(found: Finding) -> Kind:
    """Return what to make of a finding whose other side was not looked at."""
    return Kind.INCOMPARABLE if found.outcome in _BROKEN | {Outcome.UNKNOWN} else Kind.UNCHANGED


def _why(was: Finding | None, is_: Finding | None, then: Judged, now: Judged) -> tuple[str, ...]:
    """Return why a finding is incomparable: what could not be told of it, or kept from being seen, on either side."""
    found = was or is_
    if not found:
        raise AssertionError  # it was found on one side at least
    if found.rule not in then.rules:
        return ("then: not judged by this rule",)
    told_then = _reasons([was] if was else then.hiding(found))
    told_now = _reasons(([is_] if is_.outcome is Outcome.UNKNOWN else ()) if is_ else now.hiding(found))
    return (
        *(f"then and now: {reason}" for reason in told_then if reason in told_now),
        *(f"then: {reason}" for reason in told_then if reason not in told_now),
        *(f"now: {reason}" for reason in told_now if reason not in told_then),
    )


def _reasons(unknown: Iterable[Finding]) -> Sequence[str]:
    return tuple(dict.fromkeys(reason for finding in unknown for reason in finding.unknown_because))


def _grouped(pairs: Iterable[tuple[K, Finding]]) -> Mapping[K, Sequence[Finding]]:
    found: dict[K, list[Finding]] = defaultdict(list)
    for key, finding in pairs:
        found[key].append(finding)
    return found


def _object(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.subject.kind, finding.subject.namespace, finding.subject.name
