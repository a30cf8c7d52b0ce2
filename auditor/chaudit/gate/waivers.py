"""Waivers: which findings somebody accepted, and what is wrong with the waivers themselves."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from glob import escape
from itertools import combinations
from typing import Any

import msgspec

from chaudit.finding import WHOLE_CLUSTER, Finding, Outcome, Waiver
from chaudit.intent.loading import IntentFile
from chaudit.intent.model import Intent, RuleIntent, SubjectSelector, WaiverIntent
from chaudit.objects import Subject
from chaudit.rules import Rule, unknown_rule
from chaudit.text import plural

LabelsOf = Callable[[Subject], Mapping[str, str]]
"""Returns the labels of a subject, none where it is no object or was not read."""

_ANYTHING = "*"


class Waived(msgspec.Struct, frozen=True):
    """Findings after waivers, what is to be said of the waivers, and how many of them accept nothing."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    stale: int


def mandatory_rules(file: IntentFile, rules: Iterable[Rule[Any]]) -> frozenset[str]:
    """Return the ids of the rules whose findings nobody may waive, by themselves or because the intent says so."""
    return frozenset(rule.id for rule in rules if rule.mandatory or _declared(file, rule).mandatory)


def check_waivers(file: IntentFile, rules: Sequence[Rule[Any]]) -> None:
    """Refuse waivers that cannot hold: of an unknown or a mandatory rule, or by labels alone.

    Raises:
        IntentError: with line and path.
    """
    known = {rule.id: rule for rule in rules}
    for rule in rules:
        if rule.mandatory and _declared(file, rule).mandatory is False:
            raise file.error(("rules", rule.id, "mandatory"), f"{rule.id} is mandatory, which cannot be taken back")
    for index, waiver in enumerate(file.intent.waivers):
        at = ("waivers", index, "rule")
        if waiver.rule not in known:
            raise file.error(at, unknown_rule(waiver.rule, known))
        if waiver.rule in mandatory_rules(file, [known[waiver.rule]]):
            raise file.error(at, f"{waiver.rule} is mandatory: its findings cannot be waived")
        if waiver.subject.labels and {waiver.subject.namespace, waiver.subject.name} == {_ANYTHING}:
            raise file.error(
                ("waivers", index, "subject", "labels"),
                "whoever may write an object can give it labels, and so waive it: name a namespace or a name, too",
            )


def apply_waivers(findings: Sequence[Finding], file: IntentFile, today: date, labels_of: LabelsOf) -> Waived:
    """Return the findings with failed ones waived where a waiver in force selects them; the first in the file counts.

    A waiver holds up to and including its day of expiry, if that is not too far away. Expired ones, those that accept
    nothing, and those that accept what another accepts already are warned about. One whose rule was not judged, or that
    may be about what could not be judged, is not said to accept nothing.
    """
    if not file.intent.waivers:
        return Waived(tuple(findings), (), 0)
    waivers = _Waivers(file, today, labels_of)
    return Waived(tuple(map(waivers.applied, findings)), tuple(waivers.warnings()), len(waivers.stale()))


def accepted(findings: Sequence[Finding], waivers: Sequence[WaiverIntent], today: date) -> Sequence[Finding]:
    """Return the failed findings that these waivers accept, apart from what they select by labels."""
    file = IntentFile(Intent(waivers=tuple(waivers)))
    applied = apply_waivers(findings, file, today, lambda _: {}).findings
    return [one for one, then in zip(findings, applied, strict=True) if then.outcome is not one.outcome]


def is_too_long(expires: date, file: IntentFile, today: date) -> bool:
    """Whether a waiver would hold for longer than the file's `gate.longest-waiver` lets any."""
    longest = file.intent.gate.longest_waiver
    return longest is not None and expires - today > timedelta(days=longest)


def waiver_for(
    finding: Finding, findings: Sequence[Finding], *, reason: str, owner: str, expires: date, ticket: str = ""
) -> WaiverIntent:
    """Return the waiver that accepts one of these failed findings and no other; its name is a name, not a pattern."""
    kind, namespace, name, port = map(escape, msgspec.structs.astuple(finding.subject))
    exact = SubjectSelector(kind, namespace, name, port)
    short = SubjectSelector(kind, namespace or _ANYTHING, name or _ANYTHING, port or _ANYTHING)
    waiver = WaiverIntent(finding.rule, reason, owner, expires, ticket, short)
    is_alone = len(accepted(findings, [waiver], expires)) == 1
    return waiver if is_alone else msgspec.structs.replace(waiver, subject=exact)


