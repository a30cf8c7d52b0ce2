"""Findings: what a rule says about a subject, and what the engine makes of it."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from chaudit.objects import Subject
from chaudit.severity import Severity
from chaudit.text import printable

WHOLE_CLUSTER = Subject("Cluster")
"""The subject of a rule's finding when it could not, or need not, look at single subjects."""


class Violation(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is broken: what was seen and what was expected, with the facts it rests on.

    `severity` is given only where this violation weighs other than its rule.
    """

    message: str
    evidence: Mapping[str, Any] = {}
    severity: Severity | None = None


class Unknown(msgspec.Struct, frozen=True):
    """The evidence does not carry a verdict on this subject, for this reason."""

    reason: str


class NotApplicable(msgspec.Struct, frozen=True):
    """The rule has nothing to say about this subject, for this reason."""

    reason: str


Judgement = Violation | Unknown | NotApplicable
"""What a rule yields. A rule never says that a subject passed: it passes when nothing is yielded."""


class Outcome(StrEnum):
    """What became of a rule for one subject, worst first."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    PASSED = "passed"
    NOT_APPLICABLE = "not-applicable"


class Standing(StrEnum):
    """How a finding stands to the same one of an earlier report.

    New: it did not fail then, or weighed less. Incomparable: it could not be judged then, or cannot be now.
    """

    NEW = "new"
    UNCHANGED = "unchanged"
    INCOMPARABLE = "incomparable"


class Waiver(msgspec.Struct, frozen=True, omit_defaults=True):
    """A risk that was accepted; it hides nothing, it only stops counting towards the exit code."""

    reason: str
    owner: str
    expires: str
    ticket: str = ""

    def __str__(self) -> str:
        """Return `until 2026-06-30 by net team: moved by then (CHG-1187)`, safe to show."""
        ticket = f" ({self.ticket})" if self.ticket else ""
        return printable(f"until {self.expires} by {self.owner}: {self.reason}{ticket}")


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome of one rule for one subject.

    `severity_from` says whose severity it is: the `rule`'s, its worst `violation`'s, or one that the `intent` file or a
    `profile` gives the rule.
    `unknown_severity` is how much what is unknown may weigh, where that is more than what failed.
    `note` explains an outcome without violations: why nothing applied, or what the verdict rests on.
    `expired_waiver` accepted it until it expired. `standing` compares what failed, or is unknown, with a baseline.
    """

    fingerprint: str
    rule: str
    title: str
    severity: Severity
    outcome: Outcome
    subject: Subject
    violations: tuple[Violation, ...] = ()
    unknown_because: tuple[str, ...] = ()
    note: str = ""
    waiver: Waiver | None = None
    severity_from: str = "rule"
    unknown_severity: Severity | None = None
    expired_waiver: Waiver | None = None
    standing: Standing | None = None

    @property
    def family(self) -> str:
        """The family of its rule: `NET`."""
        return family_of(self.rule)

    @property
    def sort_key(self) -> tuple[str, Subject]:
        """Rule and subject: the stable order of reports."""
        return self.rule, self.subject


def family_of(rule_id: str) -> str:
    """Return the letters before the dash of a rule's id: `NET`."""
    return rule_id.partition("-")[0]


def fingerprint(cluster_uid: str, rule: str, subject: Subject) -> str:
    """Return what makes a finding the same one in the next scan: cluster, rule and subject, never the words."""
    identity = [cluster_uid, rule, subject.kind, subject.namespace, subject.name, subject.port]
    return hashlib.sha256(msgspec.json.encode(identity)).hexdigest()[:32]
