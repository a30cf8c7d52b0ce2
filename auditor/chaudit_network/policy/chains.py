"""A packet's way through Felix's chains on the node it enters: untracked, preDNAT, then normal or forward.

    to a process of the host   untracked -> preDNAT -> normal (every policy), default deny
    to a pod, here or beyond   untracked -> preDNAT -> forward (only policies with applyOnForward), default allow
    to a node, around another  untracked -> preDNAT, default allow
    out again, to the latter   egress rules of forward policies of the endpoint by which it leaves, default allow

Failsafe ports pass every stage but the forward ones. Allow in preDNAT skips the host's later ingress stages.
Untracked and preDNAT stages have no default deny. See https://docs.tigera.io/calico/latest/reference/host-endpoints/summary
and felix/rules/static.go.
"""

from collections.abc import Iterable
from functools import cached_property

import msgspec

from chaudit import CannotTellError, printable
from chaudit_network.addresses import parse_network
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import ProtoPort
from chaudit_network.policy.evaluation import Action, Decision, Fate, Match, MatchedRule, MatchedTier, evaluate
from chaudit_network.policy.matching import Packet, Resolver, matches
from chaudit_network.policy.policies import AppliedTier
from chaudit_network.policy.policy import Stage

DEFAULT_ALLOW_PROFILE = "projectcalico-default-allow"
"""The profile of automatic host endpoints: what no policy decides is allowed."""

UNDECIDED = "no policy decides, which"
"""What reasons call it where nothing is left to decide, so that packets pass."""


class HostPolicy(msgspec.Struct, frozen=True, cache_hash=True, dict=True):
    """What stands between the network and one interface of a node. Interfaces with equal policy are judged alike.

    `allows_by_default` is what becomes of packets to the host itself that no policy decides; None where that is said by
    a profile whose rules are not known.
    """

    tiers: tuple[AppliedTier, ...]
    failsafe_ports: tuple[ProtoPort, ...]
    allows_by_default: bool | None

    @cached_property
    def stages(self) -> frozenset[Stage]:
        """The stages at which any policy has a say, or may have."""
        return frozenset().union(*(policy.stages for tier in self.tiers for policy in (*tier.sure, *tier.perhaps)))


class Passage(msgspec.Struct, frozen=True, cache_hash=True):
    """Who gets through and who does not; who is in neither, cannot be told. Decisions come in order."""

    open: Intervals
    closed: Intervals
    decisions: tuple[Decision, ...] = ()


def enter(
    host: HostPolicy, before_nat: Packet, after_nat: Packet | None, resolve: Resolver, *, ends_here: bool = False
) -> Passage:
    """Send everybody to a node: to a process of its own, or, with a packet `after_nat`, through it to a pod.

    With `ends_here` the translated packet is for a process of this very node, too.
    """
    way = _Way(host, resolve, before_nat)
    way.stage(Stage.UNTRACKED, before_nat)
    if after_nat is not None:
        way.doubt_accepted()  # what is not tracked is not translated either
    way.stage(Stage.PRE_DNAT, before_nat)
    if after_nat is None or ends_here:
        packet = after_nat or before_nat
        way.accept_failsafe(packet)
        way.stage(Stage.NORMAL, packet)
        way.finish_by_profiles()
    else:
        way.stage(Stage.FORWARD, after_nat)
        way.finish(Action.ALLOW)
    return way.passage()


def leave(host: HostPolicy, packet: Packet, resolve: Resolver) -> Passage:
    """Send everybody's translated packets out of a node that forwards them."""
    way = _Way(host, resolve, packet)
    way.stage(Stage.FORWARD_OUT, packet)
    way.finish(Action.ALLOW)
    return way.passage()


def let_in(host: HostPolicy, packet: Packet, resolve: Resolver) -> Passage:
    """Send packets with others in them to a node: Felix takes them in before it asks normal policies."""
    way = _Way(host, resolve, packet)
    way.stage(Stage.UNTRACKED, packet)
    way.stage(Stage.PRE_DNAT, packet)
    way.finish(Action.ALLOW)
    return way.passage()


def at_stage(host: HostPolicy, stage: Stage, packet: Packet, resolve: Resolver) -> Fate:
    """Send everybody through one stage alone; clients of failsafe ports pass it unseen, and are in no set."""
    return _Way(host, resolve, packet).stage(stage, packet)


