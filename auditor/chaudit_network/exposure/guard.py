"""What guards a node's interfaces: the host endpoint that is active on each, and the policy that applies to it.

Of several host endpoints for one interface only one is active: the first by name, one for the interface before one for
all (https://docs.tigera.io/calico/latest/reference/resources/hostendpoint, felix/dataplane/linux/endpoint_mgr.go).
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.sources import SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict, either_way
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import (
    GLOBAL_NETWORK_POLICIES,
    HOST_ENDPOINTS,
    TIERS,
    GlobalNetworkPolicy,
    HostEndpoint,
    Tier,
)
from chaudit_network.policy.chains import (
    DEFAULT_ALLOW_PROFILE,
    HostPolicy,
    Passage,
    enter,
)
from chaudit_network.policy.classes import PacketClasses, packet_classes
from chaudit_network.policy.evaluation import Action
from chaudit_network.policy.felix import Direction, Felix, felix
from chaudit_network.policy.matching import Packet, Resolver
from chaudit_network.policy.policies import OrderedTier, for_host, in_order
from chaudit_network.policy.resolution import Resolution, resolution
from chaudit_network.views.endpoints import Backend

_ALL_INTERFACES = "*"


@dataclass(frozen=True, slots=True)
class Guard:
    """The policy on an interface, or why there is none; `doubt` says why its effect cannot be told."""

    policy: HostPolicy | None = None
    because: str = ""
    doubt: str = ""


@dataclass
class HostGuards:
    """The guards of every interface, and their judgement, kept for packets that they cannot tell apart."""

    endpoints: Reading[HostEndpoint]
    policies: Reading[GlobalNetworkPolicy]
    tiers: Reading[Tier]
    felix: Felix
    resolution: Resolution
    _classes: dict[HostPolicy, PacketClasses] = field(default_factory=dict)
    _passages: dict[Hashable, Passage] = field(default_factory=dict)
    _alike: dict[Hashable, HostPolicy] = field(default_factory=dict)

    def guard(self, node: str, interface: str, address: str) -> Guard:
        """Return what guards an address of a node."""
        try:
            return self._guard(node, interface, address)
        except CannotTellError as gap:
            return Guard(doubt=str(gap))

    def _guard(self, node: str, interface: str, address: str) -> Guard:
        endpoint = self.active(node, interface, address)
        if endpoint is None:
            where = f"for interface {interface}" if node in self._by_node else "on the node"
            return Guard(because=f"no HostEndpoint {where}")
        return Guard(self.policy(endpoint), doubt=self._doubt(node))

    def active(self, node: str, interface: str, address: str) -> HostEndpoint | None:
        """Return the host endpoint that is active where an address of a node is; None where none is.

        Raises:
            CannotTellError: that depends on the interface, which is not known, or not all endpoints were read.
        """
        candidates = self._by_node.get(node, ())
        if candidates and not interface and not any(_expects(endpoint, address) for endpoint in candidates):
            everywhere = [one for one in candidates if one.spec.interface_name == _ALL_INTERFACES]
            named = [one for one in candidates if one.spec.interface_name != _ALL_INTERFACES]
            if named or not everywhere:
                raise CannotTellError("the interface of the address, and so its HostEndpoint, is not known")
        return self._active(candidates, interface, address)

    def passing(
        self, guards: Sequence[Guard], packet: Packet, backends: Sequence[Backend], source: SourceClass
    ) -> Verdict:
        """Return who passes host policy: to a process of the host, or to any of the backends.

        Where several guards are given, the way leads through one of them. Clients on the node itself do not pass
        through its interfaces, so that what keeps others out binds only some of the nodes' and pods' clients.
        """
        verdict = either_way(self._past(guard, packet, backends, source) for guard in guards)
        if source.standpoint is Standpoint.OUTSIDE or verdict.verdict in {Reach.OPEN, Reach.UNKNOWN}:
            return verdict
        return Verdict(Reach.PARTIAL, (*verdict.because, "clients on the node itself do not meet its host policy"))

    def _past(self, guard: Guard, packet: Packet, backends: Sequence[Backend], source: SourceClass) -> Verdict:
        if guard.policy is None:
            return Verdict(Reach.UNKNOWN, (guard.doubt,)) if guard.doubt else Verdict(Reach.OPEN, (guard.because,))
        translated = [Packet(parse_address(one.address), packet.protocol, one.port) for one in backends]
        passages = dict.fromkeys(self.judge(guard.policy, packet, after) for after in translated or (None,))
        verdict = either_way(reach(passage, source, packet.family) for passage in passages)
        if guard.doubt:
            return Verdict(Reach.UNKNOWN, (*verdict.because, guard.doubt))
        return verdict

    def judge(self, policy: HostPolicy, before_nat: Packet, after_nat: Packet | None) -> Passage:
        """Return who passes the policy on the way to a process, or, with `after_nat`, to a pod."""
        classes = self._classes.get(policy) or self._classes.setdefault(policy, packet_classes(policy))
        key = policy, classes.key(before_nat), after_nat and classes.key(after_nat)
        if key not in self._passages:
            self._passages[key] = enter(policy, before_nat, after_nat, self.resolve)
        return self._passages[key]

    @cached_property
    def resolve(self) -> Resolver:
        """What finds the addresses that selectors of rules mean."""
        return self.resolution.resolver()

    @cached_property
    def _by_node(self) -> Mapping[str, Sequence[HostEndpoint]]:
        found: dict[str, list[HostEndpoint]] = defaultdict(list)
        for endpoint in sorted(self.endpoints.complete_records, key=lambda endpoint: endpoint.name):
            found[endpoint.spec.node].append(endpoint)
        return found

    @cached_property
    def _ordered(self) -> tuple[OrderedTier, ...]:
        return in_order(self.tiers.complete_records, self.policies.complete_records)

    @cached_property
    def _labels_asked_for(self) -> frozenset[str]:
        policies = (policy for tier in self._ordered for policy in tier.policies)
        return frozenset().union(*(policy.labels for policy in policies))

    @staticmethod
    def _active(candidates: Sequence[HostEndpoint], interface: str, address: str) -> HostEndpoint | None:
        for endpoint in candidates:
            name = endpoint.spec.interface_name
            if (name == interface if name else _expects(endpoint, address)) and name != _ALL_INTERFACES:
                return endpoint
        return next((one for one in candidates if one.spec.interface_name == _ALL_INTERFACES), None)

    def policy(self, endpoint: HostEndpoint) -> HostPolicy:
        """Return the endpoint's policy; endpoints that no selector tells apart share one.

        Raises:
            CannotTellError: policies, tiers or settings were not all read.
        """
        labels = {key: value for key, value in endpoint.metadata.labels.items() if key in self._labels_asked_for}
        allows = DEFAULT_ALLOW_PROFILE in endpoint.spec.profiles
        key = endpoint.spec.node if self.felix.has_node_settings else "", frozenset(labels.items()), allows
        if key not in self._alike:
            failsafe = self.felix.failsafe_ports(endpoint.spec.node, Direction.INBOUND).value
            self._alike[key] = HostPolicy(for_host(self._ordered, endpoint.metadata.labels), failsafe, allows)
        return self._alike[key]

    def _doubt(self, node: str) -> str:
        """Return why rules of others may come before Calico's."""
        if self.felix.chain_insert_mode(node).value == "append":
            return "Felix's chainInsertMode is Append: rules of others may accept before Calico's are asked"
        return ""


host_guards = view(HOST_ENDPOINTS.reading, GLOBAL_NETWORK_POLICIES.reading, TIERS.reading, felix, resolution)(
    HostGuards
)
"""The view that answers with `HostGuards`."""


def _expects(endpoint: HostEndpoint, address: str) -> bool:
    """Whether an address is among the endpoint's expected ones, however these are written."""
    return any(parse_address(text) == parse_address(address) for text in endpoint.spec.expected_ips)


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


_DOES = {Action.ALLOW: "allows", Action.DENY: "denies", Action.PASS: "passes on", Action.LOG: "logs"}
