"""What selectors find: everything with labels and addresses, and in place of what was not read, that it is missing.

Which pods have addresses: libcalico-go/lib/backend/k8s/conversion (conversion.go, workload_endpoint_default.go).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import msgspec

from chaudit import CannotTellError, Reading, Rejected
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.kinds.calico_policy import GlobalNetworkSet, HostEndpoint, NetworkSet
from chaudit_network.kinds.core import Pod
from chaudit_network.policy.labels import (
    KUBERNETES,
    NAMESPACE,
    OF_NAMESPACE,
    OF_SERVICE_ACCOUNT,
    ORCHESTRATOR,
    SERVICE_ACCOUNT,
    EndpointLabels,
    Labels,
    Unread,
)

_FINISHED = frozenset({"Succeeded", "Failed"})
"""Phases in which a pod has given its addresses back."""

_NEVER_OUTSIDE_NAMESPACES = (NAMESPACE, OF_NAMESPACE)
_ONLY_OF_PODS = (ORCHESTRATOR, SERVICE_ACCOUNT, OF_SERVICE_ACCOUNT)
"""Labels, or their beginnings, that are sure to be absent: from what has no namespace, from what is no pod."""


class Member(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Networks under labels. With a `gap` it stands for something that was not read: its networks are not known."""

    labels: Labels
    texts: Sequence[str] = ()
    gap: str = ""

    @cached_property
    def networks(self) -> Sequence[IPNetwork]:
        """The networks. Raises CannotTellError where one of them is none."""
        return [parse_network(text) for text in self.texts]

    def addresses(self, family: int) -> Iterator[int]:
        """Yield the networks that are a single address; none at all where the networks cannot be told."""
        with suppress(CannotTellError):
            for network in self.networks:
                if network.version == family and network.num_addresses == 1:
                    yield int(network.network_address)


def in_namespaces(
    labels: EndpointLabels, pods: Reading[Pod], network_sets: Reading[NetworkSet]
) -> Mapping[str, Sequence[Member]]:
    """Return what has a namespace, by its name."""
    found: dict[str, list[Member]] = defaultdict(list)
    for namespace, member in _pods(labels, pods):
        found[namespace].append(member)
    for one in network_sets.objects:
        found[one.namespace].append(Member(labels.network_set(one), one.spec.nets))
    for rejected in pods.rejected:
        if namespace := rejected.subject.namespace:
            gap = _malformed(pods, rejected)
            found[namespace].append(Member(labels.unread_pod(namespace, gap), gap=gap))
    return found


def without_namespace(
    pods: Reading[Pod],
    host_endpoints: Reading[HostEndpoint],
    global_network_sets: Reading[GlobalNetworkSet],
    network_sets: Reading[NetworkSet],
) -> Sequence[Member]:
    """Return what has no namespace, and what may have any because nothing was read of it."""
    found = [Member(one.metadata.labels, one.spec.expected_ips) for one in host_endpoints.objects]
    found += [Member(one.metadata.labels, one.spec.nets) for one in global_network_sets.objects]
    for reading in (host_endpoints, global_network_sets):
        found += _gaps(reading, reading.rejected, lacks=_NEVER_OUTSIDE_NAMESPACES + _ONLY_OF_PODS)
    found += _gaps(network_sets, network_sets.rejected, lacks=_ONLY_OF_PODS)
    nowhere = [rejected for rejected in pods.rejected if not rejected.subject.namespace]
    found += _gaps(pods, nowhere, has={ORCHESTRATOR: KUBERNETES})
    return found


def _pods(labels: EndpointLabels, pods: Reading[Pod]) -> Iterator[tuple[str, Member]]:
    """Yield pods with a network of their own; those that no selector tells apart, together."""
    alike: dict[object, list[Pod]] = defaultdict(list)
    for pod in pods.objects:
        if not pod.spec.host_network and pod.status.phase not in _FINISHED:
            own = frozenset(pod.metadata.labels.items())
            alike[pod.namespace, pod.spec.service_account_name, own].append(pod)
    for group in alike.values():
        addresses = [address for pod in group for address in _addresses(pod)]
        yield group[0].namespace, Member(labels.pod(group[0]), addresses)


def _addresses(pod: Pod) -> Sequence[str]:
    """Return a pod's addresses; the first has a field of its own, which may be the only one that is filled in."""
    return [one.ip for one in pod.status.pod_ips if one.ip] or list(filter(None, [pod.status.pod_ip]))


def _gaps(
    reading: Reading[Any],
    rejected: Iterable[Rejected],
    has: Mapping[str, str] | None = None,
    lacks: tuple[str, ...] = (),
) -> Iterator[Member]:
    """Yield what was not read, wherever it belongs: the whole list, or these objects of it."""
    gaps = [] if reading.is_loaded or reading.is_absent else [reading.reason]
    for gap in (*gaps, *(_malformed(reading, one) for one in rejected)):
        yield Member(Unread(gap, has or {}, lacks), gap=gap)


def _malformed(reading: Reading[Any], rejected: Rejected) -> str:
    return f"{reading.source}: {rejected.subject} is malformed: {rejected.reason}"
