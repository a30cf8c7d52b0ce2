"""Two reports on one cluster held against each other (`chaudit.diff/v1`): what changed, and what a gate makes of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from chaudit.earlier import NamedReport
from chaudit.errors import ReportError
from chaudit.evidence.reading import State
from chaudit.evidence.snapshot import Cluster
from chaudit.finding import Outcome, family_of
from chaudit.gate import ExitCode, Threshold
from chaudit.gate.baseline import with_standing
from chaudit.gate.comparison import Change, Kind, asked_no_more, compare
from chaudit.gate.verdict import NEVER, said_threshold
from chaudit.report import Evidence, Report, Scan, Tool
from chaudit.severity import Severity
from chaudit.text import plural

_ORDER = tuple(Kind)
_SEEN = frozenset({State.LOADED, State.ABSENT})


class Side(msgspec.Struct, frozen=True):
    """One of the two: the name it was given by, and what it tells of itself."""

    name: str
    cluster: Cluster
    scan: Scan
    tool: Tool


class Coverage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Evidence that came in another state than it did, or with more or fewer malformed objects.

    `reason` is why it is not all there, now if it is not, else then.
    """

    source: str
    worse: bool
    then: State
    now: State
    rejected_then: int = 0
    rejected_now: int = 0
    reason: str = ""


class DiffVerdict(msgspec.Struct, frozen=True):
    """The exit code, and what it rests on.

    `counts` are of all findings by what became of them. At or above the threshold are `new` ones, `incomparable` ones,
    and `unjudged` rules: only then were they judged, or had the answers of a probe.
    """

    exit_code: ExitCode
    fail_on: str
    allow_unknown: bool
    counts: Mapping[Kind, int]
    new: int
    incomparable: int
    unjudged: int
    families: Mapping[str, str] = {}

    @property
    def is_gated(self) -> bool:
        """Whether any change could have mattered to the exit code."""
        return {self.fail_on, *self.families.values()} != {NEVER}

    @property
    def summary(self) -> str:
        """What became of the cluster, in one sentence."""
        level = said_threshold(self.fail_on, self.families)
        compared = f"{plural(self.incomparable, 'finding')} could not be compared" if self.incomparable else ""
        judged = f"{plural(self.unjudged, 'rule')} could tell more then" if self.unjudged else ""
        unsure = " and ".join(filter(None, [compared, judged]))
        match self.exit_code:
            case ExitCode.FINDINGS:
                also = f"; {unsure}" if unsure else ""
                return f"Worse: {plural(self.new, 'new finding')} at or above {level}{also}."
            case ExitCode.INCOMPLETE:
                return f"Incomplete: nothing new at or above {level}, but {unsure}."
        counted = [f"{count} {kind}" for kind, count in self.counts.items() if count and kind is not Kind.UNCHANGED]
        remarks = ", ".join(filter(None, [*counted, judged]))
        if not remarks:
            return f"Unchanged: {plural(self.counts[Kind.UNCHANGED], 'finding')}, and each is what it was."
        return f"Not worse: nothing new at or above {level}; {remarks}." if self.is_gated else f"Not gated: {remarks}."


class Diff(msgspec.Struct, frozen=True):
    """What became of each finding, and of the evidence; additions to this schema are additive only.

    `changes` are those that are not unchanged, the worst first; `unchanged` counts the others by outcome. `only_then`
    and `only_now` are rules that were not judged on both sides, `warnings` speak of the comparison itself.
    """

    then: Side
    now: Side
    verdict: DiffVerdict
    changes: tuple[Change, ...] = ()
    unchanged: Mapping[Outcome, int] = {}
    evidence: tuple[Coverage, ...] = ()
    only_then: tuple[str, ...] = ()
    only_now: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    tool: Tool = Tool()
    schema: Literal["chaudit.diff/v1"] = "chaudit.diff/v1"

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the JSON text, what identifies it first."""
        return dict.fromkeys(("schema", "tool", "then", "now", "verdict")) | msgspec.structs.asdict(self)


def diff(old: NamedReport, new: NamedReport, threshold: Threshold) -> Diff:
    """Return what changed from one report to the other.

    Raises:
        ReportError: they are of different clusters, or of one it is not known of which.
    """
    then, now = old.report, new.report
    for one in (old, new):
        if not one.report.cluster.uid:
            raise ReportError(f"{one.name}: it does not say of which cluster it is: it lacks namespace kube-system")
    if then.cluster.uid != now.cluster.uid:
        raise ReportError(
            f"two clusters are never compared: {old.name} is of {then.cluster.uid}, {new.name} of {now.cluster.uid}"
        )
    changes = list(compare(then.judged, now.judged))
    changed = [change for change in changes if change.kind is not Kind.UNCHANGED]
    unchanged = Counter(change.finding.outcome for change in changes if change.kind is Kind.UNCHANGED)
    return Diff(
        then=Side(old.name, then.cluster, then.scan, then.tool),
        now=Side(new.name, now.cluster, now.scan, now.tool),
        verdict=_verdict(changes, _less_judged(then, now), threshold),
        changes=tuple(sorted(changed, key=_worst_first)),
        unchanged={outcome: unchanged[outcome] for outcome in Outcome},
        evidence=tuple(_coverage(then.evidence, now.evidence)),
        only_then=tuple(sorted(then.judged.rules - now.judged.rules)),
        only_now=tuple(sorted(now.judged.rules - then.judged.rules)),
        warnings=tuple(_warnings(then, now)),
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a diff."""
    return msgspec.json.schema(Diff)