class _Way:
    """The sources still on their way, and those that may have been accepted or denied so far."""

    def __init__(self, host: HostPolicy, resolve: Resolver, packet: Packet) -> None:
        self._host = host
        self._resolve = resolve
        self._arriving = packet.everyone
        self._accepted = Intervals()
        self._denied = Intervals()
        self._decisions: list[Decision] = []
        self._failsafe = _failsafe_sources(host.failsafe_ports, packet)

    def stage(self, stage: Stage, packet: Packet) -> Fate:
        """Let the policies of one stage judge; failsafe ports pass untracked and preDNAT stages unseen."""
        exempt = self._arriving & self._failsafe if stage in {Stage.UNTRACKED, Stage.PRE_DNAT} else Intervals()
        tiers = (_matched(applied, stage, packet, self._resolve) for applied in self._host.tiers)
        fate = evaluate(filter(None, tiers), self._arriving - exempt)
        self._accepted |= fate.allowed
        self._denied |= fate.denied
        self._arriving = fate.undecided | exempt
        self._decisions += fate.decisions
        return fate

    def doubt_accepted(self) -> None:
        self._denied |= self._accepted

    def accept_failsafe(self, packet: Packet) -> None:
        failsafe = _failsafe_sources(self._host.failsafe_ports, packet)
        self._take("a failsafe port", Action.ALLOW, self._arriving & failsafe)

    def finish_by_profiles(self) -> None:
        if self._host.allows_by_default is None:
            self._denied |= self._arriving
            self._take("a profile whose rules are not known perhaps", Action.ALLOW, self._arriving)
        else:
            self.finish(Action.ALLOW if self._host.allows_by_default else Action.DENY)

    def finish(self, default: Action) -> None:
        name = UNDECIDED if default is Action.ALLOW else "host endpoint without a policy that allows"
        self._take(name, default, self._arriving)

    def passage(self) -> Passage:
        return Passage(self._accepted - self._denied, self._denied - self._accepted, tuple(self._decisions))

    def _take(self, name: str, action: Action, sources: Intervals) -> None:
        if action is Action.ALLOW:
            self._accepted |= sources
        else:
            self._denied |= sources
        self._arriving -= sources
        if sources:
            self._decisions.append(Decision(name, action, sources))


def _failsafe_sources(ports: Iterable[ProtoPort], packet: Packet) -> Intervals:
    sources = Intervals()
    for failsafe in ports:
        if failsafe.port == packet.port and failsafe.protocol.lower() == packet.protocol.lower():
            net = [parse_network(failsafe.net)] if failsafe.net else None
            sources |= packet.everyone if net is None else Intervals.addresses(net, packet.family)
    return sources


def _matched(applied: AppliedTier, stage: Stage, packet: Packet, resolve: Resolver) -> MatchedTier | None:
    """Return a tier's rules for a packet at a stage; None where no policy of it is part of the stage."""
    sure = [policy for policy in applied.sure if stage in policy.stages]
    perhaps = [policy for policy in applied.perhaps if stage in policy.stages]
    if not sure and not perhaps:
        return None
    in_order = sorted([*sure, *perhaps], key=lambda policy: policy.sort_key)
    rules = [
        MatchedRule(title, _action(rule.action), _limited(match, policy in sure))
        for policy in in_order
        for title, rule in policy.rules_at(stage)
        for match in (matches(rule, packet, resolve),)
    ]
    has_end = stage in {Stage.NORMAL, Stage.FORWARD, Stage.FORWARD_OUT}
    return MatchedTier(
        applied.tier.name, rules, applied.tier.default_action if has_end else Action.PASS, True if sure else None
    )


def _action(said: str) -> Action:
    """Return a rule's action; older definitions of the API let any text pass, and Felix takes it in any case.

    Raises:
        CannotTellError: it is none.
    """
    try:
        return Action(said.capitalize())
    except ValueError as error:
        raise CannotTellError(f"'{printable(said)}' is not an action of a rule") from error


def _limited(match: Match, is_sure: bool) -> Match:
    """Return the match of a rule whose policy may not apply at all."""
    return match if is_sure else Match(Intervals(), match.maybe)
