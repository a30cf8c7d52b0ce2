"""What the policies of a pod let in, for the packet as the pod sees it: translated, and masqueraded where it was.

A pod is like an interface without failsafe ports whose profile allows: a pod without policies is open to all, and
policies for untracked packets and for those before translation are about hosts alone. What a process of the pod's own
node sends is not asked at all (felix/rules/static.go), even where packets from the node's address are denied.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.policy.chains import HostPolicy, Passage, enter
from chaudit_network.policy.classes import PacketClasses, packet_classes
from chaudit_network.policy.labels import EndpointLabels, endpoint_labels
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.pod_tiers import PodTiers, pod_tiers
from chaudit_network.policy.policies import for_pod
from chaudit_network.policy.policy import Policy
from chaudit_network.policy.resolution import Resolution, resolution

PodName = tuple[str, str]
"""Namespace and name."""


class PodPolicies(msgspec.Struct, dict=True):
    """The policies of every pod, and their judgement, kept for packets that they cannot tell apart."""

    pods: Reading[Pod]
    tiers: PodTiers
    labels: EndpointLabels
    resolution: Resolution
    _alike: dict[Hashable, HostPolicy] = msgspec.field(default_factory=dict)
    _classes: dict[HostPolicy, PacketClasses] = msgspec.field(default_factory=dict)
    _passages: dict[Hashable, Passage] = msgspec.field(default_factory=dict)

    def restrict(self, name: PodName) -> bool:
        """Whether a policy has a say about what comes to the pod, or may have, or that cannot be told."""
        try:
            return bool(self._policy(self._pod(name)).tiers)
        except CannotTellError:
            return True

    def by_address(self, name: PodName) -> Sequence[str]:
        """Return the policies of a pod, by their titles, that tell clients apart by address.

        Raises:
            CannotTellError: the pod or its policies were not read, or whether one of them is about it cannot be told.
        """
        found: list[str] = []
        for applied in self._policy(self._pod(name)).tiers:
            found += [one.title for one in applied.sure if _asks_for_addresses(one)]
            if doubtful := [one.title for one in applied.perhaps if _asks_for_addresses(one)]:
                raise CannotTellError(f"whether {doubtful[0]} selects {printable('/'.join(name))} cannot be told")
        return found

    def passage(self, name: PodName, packet: Packet) -> Passage:
        """Return who passes the policies of a pod; of the names under which it offers the port it knows itself.

        It is the same object for pods and packets that no rule tells apart.

        Raises:
            CannotTellError: the pod or its policies were not read.
        """
        pod = self._pod(name)
        policy = self._policy(pod)
        named = replace(packet, port_names=_port_names(pod, packet))
        if policy not in self._classes:
            self._classes[policy] = packet_classes(policy, self.resolution.resolver())
        key = policy, self._classes[policy].key(named)
        if key not in self._passages:
            self._passages[key] = enter(policy, named, None, self.resolution.resolver())
        return self._passages[key]

    def _pod(self, name: PodName) -> Pod:
        if name not in self._by_name:
            raise CannotTellError(f"{self.pods.source}: {printable('/'.join(name))} is not in the list, or malformed")
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[PodName, Pod]:
        return {(pod.namespace, pod.name): pod for pod in self.pods.records}

    def _policy(self, pod: Pod) -> HostPolicy:
        """Return the pod's policy; pods that no selector tells apart share one."""
        own = frozenset(pod.metadata.labels.items())
        key = pod.namespace, pod.spec.service_account_name, own, pod.spec.host_network
        if key not in self._alike:
            tiers = () if pod.spec.host_network else for_pod(self.tiers.of(pod.namespace), self.labels.pod(pod))
            self._alike[key] = HostPolicy(tiers, failsafe_ports=(), allows_by_default=True)
        return self._alike[key]


pod_policies = view(PODS.reading, pod_tiers, endpoint_labels, resolution)(PodPolicies)
"""The view that answers with `PodPolicies`."""


def _asks_for_addresses(policy: Policy) -> bool:
    return any(rule.source.nets or rule.source.not_nets for rule in policy.ingress)


def _port_names(pod: Pod, packet: Packet) -> frozenset[str]:
    return frozenset(
        port.name
        for container in (*pod.spec.containers, *pod.spec.init_containers)
        for port in container.ports
        if port.container_port == packet.port and port.protocol == packet.protocol and port.name
    )
