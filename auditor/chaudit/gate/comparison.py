"""Two judgements of one cluster held against each other: what is new, fixed, changed, and what cannot be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from chaudit.finding import WHOLE_CLUSTER, Finding, Outcome

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


@dataclass(frozen=True, slots=True)
class Change:
    """One finding then and now; None where there was none."""

    kind: Kind
    then: Finding | None
    now: Finding | None

    @property
    def finding(self) -> Finding:
        """The finding, as it is now if it still is."""
        if found := self.now or self.then:
            return found
        raise AssertionError  # it was found on one side at least


@dataclass(frozen=True)
class Judged:
    """All that was found, and the rules that were judged."""

    findings: Sequence[Finding]
    rules: frozenset[str]

    @cached_property
    def by_fingerprint(self) -> Mapping[str, Finding]:
        """The findings by what makes them the same ones."""
        return {finding.fingerprint: finding for finding in self.findings}

    @cached_property
    def blind(self) -> frozenset[str]:
        """The rules that may have missed subjects: of the cluster as a whole, a list or a probe they could not tell."""
        return frozenset(
            finding.rule
            for finding in self.findings
            if finding.outcome is Outcome.UNKNOWN and finding.subject.kind in _WHOLES
        )

    @cached_property
    def _doubtful(self) -> frozenset[tuple[str, str, str, str]]:
        """The objects of which a rule could not tell something, apart from what of them it was about."""
        return frozenset(_object(finding) for finding in self.findings if finding.outcome is Outcome.UNKNOWN)

    def may_have_missed(self, finding: Finding) -> bool:
        """Whether a finding that is not among these may be missing because its subject could not be looked at."""
        return finding.rule in self.blind or _object(finding) in self._doubtful


def compare(then: Judged, now: Judged) -> Iterator[Change]:
    """Yield what became of every finding of the rules that are judged now, those of now first.

    A rule that was not judged then cannot be compared where it is broken now.
    """
    for finding in now.findings:
        earlier = then.by_fingerprint.get(finding.fingerprint)
        could_see = finding.rule in then.rules - then.blind
        yield Change(_kind_of(earlier, finding) if earlier or could_see else _unseen(finding), earlier, finding)
    for finding in then.findings:
        if finding.fingerprint not in now.by_fingerprint and finding.rule in now.rules:
            yield Change(_unseen(finding) if now.may_have_missed(finding) else _gone(finding), finding, None)


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


def _object(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.subject.kind, finding.subject.namespace, finding.subject.name
