"""The engine: resolves what rules ask for, lets them judge, and turns what they say, or cannot say, into findings."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from typing import Any, TypeVar

from chaudit.errors import CannotTellError, DoesNotApplyError, PluginError
from chaudit.evidence.input import Input
from chaudit.evidence.probe import Probe
from chaudit.evidence.readable import Readable, ReadingOf
from chaudit.evidence.reading import Reading
from chaudit.evidence.snapshot import KUBE_SYSTEM, Snapshot
from chaudit.evidence.source import Source
from chaudit.finding import WHOLE_CLUSTER, Finding, Judgement, NotApplicable, Outcome, Unknown, Violation, fingerprint
from chaudit.intent.loading import IntentFile, decode
from chaudit.intent.model import Intent, RuleIntent
from chaudit.objects import Record, Subject
from chaudit.rules import HasSubject, Rule, Settings, Verdicts
from chaudit.severity import Severity
from chaudit.text import plural

T = TypeVar("T")
R = TypeVar("R", bound=Record)
L = TypeVar("L", bound=Readable[Any])


class Evaluation:
    """The facts of one evaluation: readings and intent, and every input resolved so far, with its failures."""

    def __init__(self, snapshot: Snapshot, intent: Intent) -> None:
        self.intent = intent
        self._snapshot = snapshot
        self._values: dict[Input[Any], Any] = {}
        self._failures: dict[Input[Any], CannotTellError | DoesNotApplyError] = {}

    @property
    def cluster_uid(self) -> str:
        """The identity of the cluster that was looked at."""
        return self._snapshot.cluster.uid

    def reading(self, readable: Readable[R]) -> Reading[R]:
        """Return what was read from a source or answered to a probe."""
        return self._snapshot.reading(readable)

    def readings(self) -> Sequence[Reading[Any]]:
        """Return all readings, by name."""
        return [self._snapshot.readings[name] for name in sorted(self._snapshot.readings)]

    def get(self, wanted: Input[T]) -> T:
        """Resolve an input once; a failure is remembered like a value.

        What is remembered is a copy that is never raised: the traceback of one that was would keep all evidence alive.
        """
        if wanted in self._failures:
            raise copy(self._failures[wanted])
        if wanted not in self._values:
            try:
                self._values[wanted] = wanted.resolve(self)
            except (CannotTellError, DoesNotApplyError) as failure:
                self._failures[wanted] = copy(failure)
                raise
            except Exception as error:
                self._failures[wanted] = CannotTellError(f"{wanted.name} could not be computed: {_crash(error)}")
                raise copy(self._failures[wanted]) from error
        value: T = self._values[wanted]
        return value

    def culprit(self, wanted: Input[Any]) -> Input[Any]:
        """Return what an input that failed has failed for: itself, or the first of those below it that did."""
        failed = next((needed for needed in wanted.needs if needed in self._failures), None)
        return self.culprit(failed) if failed else wanted


def sources_of(rules: Iterable[Rule[Any]]) -> tuple[Source[Any], ...]:
    """Return the sources that these rules need, and the one that identifies the cluster, by name.

    Raises:
        PluginError: two different sources have one name, so that one would be judged by the records of the other.
    """
    return sources_below(*(wanted for rule in rules for wanted in rule.inputs))


def sources_below(*inputs: Input[Any]) -> tuple[Source[Any], ...]:
    """Return the sources that these inputs need, and the one that identifies the cluster, by name.

    Raises:
        PluginError: two different sources have one name.
    """
    found: dict[str, Source[Any]] = {KUBE_SYSTEM.name: KUBE_SYSTEM}
    for source in _below(inputs, Source):
        if found.setdefault(source.name, source) is not source:
            raise PluginError(source.record.__module__, f"another source is already called {source.name!r}")
    return tuple(found[name] for name in sorted(found))


def probes_of(rules: Iterable[Rule[Any]]) -> tuple[Probe[Any, Any], ...]:
    """Return the probes whose answers these rules take into account, where somebody asked for them, by name."""
    found = {probe.name: probe for probe in _below((wanted for rule in rules for wanted in rule.inputs), Probe)}
    return tuple(found[name] for name in sorted(found))


def needed_by(rule: Rule[Any]) -> frozenset[Readable[Any]]:
    """Return the sources and probes without which the rule cannot judge; of the others it looks at what there is."""
    return frozenset(one for wanted in rule.inputs for one in _readables(wanted, through_readings=False))


def check_settings(file: IntentFile, rules: Iterable[Rule[Any]]) -> None:
    """Check what the intent file sets for these rules, before any evidence is read.

    Raises:
        IntentError: the settings of a rule do not fit it.
    """
    for rule in rules:
        _settings(rule, file.intent.rules.get(rule.id, RuleIntent()), file)


def evaluate(facts: Evaluation, file: IntentFile, rules: Iterable[Rule[Any]]) -> tuple[Finding, ...]:
    """Judge every subject of every rule; findings come in the stable order of reports.

    Raises:
        IntentError: the intent file's settings of a rule do not fit it.
    """
    judges = [_Judge(rule, facts, file) for rule in rules]
    findings = [finding for judge in judges for finding in judge.findings()]
    return tuple(sorted(findings, key=lambda finding: finding.sort_key))


class _Judge:
    """One rule at work on one set of facts."""

    def __init__(self, rule: Rule[Any], facts: Evaluation, file: IntentFile) -> None:
        self._rule = rule
        self._facts = facts
        self._declared = file.intent.rules.get(rule.id, RuleIntent())
        self._weight = self._declared.severity or rule.severity  # what is unknown may weigh that much
        self._is_of_profile = rule.id in file.under.severities
        self._settings = _settings(rule, self._declared, file)

    def findings(self) -> Iterator[Finding]:
        rule = self._rule
        if isinstance(rule.each, Readable):
            reading = self._facts.reading(rule.each)
            if reading.is_absent:
                yield self._finding(WHOLE_CLUSTER, NotApplicable(reading.reason))
                return
            for rejected in reading.rejected:
                yield self._finding(rejected.subject, Unknown(f"the object is malformed: {rejected.reason}"))
        try:
            subjects = list(self._facts.get(rule.each))
        except CannotTellError as gap:
            yield self._finding(WHOLE_CLUSTER, *map(Unknown, gap.reasons))
            return
        except DoesNotApplyError as reason:
            yield self._finding(WHOLE_CLUSTER, *self._without(rule.each, reason))
            return
        if not subjects:
            note = f"the cluster has no {rule.each.name} to judge"
            yield self._finding(WHOLE_CLUSTER, *self._doubts(rule.each), note=note)
            return
        findings = list(self._judge_all(subjects))
        yield from findings
        said = any(finding.outcome is Outcome.UNKNOWN or finding.subject == WHOLE_CLUSTER for finding in findings)
        if not said and (doubts := self._doubts(rule.each)):
            yield self._finding(WHOLE_CLUSTER, *doubts)

    def _judge_all(self, subjects: Sequence[HasSubject]) -> Iterator[Finding]:
        values: list[Any] = []
        gaps: list[Judgement] = []
        for wanted in self._rule.using:
            try:
                values.append(self._settings if isinstance(wanted, Settings) else self._facts.get(wanted))
            except CannotTellError as gap:
                gaps.extend(map(Unknown, gap.reasons))
            except DoesNotApplyError as reason:
                why = self._without(wanted, reason)
                for subject in subjects:
                    yield self._finding(subject.subject, *why)
                return
        doubts: Sequence[Judgement] = () if gaps else self._doubts(*self._rule.inputs)
        for subject in subjects:
            said: Sequence[Judgement] = gaps or tuple(self._ask(subject, values))
            if doubts and all(isinstance(word, NotApplicable) for word in said):
                said = *said, *doubts
            yield self._finding(subject.subject, *said)

    def _ask(self, subject: HasSubject, values: Sequence[Any]) -> Verdicts:
        try:
            yield from self._rule.judge(subject, *values)
        except CannotTellError as gap:
            yield from map(Unknown, gap.reasons)
        except DoesNotApplyError as reason:
            yield NotApplicable(str(reason))
        except Exception as crash:  # noqa: BLE001 - a plugin's rule: this subject is unknown, the others go on
            yield Unknown(f"the rule crashed: {_crash(crash)}")

    def _without(self, wanted: Input[Any], reason: DoesNotApplyError) -> Sequence[Judgement]:
        """Return that the rule does not apply for lack of an input, and what casts doubt on just that."""
        return NotApplicable(str(reason)), *self._doubts(self._facts.culprit(wanted))

    def _doubts(self, *inputs: Input[Any]) -> tuple[Unknown, ...]:
        """Return why nothing said does not mean passed, and none found not none: malformed objects were left out."""
        stands_on = {
            readable.name: readable
            for wanted in inputs
            if not isinstance(wanted, Readable) or wanted is not self._rule.each
            for readable in _readables(wanted, through_readings=False)
        }
        readings = map(self._facts.reading, stands_on.values())
        return tuple(
            Unknown(
                f"{reading.source}: {plural(len(reading.rejected), 'object')} malformed: {reading.rejected[0].subject}"
            )
            for reading in readings
            if reading.rejected
        )

    def _finding(self, subject: Subject, *said: Judgement, note: str = "") -> Finding:
        violations = [word for word in said if isinstance(word, Violation)]
        unknown = dict.fromkeys([word.reason for word in said if isinstance(word, Unknown)])
        not_applicable = [word.reason for word in said if isinstance(word, NotApplicable)]
        worst = self._worst(violations)
        return Finding(
            fingerprint=fingerprint(self._facts.cluster_uid, self._rule.id, subject),
            rule=self._rule.id,
            title=self._rule.title,
            severity=worst,
            severity_from=self._origin(worst),
            outcome=_outcome(violations, unknown, not_applicable),
            subject=subject,
            violations=tuple(violations),
            unknown_because=tuple(unknown),
            unknown_severity=self._weight if unknown and worst is not self._weight else None,
            note=note or "; ".join(not_applicable),
        )

    def _origin(self, severity: Severity) -> str:
        if self._declared.severity:
            return "profile" if self._is_of_profile else "intent"
        return "rule" if severity is self._rule.severity else "violation"

    def _worst(self, violations: Sequence[Violation]) -> Severity:
        if self._declared.severity:
            return self._declared.severity
        weights = [violation.severity or self._weight for violation in violations]
        return min(weights, key=lambda severity: severity.rank) if weights else self._weight


def _outcome(violations: Sequence[Violation], unknown: Collection[str], not_applicable: Collection[str]) -> Outcome:
    if violations:
        return Outcome.FAILED
    if unknown:
        return Outcome.UNKNOWN
    return Outcome.NOT_APPLICABLE if not_applicable else Outcome.PASSED


def _settings(rule: Rule[Any], declared: RuleIntent, file: IntentFile) -> object:
    """Return the rule's settings as declared, checked against their type."""
    path = ("rules", rule.id, "settings")
    if rule.settings:
        return decode(file, declared.settings, rule.settings.type, at=path)
    if declared.settings:
        raise file.error(path, f"{rule.id} has no settings")
    return None


def _below(inputs: Iterable[Input[Any]], type_: type[L]) -> Iterator[L]:
    """Yield the sources, or the probes, that inputs need."""
    for wanted in inputs:
        for readable in _readables(wanted, through_readings=True):
            if isinstance(readable, type_):
                yield readable


def _readables(wanted: Input[Any], *, through_readings: bool) -> Iterator[Readable[Any]]:
    """Walk down to sources and probes; a view that asks for a reading has taken its gaps upon itself."""
    if isinstance(wanted, Readable):
        yield wanted
    elif through_readings or not isinstance(wanted, ReadingOf):
        for needed in wanted.needs:
            yield from _readables(needed, through_readings=through_readings)


def _crash(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
