"""The policies that may speak of the pods of a namespace, in order: Kubernetes' and Calico's together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

import msgspec

from chaudit import CannotTellError, KubernetesObject, Reading, view
from chaudit_network.kinds import calico_policy, network_policies
from chaudit_network.kinds.calico_policy import (
    CALICO_NETWORK_POLICIES,
    DEFAULT_TIER,
    GLOBAL_NETWORK_POLICIES,
    TIERS,
    GlobalNetworkPolicy,
    Tier,
)
from chaudit_network.kinds.network_policies import NETWORK_POLICIES
from chaudit_network.policy import kubernetes
from chaudit_network.policy.administrators import administrators_tier
from chaudit_network.policy.policies import OrderedTier, in_order

R = TypeVar("R", bound=KubernetesObject)


class PodTiers(msgspec.Struct, dict=True):
    """All policies for pods. Staged ones are of other kinds, and Calico does not enforce them."""

    kubernetes: Reading[network_policies.NetworkPolicy]
    calico: Reading[calico_policy.NetworkPolicy]
    everywhere: Reading[GlobalNetworkPolicy]
    tiers: Reading[Tier]
    administrators: OrderedTier
    _in: dict[str, tuple[OrderedTier, ...]] = msgspec.field(default_factory=dict)

    def of(self, namespace: str) -> tuple[OrderedTier, ...]:
        """Return the tiers with the policies for a namespace; namespaces without policies of their own share them.

        Raises:
            CannotTellError: policies were not read, or a malformed one may be for this namespace.
        """
        if gap := self._gaps.get(namespace) or self._gaps.get(""):
            raise CannotTellError(gap)
        has_own = namespace in self._of_kubernetes or namespace in self._of_calico
        key = namespace if has_own else ""
        if key not in self._in:
            self._in[key] = (self.administrators, *self._ordered(key))
        return self._in[key]

    def _ordered(self, namespace: str) -> tuple[OrderedTier, ...]:
        of_calico: list[GlobalNetworkPolicy | calico_policy.NetworkPolicy] = list(self.everywhere.objects)
        of_calico += self._of_calico.get(namespace, ())
        of_kubernetes = map(kubernetes.converted, self._of_kubernetes.get(namespace, ()))
        in_default_tier = all(policy.spec.tier in {DEFAULT_TIER, ""} for policy in of_calico)
        tiers = () if in_default_tier else self.tiers.complete_records
        return in_order(tiers, of_calico, of_kubernetes)

    @cached_property
    def _of_kubernetes(self) -> Mapping[str, Sequence[network_policies.NetworkPolicy]]:
        return _by_namespace(self.kubernetes)

    @cached_property
    def _of_calico(self) -> Mapping[str, Sequence[calico_policy.NetworkPolicy]]:
        return _by_namespace(self.calico)

    @cached_property
    def _gaps(self) -> Mapping[str, str]:
        """Why policies are missing, by the namespace for which they may be; empty for all."""
        return dict(self._all_gaps())

    def _all_gaps(self) -> Iterator[tuple[str, str]]:
        for reading in (self.kubernetes, self.calico, self.everywhere):
            for rejected in reading.rejected:
                gap = f"{reading.source}: {rejected.subject} is malformed: {rejected.reason}"
                yield rejected.subject.namespace, gap
            if not reading.is_loaded and not reading.is_absent:
                yield "", reading.reason


pod_tiers = view(
    NETWORK_POLICIES.reading,
    CALICO_NETWORK_POLICIES.reading,
    GLOBAL_NETWORK_POLICIES.reading,
    TIERS.reading,
    administrators_tier,
)(PodTiers)
"""The view that answers with `PodTiers`."""


def _by_namespace(reading: Reading[R]) -> Mapping[str, Sequence[R]]:
    found: dict[str, list[R]] = defaultdict(list)
    for one in reading.objects:
        found[one.namespace].append(one)
    return found
