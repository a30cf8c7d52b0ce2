"""How a policy stands among what is there: whether it selects anything, its tier exists, and its order is its own."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.kinds.calico_policy import DEFAULT_TIER, HOST_ENDPOINTS, TIERS, HostEndpoint, PolicyRule, Tier
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.policy.labels import EndpointLabels, Labels, endpoint_labels
from chaudit_network.policy.policies import in_order
from chaudit_network.policy.policy import Policy, Stage
from chaudit_network.views.policy_objects import PolicyObject, policy_objects
from chaudit_network.views.unread import Unread

_ALLOW_AND_DENY = {"Allow", "Deny"}


class PolicyStanding(msgspec.Struct, dict=True):
    """Answers for one policy at a time; pods that no selector tells apart are looked at once."""

    objects: Sequence[PolicyObject | Unread]
    tiers: Reading[Tier]
    pods: Reading[Pod]
    host_endpoints: Reading[HostEndpoint]
    labels: EndpointLabels

    def has_tier(self, policy: Policy) -> bool:
        """Whether the policy's tier is built in or has an object.

        Raises:
            CannotTellError: the tiers were not all read.
        """
        return policy.tier == DEFAULT_TIER or policy.tier in self._known_tiers

    def selects_something(self, policy: Policy) -> bool:
        """Whether the policy applies to any pod, even one that has ended, or host endpoint.

        Raises:
            CannotTellError: it applies to none that was read, and may to one that was not.
        """
        is_in_doubt = False
        for labels in self._candidates(policy):
            if answer := policy.selects(labels):
                return True
            is_in_doubt |= answer is None
        if is_in_doubt:
            raise CannotTellError("whether it selects anything depends on labels that are not known")
        return False

    def rivals(self, policy: Policy) -> Iterator[Policy]:
        """Yield policies that come before it only by their name, for an endpoint of both, and decide otherwise.

        Raises:
            CannotTellError: whether they share an endpoint depends on what was not read.
        """
        by_namespace = self._groups[policy.tier, policy.order, policy.stage]
        if policy.namespace:
            others = [*by_namespace.get(policy.namespace, ()), *by_namespace.get("", ())]
        else:
            others = [other for policies in by_namespace.values() for other in policies]
        for other in others:
            if other.sort_key < policy.sort_key and are_opposed(policy, other) and self._meet(policy, other):
                yield other
        for unread in self._unread:
            if not policy.namespace or unread.subject.namespace in {"", policy.namespace}:
                raise CannotTellError(f"{unread}, and may come before it by its name")

    def _meet(self, one: Policy, other: Policy) -> bool:
        narrower = one if one.namespace else other
        return any(one.selects(labels) and other.selects(labels) for labels in self._candidates(narrower))

    def _candidates(self, policy: Policy) -> Iterator[Labels]:
        """Yield the labels of whatever the policy can be about; what was not read is missed only at the end."""
        if not policy.namespace:
            yield from (endpoint.metadata.labels for endpoint in self.host_endpoints.objects)
            _ = self.host_endpoints.complete_records
        if policy.stage is Stage.NORMAL:
            for namespace in (policy.namespace,) if policy.namespace else self._pods:
                yield from self._pods.get(namespace, ())
            _ = self.pods.complete_records

    @cached_property
    def _policies(self) -> Sequence[Policy]:
        return [one.policy for one in self.objects if isinstance(one, PolicyObject)]

    @cached_property
    def _unread(self) -> Sequence[Unread]:
        return [one for one in self.objects if isinstance(one, Unread)]

    @cached_property
    def _groups(self) -> Mapping[Hashable, Mapping[str, Sequence[Policy]]]:
        found: dict[Hashable, dict[str, list[Policy]]] = defaultdict(lambda: defaultdict(list))
        for policy in self._policies:
            found[policy.tier, policy.order, policy.stage][policy.namespace].append(policy)
        return found

    @cached_property
    def _known_tiers(self) -> frozenset[str]:
        ordered = in_order(self.tiers.complete_records, (), self._policies)
        return frozenset(tier.name for tier in ordered if tier.is_known)

    @cached_property
    def _pods(self) -> Mapping[str, Sequence[Labels]]:
        """The labels of pods on the pod network, by namespace; on the host's network no policy is about them."""
        asked_for = frozenset[str]().union(*(policy.labels for policy in self._policies))
        alike: dict[Hashable, Pod] = {}
        for pod in self.pods.objects:
            if not pod.spec.host_network:
                own = frozenset(label for label in pod.metadata.labels.items() if label[0] in asked_for)
                alike.setdefault((pod.namespace, pod.spec.service_account_name, own), pod)
        found: dict[str, list[Labels]] = defaultdict(list)
        for pod in alike.values():
            found[pod.namespace].append(self.labels.pod(pod))
        return found


policy_standing = view(policy_objects, TIERS.reading, PODS.reading, HOST_ENDPOINTS.reading, endpoint_labels)(
    PolicyStanding
)
"""The view that answers with `PolicyStanding`."""


def are_opposed(one: Policy, other: Policy) -> bool:
    """Whether a rule of one may allow what a rule of the other denies; sources are not compared."""
    actions = {rule.action for policy in (one, other) for rule in policy.ingress}
    if not actions >= _ALLOW_AND_DENY:
        return False
    return any(
        {mine.action, theirs.action} == _ALLOW_AND_DENY and _overlap(mine, theirs)
        for mine in one.ingress
        for theirs in other.ingress
    )


def _overlap(one: PolicyRule, other: PolicyRule) -> bool:
    """Whether both rules may be about the same packets, as far as family, protocol and port tell."""
    if _differ(one.ip_version, other.ip_version) or _differ(_protocol(one), _protocol(other)):
        return False
    ports, others = one.destination.ports, other.destination.ports
    are_numbers = all(isinstance(port, int) for port in (*ports, *others))
    return not (ports and others and are_numbers and set(ports).isdisjoint(others))


def _differ(one: object, other: object) -> bool:
    """Whether both are given and not the same."""
    return bool(one and other) and one != other


def _protocol(rule: PolicyRule) -> str:
    return str(rule.protocol or "").upper()