def _worst_first(change: Change) -> tuple[Any, ...]:
    return _ORDER.index(change.kind), change.finding.severity.rank, *change.finding.sort_key


def _less_judged(then: Report, now: Report) -> Iterator[tuple[str, Severity]]:
    """Yield family and severity of each rule that tells less now: not judged, or nobody asked a probe that it uses."""
    before, after = then.judged, now.judged
    declared = {one.rule: one.severity for one in then.findings if one.severity_from in {"intent", "profile"}}
    for rule in then.rules:
        if rule.id not in after.rules or asked_no_more(rule.id, before, after):
            yield family_of(rule.id), declared.get(rule.id, rule.severity)


def _verdict(
    changes: Sequence[Change], less_judged: Iterable[tuple[str, Severity]], threshold: Threshold
) -> DiffVerdict:
    gated = threshold.judge(with_standing(changes))
    unjudged = sum(threshold.is_reached(family, severity) for family, severity in less_judged)
    code = gated.exit_code
    if unjudged and code is ExitCode.CLEAN and not threshold.allow_unknown:
        code = ExitCode.INCOMPLETE
    counts = Counter(change.kind for change in changes)
    return DiffVerdict(
        exit_code=code,
        fail_on=gated.fail_on,
        allow_unknown=gated.allow_unknown,
        counts={kind: counts[kind] for kind in Kind},
        new=gated.at_threshold[Outcome.FAILED],
        incomparable=gated.at_threshold[Outcome.UNKNOWN],
        unjudged=unjudged,
        families=gated.families,
    )


def _coverage(then: Iterable[Evidence], now: Iterable[Evidence]) -> Iterator[Coverage]:
    """Yield what of the evidence of both came otherwise, what got worse first."""
    earlier = {reading.source: reading for reading in then}
    found = [_compared(earlier[reading.source], reading) for reading in now if reading.source in earlier]
    yield from sorted(filter(None, found), key=lambda one: (not one.worse, one.source))


def _compared(then: Evidence, now: Evidence) -> Coverage | None:
    rejected_then, rejected_now = len(then.rejected), len(now.rejected)
    if (then.state, rejected_then) == (now.state, rejected_now):
        return None
    is_probe = now.targets is not None
    worse = _missing(now.state, is_probe=is_probe) > _missing(then.state, is_probe=is_probe) or (
        now.state is then.state and rejected_now > rejected_then
    )
    return Coverage(now.source, worse, then.state, now.state, rejected_then, rejected_now, now.reason or then.reason)


def _missing(state: State, *, is_probe: bool) -> int:
    """Return how much of the evidence is missing: nothing, part or all. A probe is absent where nobody asked it."""
    if state is State.PARTIAL:
        return 1
    return 0 if state is State.LOADED or (state is State.ABSENT and not is_probe) else 2


def _warnings(then: Report, now: Report) -> Iterator[str]:
    """Yield what a reader must know before trusting the comparison."""
    before, after = then.judged, now.judged
    same_evidence = then.scan.started == now.scan.started and then.scan.finished == now.scan.finished
    if same_evidence and then.findings == now.findings:
        yield "both are one and the same scan: nothing can differ"
    elif same_evidence:
        yield "both judge evidence of one moment: what differs follows from rules, intent or the version of chaudit"
    elif then.scan.started > now.scan.started:
        yield "the first was taken after the second: are they the wrong way round?"
    if then.tool.version != now.tool.version:
        yield f"judged by chaudit {then.tool.version} then and {now.tool.version} now: rules may judge otherwise"
    if then.scan.intent_sha256 != now.scan.intent_sha256:
        yield "judged by different intent files: a change may be one of what is meant, not of the cluster"
    if then.scan.profiles != now.scan.profiles:
        said = [", ".join(report.scan.profiles) or "none" for report in (then, now)]
        yield f"judged with other profiles: {said[0]} then, {said[1]} now"
    for rules, when in ((before.rules - after.rules, "then"), (after.rules - before.rules, "now")):
        if rules:
            yield f"judged only {when}: {', '.join(sorted(rules))}"
    for probe in sorted({probe for rule in after.rules for probe in asked_no_more(rule, before, after)}):
        yield f"nobody asked the probe {probe} now: what it told then cannot be compared"
