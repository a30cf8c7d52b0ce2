"""What guards a node's interfaces: the policy of the host endpoint that is active there, and whom it lets pass."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, view
from chaudit_network.addresses import IPAddress
from chaudit_network.exposure.host_endpoints import ALL_INTERFACES, HostEndpoints, host_endpoints
from chaudit_network.exposure.host_policies import HostPolicies, host_policies
from chaudit_network.exposure.sources import SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict, either_way
from chaudit_network.intervals import Intervals
from chaudit_network.policy.chains import HostPolicy, Passage, enter, leave, let_in
from chaudit_network.policy.classes import PacketClasses, packet_classes
from chaudit_network.policy.evaluation import Action
from chaudit_network.policy.matching import Packet, Resolver
from chaudit_network.policy.policy import Stage
from chaudit_network.policy.resolution import Resolution, resolution


class Guard(msgspec.Struct, frozen=True):
    """The policy on an interface, or why there is none; `doubt` says why its effect cannot be told."""

    policy: HostPolicy | None = None
    because: str = ""
    doubt: str = ""


class Target(msgspec.Struct, frozen=True):
    """Where packets go on to once they are translated: a pod, or with `is_process` a process of the very node."""

    packet: Packet
    is_process: bool = False


class HostGuards(msgspec.Struct, dict=True):
    """The guards of every interface, and their judgement, kept for packets that they cannot tell apart."""

    endpoints: HostEndpoints
    policies: HostPolicies
    resolution: Resolution
    _classes: dict[HostPolicy, PacketClasses] = msgspec.field(default_factory=dict)
    _passages: dict[Hashable, Passage] = msgspec.field(default_factory=dict)
    _reaches: dict[Hashable, Verdict] = msgspec.field(default_factory=dict)

    def guard(self, node: str, interface: str, addresses: Collection[IPAddress]) -> Guard:
        """Return what guards an interface of a node, which has these addresses."""
        try:
            endpoint = self.endpoints.active(node, interface, addresses)
            if endpoint is None:
                where = f"for interface {interface}" if self.endpoints.of(node) else "on the node"
                return Guard(because=f"no HostEndpoint {where}")
            return Guard(self.policies.of(endpoint), doubt=self.policies.doubt(node))
        except CannotTellError as gap:
            return Guard(doubt=str(gap))

    def everything(self, node: str) -> Sequence[Guard]:
        """Return what guards the interfaces of a node, whichever they are, and what guards all others, if anything."""
        try:
            named = [one for one in self.endpoints.of(node) if one.spec.interface_name != ALL_INTERFACES]
            return [
                *(Guard(self.policies.of(one), doubt=self.policies.doubt(node)) for one in named),
                self.others(node),
            ]
        except CannotTellError as gap:
            return [Guard(doubt=str(gap))]

    def others(self, node: str) -> Guard:
        """Return what guards the interfaces of a node for which there is no endpoint of their own, such as pods'."""
        try:
            endpoints = self.endpoints.of(node)
            everywhere = next((one for one in endpoints if one.spec.interface_name == ALL_INTERFACES), None)
            return Guard(self.policies.of(everywhere), doubt=self.policies.doubt(node)) if everywhere else Guard()
        except CannotTellError as gap:
            return Guard(doubt=str(gap))

    def own_pods(self, node: str) -> Verdict:
        """Return what becomes of packets from a node's own pods to its processes, whatever host policy says.

        See https://docs.tigera.io/calico/latest/reference/felix/configuration on DefaultEndpointToHostAction.
        """
        if self.endpoints.reading.is_absent:
            return Verdict(Reach.OPEN)
        try:
            action = self.policies.felix.endpoint_to_host_action(node)
        except CannotTellError as gap:
            return Verdict(Reach.UNKNOWN, tuple(gap.reasons))
        if action.value != "drop":
            return Verdict(Reach.OPEN)
        return Verdict(Reach.PARTIAL, ("defaultEndpointToHostAction is Drop: a node does not answer its own pods",))

    def place(self, guard: Guard, address: IPAddress) -> Hashable:
        """Return a key that is equal for addresses which the policy of a guard does not tell apart."""
        return self.classes_of(guard.policy).place(address) if guard.policy else None

    def passing(
        self, guards: Sequence[Guard], packet: Packet, targets: Sequence[Target], source: SourceClass
    ) -> Verdict:
        """Return who passes host policy: to a process of the host, or on to any of the targets.

        Where several guards are given, the way leads through one of them. Clients on the node itself do not pass
        through its interfaces, so that what keeps others out binds only some of the nodes' and pods' clients.
        """
        return _for_clients_inside(either_way(self._past(guard, packet, targets, source) for guard in guards), source)

    def leaving(self, guards: Sequence[Guard], packet: Packet, source: SourceClass) -> Verdict:
        """Return whose packets may leave the node by one of these interfaces."""
        verdict = _one_of([self._out(guard, packet, source) for guard in guards], "to other nodes leave")
        return _for_clients_inside(verdict, source)

    def entering(self, guards: Sequence[Guard], packet: Packet, source: SourceClass) -> Verdict:
        """Return whose packets for a pod, which nothing has yet to translate, may enter by one of these interfaces."""
        verdicts = [self._past(guard, packet, (Target(packet),), source) for guard in guards]
        return _one_of(verdicts, "from other nodes come")

    def letting_in(self, guards: Sequence[Guard], packet: Packet, source: SourceClass) -> Verdict:
        """Return whose packets around others may come in by one of these interfaces."""
        return _one_of([self._in(guard, packet, source) for guard in guards], "from other nodes come")

    def _past(self, guard: Guard, packet: Packet, targets: Sequence[Target], source: SourceClass) -> Verdict:
        if guard.policy is None:
            return Verdict(Reach.UNKNOWN, (guard.doubt,)) if guard.doubt else Verdict(Reach.OPEN, (guard.because,))
        passages = dict.fromkeys(self.judge(guard.policy, packet, target) for target in targets or (None,))
        return _doubted(guard, either_way(self._reach(passage, source, packet.family) for passage in passages))

    def _out(self, guard: Guard, packet: Packet, source: SourceClass) -> Verdict:
        if guard.policy is None:
            return Verdict(Reach.UNKNOWN, (guard.doubt,)) if guard.doubt else Verdict(Reach.OPEN)
        key = guard.policy, "leave", self.classes_of(guard.policy).key(packet)
        if key not in self._passages:
            self._passages[key] = leave(guard.policy, packet, self.resolve)
        return _doubted(guard, self._reach(self._passages[key], source, packet.family))

    def _in(self, guard: Guard, packet: Packet, source: SourceClass) -> Verdict:
        if guard.policy is None:
            return Verdict(Reach.UNKNOWN, (guard.doubt,)) if guard.doubt else Verdict(Reach.OPEN)
        return _doubted(guard, self._reach(self.let_in(guard.policy, packet), source, packet.family))

    def _reach(self, passage: Passage, source: SourceClass, family: int) -> Verdict:
        key = passage, source, family
        if key not in self._reaches:
            self._reaches[key] = reach(passage, source, family)
        return self._reaches[key]

    def let_in(self, policy: HostPolicy, packet: Packet) -> Passage:
        """Return whose packets around others the policy lets in.

        Raises:
            CannotTellError: a rule has an action that is none.
        """
        key = policy, "let in", self.classes_of(policy).key(packet)
        if key not in self._passages:
            self._passages[key] = let_in(policy, packet, self.resolve)
        return self._passages[key]

    def judge(self, policy: HostPolicy, packet: Packet, target: Target | None) -> Passage:
        """Return who passes the policy on the way to a process, or on to a target.

        Raises:
            CannotTellError: a rule has an action that is none.
        """
        classes = self.classes_of(policy)
        key = policy, classes.key(packet), target and (classes.key(target.packet), target.is_process)
        if key not in self._passages:
            after, ends_here = (target.packet, target.is_process) if target else (None, False)
            self._passages[key] = enter(policy, packet, after, self.resolve, ends_here=ends_here)
        return self._passages[key]

    def classes_of(self, policy: HostPolicy) -> PacketClasses:
        """Return how a policy tells packets apart."""
        if policy not in self._classes:
            self._classes[policy] = packet_classes(policy, self.resolve)
        return self._classes[policy]

    @cached_property
    def resolve(self) -> Resolver:
        """What finds the addresses that selectors of rules mean."""
        return self.resolution.resolver()


