"""From selectors to addresses: whose packets a rule means.

Felix puts the addresses of all that a selector finds into one set (felix/calc/rule_scanner.go, felix/labelindex).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPNetwork
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import (
    GLOBAL_NETWORK_SETS,
    HOST_ENDPOINTS,
    NETWORK_SETS,
    GlobalNetworkSet,
    HostEndpoint,
    NetworkSet,
)
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.policy.address_index import AddressIndex
from chaudit_network.policy.labels import EndpointLabels, endpoint_labels
from chaudit_network.policy.matching import Resolver
from chaudit_network.policy.members import Member, in_namespaces, without_namespace
from chaudit_network.policy.selection import of_rule, only_namespace, selects
from chaudit_network.selectors import Selector


class Resolution(msgspec.Struct, dict=True):
    """The addresses of what selectors find. Each selector is answered once; a reading matters where it decides."""

    labels: EndpointLabels
    pods: Reading[Pod]
    host_endpoints: Reading[HostEndpoint]
    global_network_sets: Reading[GlobalNetworkSet]
    network_sets: Reading[NetworkSet]
    _answers: dict[tuple[str, str, int], Intervals | Sequence[str]] = msgspec.field(default_factory=dict)
    _indexes: dict[int, AddressIndex] = msgspec.field(default_factory=dict)

    def resolver(self) -> Resolver:
        """Return what answers the selectors of rules."""
        return self._resolve

    def _resolve(self, selector: str, namespace_selector: str, family: int) -> Intervals:
        key = selector, namespace_selector, family
        if key not in self._answers:
            try:
                self._answers[key] = self._addresses(of_rule(selector, namespace_selector), family)
            except CannotTellError as gap:
                self._answers[key] = gap.reasons
        answer = self._answers[key]
        if not isinstance(answer, Intervals):
            raise CannotTellError(*answer)
        return answer

    def _addresses(self, selector: Selector, family: int) -> Intervals:
        found: list[IPNetwork] = []
        for member in self._members(selector):
            if selects(selector, member.labels):
                if member.gap:
                    raise CannotTellError(member.gap)
                found += member.networks
        return self._index(family).indexed(Intervals.addresses(found, family))

    def _members(self, selector: Selector) -> Iterator[Member]:
        """Yield what the selector may find, without asking every namespace where only one can be meant."""
        yield from self._without_namespace
        namespace = only_namespace(selector)
        if namespace is not None:
            yield from self._in_namespaces.get(namespace, ())
            return
        for members in self._in_namespaces.values():
            yield from members

    def _index(self, family: int) -> AddressIndex:
        """Return the addresses of whatever selectors may find."""
        if family not in self._indexes:
            members = chain(self._without_namespace, *self._in_namespaces.values())
            self._indexes[family] = AddressIndex(one for member in members for one in member.addresses(family))
        return self._indexes[family]

    @cached_property
    def _in_namespaces(self) -> Mapping[str, Sequence[Member]]:
        return in_namespaces(self.labels, self.pods, self.network_sets)

    @cached_property
    def _without_namespace(self) -> Sequence[Member]:
        return without_namespace(self.pods, self.host_endpoints, self.global_network_sets, self.network_sets)


resolution = view(
    endpoint_labels, PODS.reading, HOST_ENDPOINTS.reading, GLOBAL_NETWORK_SETS.reading, NETWORK_SETS.reading
)(Resolution)
"""The view that answers with `Resolution`."""
