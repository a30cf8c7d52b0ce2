"""Findings: what a rule says about a subject, and what the engine makes of it."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from chaudit.objects import Subject
from chaudit.severity import Severity


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


class Waiver(msgspec.Struct, frozen=True):
    """A risk that was accepted; it hides nothing, it only stops counting towards the exit code."""

    reason: str
    owner: str
    expires: str


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """The outcome of one rule for one subject.

    `severity_from` says whose severity it is: the `rule`'s, its worst `violation`'s, or one that the `intent` file or a
    `profile` gives the rule.
    `unknown_severity` is how much what is unknown may weigh, where that is more than what failed.
    `note` explains an outcome without violations: why nothing applied, or what the verdict rests on.
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

    @property
    def sort_key(self) -> tuple[str, Subject]:
        """Rule and subject: the stable order of reports."""
        return self.rule, self.subject


def fingerprint(cluster_uid: str, rule: str, subject: Subject) -> str:
    """Return what makes a finding the same one in the next scan: cluster, rule and subject, never the words."""
    identity = [cluster_uid, rule, subject.kind, subject.namespace, subject.name, subject.port]
    return hashlib.sha256(msgspec.json.encode(identity)).hexdigest()[:32]
