"""The verdict: findings weighed against thresholds, and the exit code that follows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

import msgspec

from chaudit.finding import Finding, Outcome, Standing
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

    `at_threshold` counts only those that matter to the exit code: severe enough, and not unchanged since a baseline.
    `families` have thresholds of their own. `standings` are counted where there is a baseline. `stale_waivers` accept
    nothing, and `strict_waivers` makes that matter.
    """

    exit_code: ExitCode
    fail_on: str
    allow_unknown: bool
    counts: Mapping[Outcome, int]
    at_threshold: Mapping[Outcome, int]
    families: Mapping[str, str] = {}
    standings: Mapping[Standing, int] = {}
    strict_waivers: bool = False
    stale_waivers: int = 0

    @property
    def threshold(self) -> str:
        """What findings were measured against: `high`, `high (BGP: medium)`."""
        return said_threshold(self.fail_on, self.families)

    @property
    def is_gated(self) -> bool:
        """Whether any finding could have failed the scan."""
        return {self.fail_on, *self.families.values()} != {NEVER}

    @property
    def summary(self) -> str:
        """What became of the scan, in one sentence."""
        failed, unknown = self.at_threshold[Outcome.FAILED], self.at_threshold[Outcome.UNKNOWN]
        unchanged = self.standings.get(Standing.UNCHANGED, 0)
        match self.exit_code:
            case ExitCode.FINDINGS:
                unjudged = f", and {unknown:,} could not be {self._judged}" if unknown else ""
                old = f"; {unchanged:,} more unchanged since the baseline" if unchanged else ""
                return f"Failed: {plural(failed, 'finding')} at or above {self.threshold}{unjudged}{old}."
            case ExitCode.USAGE:
                accepts = "accepts" if self.stale_waivers == 1 else "accept"
                return f"Untidy: {plural(self.stale_waivers, 'waiver')} in the intent file {accepts} nothing any more."
            case ExitCode.INCOMPLETE:
                return (
                    f"Incomplete: nothing{self._new} failed at or above {self.threshold}, "
                    f"but {unknown:,} could not be {self._judged}."
                )
            case ExitCode.UNAVAILABLE:
                return "Unavailable: nothing was judged."
        return self._clean_summary(unchanged)

    def _clean_summary(self, unchanged: int) -> str:
        unknown = self.counts[Outcome.UNKNOWN]
        incomparable = max(self.standings.get(Standing.INCOMPARABLE, 0) - unknown, 0)
        said = {
            "unchanged since the baseline": unchanged,
            "failed below it" if self.is_gated else "failed": self.counts[Outcome.FAILED] - unchanged - incomparable,
            "failed and could not be compared": incomparable,
            "could not be judged": unknown,
            "waived": self.counts[Outcome.WAIVED],
        }
        remarks = ", ".join(f"{count:,} {what}" for what, count in said.items() if count)
        if not remarks:
            return "Clean: nothing failed, and everything could be judged."
        if not self.is_gated:
            return f"Not gated: {remarks}."
        return f"Clean: nothing{self._new} failed at or above {self.threshold}; {remarks}."

    @property
    def _new(self) -> str:
        return " new" if self.standings else ""

    @property
    def _judged(self) -> str:
        return "judged or compared" if self.standings else "judged"


def said_threshold(fail_on: str, families: Mapping[str, str]) -> str:
    """Return a threshold as it is said: `high`, `high (BGP: medium)`."""
    said = ", ".join(f"{family}: {level}" for family, level in sorted(families.items()))
    return f"{fail_on} ({said})" if said else fail_on


class Threshold(msgspec.Struct, frozen=True):
    """What blocks: findings at least this severe (None: nothing), in some families others, and unknown ones or not.

    `strict_waivers` makes waivers block that accept nothing any more.
    """

    fail_on: Severity | None = Severity.HIGH
    allow_unknown: bool = False
    families: Mapping[str, Severity | None] = msgspec.field(default_factory=dict)
    strict_waivers: bool = False

    def judge(self, findings: Sequence[Finding], stale_waivers: int = 0) -> Verdict:
        """Return the verdict on a complete list of findings."""
        at_threshold = _count(outcome for finding in findings if (outcome := self._weigh(finding)))
        standings = Counter(finding.standing for finding in findings if finding.standing)
        return self._verdict(
            self._exit_code(at_threshold, stale_waivers),
            _count(finding.outcome for finding in findings),
            at_threshold,
            {standing: standings[standing] for standing in Standing} if standings else {},
            stale_waivers,
        )

    def unavailable(self) -> Verdict:
        """Return the verdict when the cluster could not be looked at."""
        return self._verdict(ExitCode.UNAVAILABLE, _count(()), _count(()), {}, 0)

    def is_reached(self, family: str, severity: Severity | None) -> bool:
        """Whether something of this severity matters in a family of rules."""
        level = self.families.get(family, self.fail_on)
        return severity is not None and level is not None and severity.reaches(level)

    def _weigh(self, finding: Finding) -> Outcome | None:
        """Return what a finding counts as, None where it does not count.

        One that failed below the threshold is unknown where what could not be judged of it may reach that, and so is
        one of which it is not known whether it is new.
        """
        if self.is_reached(finding.family, finding.severity) and finding.standing is not Standing.UNCHANGED:
            return Outcome.UNKNOWN if finding.standing is Standing.INCOMPARABLE else finding.outcome
        return Outcome.UNKNOWN if self.is_reached(finding.family, finding.unknown_severity) else None

    def _exit_code(self, at_threshold: Mapping[Outcome, int], stale_waivers: int) -> ExitCode:
        if at_threshold[Outcome.FAILED]:
            return ExitCode.FINDINGS
        if stale_waivers and self.strict_waivers:
            return ExitCode.USAGE
        if at_threshold[Outcome.UNKNOWN] and not self.allow_unknown:
            return ExitCode.INCOMPLETE
        return ExitCode.CLEAN

    def _verdict(
        self,
        code: ExitCode,
        counts: Mapping[Outcome, int],
        at_threshold: Mapping[Outcome, int],
        standings: Mapping[Standing, int],
        stale_waivers: int,
    ) -> Verdict:
        return Verdict(
            exit_code=code,
            fail_on=self.fail_on or NEVER,
            allow_unknown=self.allow_unknown,
            counts=counts,
            at_threshold=at_threshold,
            families={family: level or NEVER for family, level in sorted(self.families.items())},
            standings=standings,
            strict_waivers=self.strict_waivers,
            stale_waivers=stale_waivers,
        )


def _count(outcomes: Iterable[Outcome]) -> Mapping[Outcome, int]:
    """Return how often there is each outcome, zeros included."""
    counts = Counter(outcomes)
    return {outcome: counts[outcome] for outcome in Outcome}
