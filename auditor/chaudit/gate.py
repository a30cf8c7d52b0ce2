"""The gate: accepts what was waived, weighs what is left against a threshold, and settles the exit code."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from fnmatch import fnmatchcase

import msgspec

from chaudit.finding import Finding, Outcome, Waiver
from chaudit.intent.model import SubjectSelector, WaiverIntent
from chaudit.objects import Subject
from chaudit.severity import Severity
from chaudit.text import plural

NEVER = "never"
"""The threshold that nothing reaches."""


class ExitCode(IntEnum):
    """What a pipeline is told."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    INCOMPLETE = 3
    UNAVAILABLE = 4


class Verdict(msgspec.Struct, frozen=True):
    """The exit code, what it was measured against, and how many findings have each outcome.

    `at_threshold` counts only those that are severe enough to matter to the exit code.
    """

    exit_code: ExitCode
    fail_on: str
    allow_unknown: bool
    counts: Mapping[Outcome, int]
    at_threshold: Mapping[Outcome, int]

    @property
    def summary(self) -> str:
        """What became of the scan, in one sentence."""
        failed, unknown = self.at_threshold[Outcome.FAILED], self.at_threshold[Outcome.UNKNOWN]
        match self.exit_code:
            case ExitCode.FINDINGS:
                unjudged = f", and {unknown} could not be judged" if unknown else ""
                return f"Failed: {plural(failed, 'finding')} at or above {self.fail_on}{unjudged}."
            case ExitCode.INCOMPLETE:
                return f"Incomplete: nothing failed at or above {self.fail_on}, but {unknown} could not be judged."
            case ExitCode.UNAVAILABLE:
                return "Unavailable: nothing was judged."
        return self._clean_summary()

    def _clean_summary(self) -> str:
        gated = self.fail_on != NEVER
        said = {
            Outcome.FAILED: "failed below it" if gated else "failed",
            Outcome.UNKNOWN: "could not be judged",
            Outcome.WAIVED: "waived",
        }
        remarks = ", ".join(f"{self.counts[outcome]} {what}" for outcome, what in said.items() if self.counts[outcome])
        if not remarks:
            return "Clean: nothing failed, and everything could be judged."
        return f"Clean: nothing failed at or above {self.fail_on}; {remarks}." if gated else f"Not gated: {remarks}."


@dataclass(frozen=True, slots=True)
class Threshold:
    """What blocks: findings at least this severe (None: nothing), and whether unknown ones do."""

    fail_on: Severity | None = Severity.HIGH
    allow_unknown: bool = False

    def judge(self, findings: Sequence[Finding]) -> Verdict:
        """Return the verdict on a complete list of findings."""
        weighed = [outcome for finding in findings if (outcome := self._weigh(finding))]
        at_threshold = _count(weighed)
        counts = _count(finding.outcome for finding in findings)
        return self._verdict(self._exit_code(at_threshold), counts, at_threshold)

    def unavailable(self) -> Verdict:
        """Return the verdict when the cluster could not be looked at."""
        return self._verdict(ExitCode.UNAVAILABLE, _count(()), _count(()))

    def _weigh(self, finding: Finding) -> Outcome | None:
        """Return what a finding counts as, None where it is not severe enough to count.

        One that failed below the threshold is unknown where what could not be judged of it may reach that.
        """
        if self.fail_on is None:
            return None
        if finding.severity.reaches(self.fail_on):
            return finding.outcome
        if finding.unknown_severity and finding.unknown_severity.reaches(self.fail_on):
            return Outcome.UNKNOWN
        return None

    def _exit_code(self, at_threshold: Mapping[Outcome, int]) -> ExitCode:
        if at_threshold[Outcome.FAILED]:
            return ExitCode.FINDINGS
        if at_threshold[Outcome.UNKNOWN] and not self.allow_unknown:
            return ExitCode.INCOMPLETE
        return ExitCode.CLEAN

    def _verdict(self, code: ExitCode, counts: Mapping[Outcome, int], at_threshold: Mapping[Outcome, int]) -> Verdict:
        return Verdict(code, self.fail_on or NEVER, self.allow_unknown, counts, at_threshold)


def _count(outcomes: Iterable[Outcome]) -> Mapping[Outcome, int]:
    """Return how often there is each outcome, zeros included."""
    counts = Counter(outcomes)
    return {outcome: counts[outcome] for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings after waivers, and what is wrong with the waivers themselves."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


def apply_waivers(findings: Sequence[Finding], waivers: Sequence[WaiverIntent], today: date) -> Waived:
    """Return the findings with failed ones waived where a waiver in force matches.

    A waiver holds up to and including its day of expiry. Expired and unused ones are warned about.
    """
    in_force = [waiver for waiver in waivers if waiver.expires >= today]
    used: set[int] = set()
    result = []
    for finding in findings:
        match = next((i for i, waiver in enumerate(in_force) if _matches(waiver, finding)), None)
        if match is None:
            result.append(finding)
        else:
            used.add(match)
            result.append(_waive(finding, in_force[match]))
    expired = [f"the waiver for {_name(w)} expired on {w.expires}" for w in waivers if w.expires < today]
    unused = [f"the waiver for {_name(w)} matches nothing" for i, w in enumerate(in_force) if i not in used]
    return Waived(tuple(result), (*expired, *unused))


def _matches(waiver: WaiverIntent, finding: Finding) -> bool:
    return (
        finding.outcome is Outcome.FAILED and finding.rule == waiver.rule and _selects(waiver.subject, finding.subject)
    )


def _selects(selector: SubjectSelector, subject: Subject) -> bool:
    return (
        fnmatchcase(subject.kind, selector.kind)
        and fnmatchcase(subject.namespace, selector.namespace)
        and fnmatchcase(subject.name, selector.name)
        and fnmatchcase(subject.port, selector.port)
    )


def _waive(finding: Finding, waiver: WaiverIntent) -> Finding:
    accepted = Waiver(waiver.reason, waiver.owner, waiver.expires.isoformat())
    return msgspec.structs.replace(finding, outcome=Outcome.WAIVED, waiver=accepted)


def _name(waiver: WaiverIntent) -> str:
    selector = waiver.subject
    parts = (selector.kind, selector.namespace, selector.name, selector.port)
    return f"{waiver.rule} on {'/'.join(parts)} ({waiver.owner})"
