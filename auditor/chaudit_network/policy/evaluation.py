"""Evaluating policies in order for a whole set of sources: what may happen to each of them.

A source for which a rule's match cannot be told goes both ways: it takes the rule's action, and goes on. In the end
a source that can only be allowed is open, one that can only be denied is closed, and the rest is unknown. So what
cannot be told is never guessed, and never makes unknown what does not depend on it.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from chaudit_network.intervals import Intervals


class Action(StrEnum):
    """What a rule, or the end of a tier, does with a packet."""

    ALLOW = "Allow"
    DENY = "Deny"
    PASS = "Pass"  # noqa: S105 - what Calico calls it
    LOG = "Log"


class Match(msgspec.Struct, frozen=True):
    """The sources that a rule surely matches, and those that it may match; `sure` is part of `maybe`."""

    sure: Intervals
    maybe: Intervals


class MatchedRule(msgspec.Struct, frozen=True):
    """A rule with the sources it matches; `name` says where it stands, for reasons."""

    name: str
    action: Action
    match: Match


class MatchedTier(msgspec.Struct, frozen=True):
    """The rules of one tier that speak of this endpoint and packet, in order, and what happens at its end.

    `is_entered` is False for a tier without a policy for the endpoint: Felix skips it. None: that cannot be told.
    """

    name: str
    rules: Sequence[MatchedRule]
    end: Action
    is_entered: bool | None = True


class Decision(msgspec.Struct, frozen=True):
    """What one rule did to some sources."""

    name: str
    action: Action
    sources: Intervals


class Fate(msgspec.Struct):
    """What may become of the sources: `allowed` and `denied` overlap where it cannot be told; `undecided` went on."""

    allowed: Intervals = msgspec.field(default_factory=Intervals)
    denied: Intervals = msgspec.field(default_factory=Intervals)
    undecided: Intervals = msgspec.field(default_factory=Intervals)
    decisions: list[Decision] = msgspec.field(default_factory=list)

    def record(self, name: str, action: Action, sources: Intervals) -> None:
        """Note that an action takes these sources."""
        if not sources:
            return
        if action is Action.ALLOW:
            self.allowed |= sources
        elif action is Action.DENY:
            self.denied |= sources
        self.decisions.append(Decision(name, action, sources))

    @property
    def open(self) -> Intervals:
        """The sources that are allowed, or go on, and cannot be denied."""
        return (self.allowed | self.undecided) - self.denied

    @property
    def closed(self) -> Intervals:
        """The sources that are denied and cannot pass."""
        return self.denied - self.allowed - self.undecided


def evaluate(tiers: Iterable[MatchedTier], sources: Intervals) -> Fate:
    """Send the sources through the tiers; what no tier decides is `undecided`.

    See https://docs.tigera.io/calico/latest/network-policy/policy-tiers/tiered-policy.
    """
    fate = Fate()
    arriving = sources
    for tier in tiers:
        if not arriving:
            break
        arriving = _pass_through(tier, arriving, fate)
    fate.undecided = arriving
    return fate


def _pass_through(tier: MatchedTier, arriving: Intervals, fate: Fate) -> Intervals:
    """Return the sources that may reach the next tier."""
    if tier.is_entered is False:
        return arriving
    passed = Intervals() if tier.is_entered else arriving
    left = arriving
    for rule in tier.rules:
        if rule.action is Action.LOG:
            continue
        taken = left & rule.match.maybe
        fate.record(rule.name, rule.action, taken)
        if rule.action is Action.PASS:
            passed |= taken
        left -= rule.match.sure
        if not left:
            return passed
    fate.record(f"the end of tier {tier.name}", tier.end, left)
    return passed | left if tier.end is Action.PASS else passed