class _Waivers:
    """All waivers of a file at work, and what became of each."""

    def __init__(self, file: IntentFile, today: date, labels_of: LabelsOf) -> None:
        self._file = file
        self._waivers = file.intent.waivers
        self._today = today
        self._labels_of = labels_of
        self._of_rule: dict[str, list[int]] = defaultdict(list)
        for index, waiver in enumerate(self._waivers):
            self._of_rule[waiver.rule].append(index)
        self._judged: set[str] = set()
        self._accepted: Counter[int] = Counter()
        self._undecided: set[int] = set()
        self._shared: Counter[tuple[int, int]] = Counter()

    def applied(self, finding: Finding) -> Finding:
        """Return the finding, waived where it may be; take note of the waivers that are about it."""
        self._judged.add(finding.rule)
        if finding.outcome is Outcome.UNKNOWN:
            self._undecided.update(
                index
                for index in self._of_rule.get(finding.rule, ())
                if finding.subject == WHOLE_CLUSTER or self._selects(self._waivers[index].subject, finding)
            )
        if finding.outcome is not Outcome.FAILED:
            return finding
        matching = [
            index
            for index in self._of_rule.get(finding.rule, ())
            if self._selects(self._waivers[index].subject, finding)
        ]
        self._accepted.update(matching)
        in_force = [index for index in matching if not self._is_expired(index) and not self._is_too_long(index)]
        self._shared.update(combinations(in_force, 2))
        if in_force:
            accepted = _as_given(self._waivers[in_force[0]])
            return msgspec.structs.replace(finding, outcome=Outcome.WAIVED, waiver=accepted)
        if expired := [index for index in matching if self._is_expired(index)]:
            return msgspec.structs.replace(finding, expired_waiver=_as_given(self._waivers[expired[0]]))
        return finding

    def stale(self) -> Sequence[int]:
        """Return the waivers that accept nothing, though their rule was judged and could see whatever they select."""
        return [
            index
            for index, waiver in enumerate(self._waivers)
            if waiver.rule in self._judged and not self._accepted[index] and index not in self._undecided
        ]

    def warnings(self) -> Iterator[str]:
        """Yield what is wrong with the waivers."""
        stale = set(self.stale())
        for index, waiver in enumerate(self._waivers):
            if self._is_expired(index):
                needless = ", and matches nothing" if index in stale else ""
                yield f"{self._named(index)} expired on {waiver.expires}{needless}"
            elif self._is_too_long(index):
                days = self._file.intent.gate.longest_waiver
                yield f"{self._named(index)} accepts nothing: {waiver.expires} is more than {days} days away"
            elif index in stale:
                yield f"{self._named(index)} matches nothing"
        for (first, second), count in sorted(self._shared.items()):
            yield (
                f"{self._named(second)} accepts {plural(count, 'finding')} that the one of "
                f"{self._waivers[first].owner} accepts already: {_said(self._waivers[first].subject)}"
            )

    def _is_expired(self, index: int) -> bool:
        return self._waivers[index].expires < self._today

    def _is_too_long(self, index: int) -> bool:
        return is_too_long(self._waivers[index].expires, self._file, self._today)

    def _selects(self, selector: SubjectSelector, finding: Finding) -> bool:
        subject = finding.subject
        return (
            fnmatchcase(subject.kind, selector.kind)
            and fnmatchcase(subject.namespace, selector.namespace)
            and fnmatchcase(subject.name, selector.name)
            and fnmatchcase(subject.port, selector.port)
            and (selector.network == _ANYTHING or _is_at(selector.network, finding))
            and (not selector.labels or _have(self._labels_of(subject), selector.labels))
        )

    def _named(self, index: int) -> str:
        waiver = self._waivers[index]
        where = f"{self._file.name}:{self._file.document.line(('waivers', index))}: " if self._file.name else ""
        return f"{where}the waiver for {waiver.rule} on {_said(waiver.subject)} ({waiver.owner})"


def _declared(file: IntentFile, rule: Rule[Any]) -> RuleIntent:
    return file.intent.rules.get(rule.id, RuleIntent())


def _is_at(network: str, finding: Finding) -> bool:
    """Whether every violation says that it is about this network; what says nothing may be about any."""
    named = [violation.evidence.get("network") for violation in finding.violations]
    return bool(named) and all(isinstance(name, str) and fnmatchcase(name, network) for name in named)


def _have(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(key in labels and fnmatchcase(labels[key], pattern) for key, pattern in wanted.items())


def _as_given(waiver: WaiverIntent) -> Waiver:
    return Waiver(waiver.reason, waiver.owner, waiver.expires.isoformat(), waiver.ticket)


def _said(selector: SubjectSelector) -> str:
    parts = [f"{selector.kind}/{selector.namespace}/{selector.name}/{selector.port}"]
    parts += [f"in network {selector.network}"] if selector.network != _ANYTHING else []
    parts += [f"{key}={pattern}" for key, pattern in sorted(selector.labels.items())]
    return " ".join(parts)