host_guards = view(host_endpoints, host_policies, resolution)(HostGuards)
"""The view that answers with `HostGuards`."""


def having_a_say(guards: Iterable[Guard], stages: Iterable[Stage]) -> tuple[Guard, ...]:
    """Return guards as far as they have a say at some stages: empty ones for others, and none at all if nobody has."""
    found = tuple(dict.fromkeys(guard if _has_a_say(guard, stages) else Guard() for guard in guards))
    return () if found == (Guard(),) else found


def _has_a_say(guard: Guard, stages: Iterable[Stage]) -> bool:
    if guard.policy is None:
        return bool(guard.doubt)
    return not guard.policy.stages.isdisjoint(stages)


def _one_of(verdicts: Sequence[Verdict], packets: str) -> Verdict:
    """Return what holds where one of several interfaces is it, and nobody knows which."""
    if not verdicts:
        return Verdict(Reach.OPEN)
    if len({verdict.verdict for verdict in verdicts}) == 1:
        return either_way(verdicts)
    reasons = [reason for verdict in verdicts for reason in verdict.because]
    return Verdict(Reach.UNKNOWN, (*reasons, f"by which interface packets {packets} is not known"))


def reach(passage: Passage, source: SourceClass, family: int) -> Verdict:
    """Return what a passage means for a class of sources, with the decisions that are about them."""
    clients = source.addresses[family]
    about = tuple(
        f"{decision.name} {_DOES[decision.action]}" for decision in passage.decisions if decision.sources & clients
    )
    return Verdict(_reach(passage, clients), about)


def _reach(passage: Passage, clients: Intervals) -> Reach:
    if clients <= passage.open:
        return Reach.OPEN
    if clients <= passage.closed:
        return Reach.CLOSED
    return Reach.PARTIAL if clients <= passage.open | passage.closed else Reach.UNKNOWN


def _doubted(guard: Guard, verdict: Verdict) -> Verdict:
    return Verdict(Reach.UNKNOWN, (*verdict.because, guard.doubt)) if guard.doubt else verdict


def _for_clients_inside(verdict: Verdict, source: SourceClass) -> Verdict:
    if source.standpoint is Standpoint.OUTSIDE or verdict.verdict in {Reach.OPEN, Reach.UNKNOWN}:
        return verdict
    return Verdict(Reach.PARTIAL, (*verdict.because, "clients on the node itself do not meet its host policy"))


_DOES = {Action.ALLOW: "allows", Action.DENY: "denies", Action.PASS: "passes on", Action.LOG: "logs"}
