"""Agrees with np-guard's analysis of clusters: who outside reaches which workload, and which pods reach each other.

Left out are clusters with networks beside the pod network and with virtual machines, which np-guard analyses too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from ipaddress import ip_address
from itertools import product

from auditor.network.policy.clusters import Object, facts, namespace, packet, pod
from auditor.network.policy.np_guard import NOTHING, PROTOCOLS, Example, examples
from chaudit.engine import Evaluation
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.network_policies import NETWORK_POLICIES
from chaudit_network.policy.chains import Passage
from chaudit_network.policy.kubernetes import converted
from chaudit_network.policy.labels import endpoint_labels
from chaudit_network.policy.pods import PodPolicies, pod_policies

OTHER_NETWORKS = {"NetworkAttachmentDefinition", "UserDefinedNetwork", "ClusterUserDefinedNetwork", "VirtualMachine"}
OF_ADMINISTRATORS = {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy"}
STRANGER = "172.31.255.1"


@dataclass
class Judged:
    """One of its clusters with a pod for each workload, and one that no policy mentions."""

    example: Example

    @cached_property
    def policies(self) -> PodPolicies:
        found = self._facts.get(pod_policies)
        assert not found.pods.rejected
        assert not self._facts.reading(NETWORK_POLICIES).rejected
        return found

    @cached_property
    def _facts(self) -> Evaluation:
        others = [one for one in self.example.objects if one["kind"] != "Pod"]
        stranger = [namespace("nowhere"), pod("stranger", STRANGER, namespace="nowhere")]
        return facts([*others, *self.example.pods.values(), *stranger])

    @property
    def questions(self) -> Iterator[tuple[str, str, int, Passage]]:
        """Workload, protocol and port, with who is let in."""
        for (workload, one), protocol, port in product(self.example.pods.items(), PROTOCOLS, self.example.ports):
            name = one["metadata"]["namespace"], one["metadata"]["name"]
            yield workload, protocol, port, self.policies.passage(name, packet(_ip(one), port, protocol))

    @property
    def pod_addresses(self) -> Intervals:
        own = [int(ip_address(ip)) for ip in (STRANGER, *map(_ip, self.example.pods.values()))]
        return Intervals.of((ip, ip) for ip in own)

    @cached_property
    def senders(self) -> Sequence[tuple[str, int]]:
        """Workloads whose own policies let out everything, with their addresses: the other side alone decides."""
        labels = self._facts.get(endpoint_labels)
        pods = {one.name: labels.pod(one) for one in self.policies.pods.records}
        egress = [
            converted(policy)
            for policy in self._facts.reading(NETWORK_POLICIES).records
            if "Egress" in policy.spec.policy_types
        ]
        return [
            (workload, int(ip_address(_ip(one))))
            for workload, one in self.example.pods.items()
            if not any(policy.selects(pods[one["metadata"]["name"]]) for policy in egress)
        ]


@cache
def judged() -> Sequence[Judged]:
    return [Judged(example) for example in examples() if not example.kinds & OTHER_NETWORKS]


def without_administrators() -> Sequence[Judged]:
    return [one for one in judged() if not one.example.kinds & OF_ADMINISTRATORS]


def test_outsiders_reach_what_they_reach_by_np_guard() -> None:
    wrong = [
        (one.example.name, workload, protocol, port)
        for one in judged()
        for workload, protocol, port, passage in one.questions
        for allowed in (one.example.outside(workload, protocol, port) - one.pod_addresses,)
        if passage.open - one.pod_addresses != allowed
        or passage.closed - one.pod_addresses != Intervals.all_addresses(4) - one.pod_addresses - allowed
    ]

    assert judged()
    assert wrong == []


def test_pods_reach_what_they_reach_by_np_guard() -> None:
    wrong = [
        (one.example.name, source, workload, protocol, port)
        for one in without_administrators()
        for workload, protocol, port, passage in one.questions
        for source, address in one.senders
        if source != workload
        for allowed in (one.example.allows(source, workload, protocol, port),)
        if (address in passage.open) != allowed or (address in passage.closed) == allowed
    ]

    assert without_administrators()
    assert wrong == []


def test_a_pod_of_no_mentioned_kind_reaches_what_the_entire_cluster_may() -> None:
    asked = [one for one in without_administrators() if one.example.from_entire_cluster]
    wrong = [
        (one.example.name, workload, protocol, port)
        for one in asked
        for workload, protocol, port, passage in one.questions
        if port in one.example.from_entire_cluster.get(workload, NOTHING)[protocol]
        and int(ip_address(STRANGER)) not in passage.open
    ]

    assert asked
    assert wrong == []


def test_what_np_guard_allows_under_policies_of_administrators_is_never_called_closed() -> None:
    under = [one for one in judged() if one.example.kinds & OF_ADMINISTRATORS]
    wrong = [
        (one.example.name, source, workload, protocol, port)
        for one in under
        for workload, protocol, port, passage in one.questions
        for source, sender in one.example.pods.items()
        if one.example.allows(source, workload, protocol, port) and int(ip_address(_ip(sender))) in passage.closed
    ]

    assert under
    assert wrong == []


def _ip(one: Object) -> str:
    address: str = one["status"]["podIP"]
    return address
