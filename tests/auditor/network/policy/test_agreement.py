"""The chains for sets of sources agree with a walk through them packet by packet, whatever the policies."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from hypothesis import given, settings

from auditor.network.policy import naive_rules
from auditor.network.policy.generated import (
    LABELS,
    SOURCE_PORTS,
    SOURCES,
    Doubts,
    World,
    packets,
    rules,
    selected,
    worlds,
    worlds_of_pods,
)
from auditor.network.policy.naive import Host, Outcome, Verdict, decide, leave, let_in
from auditor.network.policy.naive_rules import Address, OnePacket, every_answer
from chaudit import CannotTellError
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import PolicyRule
from chaudit_network.policy import chains
from chaudit_network.policy.chains import HostPolicy, Passage, enter
from chaudit_network.policy.matching import Packet, matches
from chaudit_network.policy.policies import for_host, in_order

_MOST = 256
"""Combinations of answers that one packet is followed through."""

EITHER = {Verdict.ALLOWED, Verdict.DENIED}

bounded = settings(max_examples=200, deadline=None, derandomize=True)


def policy_of(host: Host) -> HostPolicy:
    tiers = for_host(in_order(host.tiers, host.policies), LABELS)
    return HostPolicy(tiers, host.failsafe_ports, host.allows_by_default)


def passage(world: World) -> Passage:
    translated = packet(world.translated) if world.translated else None
    return enter(policy_of(world.host), packet(world.arriving), translated, resolve, ends_here=world.ends_here)


def packet(one: OnePacket) -> Packet:
    return Packet(one.destination, one.protocol, one.port, one.port_names)


def resolve(selector: str, namespaces: str, family: int) -> Intervals:
    found = selected(selector, namespaces)
    if found is None:
        raise CannotTellError("nobody knows")
    return Intervals.of((int(one), int(one)) for one in found if one.version == family)


def outcomes(world: World, source: Address, ports: Sequence[int]) -> list[Outcome]:
    sent = [world.sent_from(source, port) for port in ports]
    return [
        outcome
        for arriving, translated in sent
        for outcome in islice(
            every_answer(partial(decide, world.host, arriving, translated, ends_here=world.ends_here)), _MOST
        )
    ]


def verdicts(world: World, source: Address, ports: Sequence[int]) -> set[Verdict]:
    """Return what may become of the source; nobody says what becomes of a packet that lacks its translation."""
    found = {outcome.verdict for outcome in outcomes(world, source, ports)}
    return EITHER if Verdict.UNTRACKED in found else found


def told(found: Passage, source: Address) -> set[Verdict]:
    """Return what may become of the source, as the passage has it."""
    if int(source) in found.open:
        return {Verdict.ALLOWED}
    return {Verdict.DENIED} if int(source) in found.closed else EITHER


def sources(to: OnePacket) -> Sequence[Address]:
    return SOURCES[to.destination.version]


@bounded
@given(rules(Doubts(in_rules=True)), packets)
def test_a_rule_matches_whom_it_matches_by_some_answers_to_doubts_and_surely_by_all(
    rule: PolicyRule, to: OnePacket
) -> None:
    found = matches(rule, packet(to), resolve)

    for source in sources(to):
        sent = replace(to, source=source)
        answers = list(every_answer(partial(naive_rules.matches, rule, sent, selected, "rule")))
        assert (int(source) in found.maybe) == any(answers)
        assert (int(source) in found.sure) == all(answers)


@bounded
@given(worlds(Doubts(in_rules=True, about_subjects=True, about_source_ports=True)))
def test_who_is_open_is_allowed_and_who_is_closed_is_denied_whatever_the_answer_to_doubts(world: World) -> None:
    found = passage(world)

    for source in sources(world.arriving):
        assert verdicts(world, source, SOURCE_PORTS) <= told(found, source)


@bounded
@given(worlds(Doubts(in_rules=True)))
def test_who_is_in_doubt_may_be_allowed_or_denied_by_the_answer_to_doubts(world: World) -> None:
    found = passage(world)

    for source in sources(world.arriving):
        assert verdicts(world, source, SOURCE_PORTS[:1]) == told(found, source)


@bounded
@given(worlds(Doubts()))
def test_where_nothing_is_doubtful_everybody_is_told_and_why(world: World) -> None:
    found = passage(world)

    for source in sources(world.arriving):
        (outcome,) = outcomes(world, source, SOURCE_PORTS[:1])
        last = [decision.name for decision in found.decisions if int(source) in decision.sources][-1]
        assert told(found, source) == (EITHER if outcome.verdict is Verdict.UNTRACKED else {outcome.verdict})
        assert outcome.verdict is Verdict.UNTRACKED or last == outcome.by


@bounded
@given(worlds_of_pods(Doubts(in_rules=True)))
def test_who_leaves_a_node_that_forwards_is_told_as_packet_by_packet(world: World) -> None:
    assert world.translated
    found = chains.leave(policy_of(world.host), packet(world.translated), resolve)

    for source in sources(world.translated):
        sent = replace(world.translated, source=source)
        answers = {one.verdict for one in islice(every_answer(partial(leave, world.host, sent)), _MOST)}
        assert answers == told(found, source)


@bounded
@given(worlds(Doubts(in_rules=True)))
def test_who_sends_packets_around_others_is_told_as_packet_by_packet(world: World) -> None:
    found = chains.let_in(policy_of(world.host), packet(world.arriving), resolve)

    for source in sources(world.arriving):
        sent = replace(world.arriving, source=source)
        answers = {one.verdict for one in islice(every_answer(partial(let_in, world.host, sent)), _MOST)}
        assert answers == told(found, source)
