"""The policy of each host endpoint: what selects it, in order, with what Felix adds."""

from collections.abc import Hashable, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chaudit import Reading, view
from chaudit_network.exposure.host_endpoints import ALL_INTERFACES
from chaudit_network.kinds.calico_policy import (
    GLOBAL_NETWORK_POLICIES,
    TIERS,
    GlobalNetworkPolicy,
    HostEndpoint,
    Tier,
)
from chaudit_network.policy.chains import DEFAULT_ALLOW_PROFILE, HostPolicy
from chaudit_network.policy.felix import Direction, Felix, felix
from chaudit_network.policy.policies import OrderedTier, for_host, in_order
from chaudit_network.policy.policy import Policy, Stage


class HostPolicies(msgspec.Struct, dict=True):
    """The policies of all host endpoints; those that no selector tells apart share one."""

    policies: Reading[GlobalNetworkPolicy]
    tiers: Reading[Tier]
    felix: Felix
    _alike: dict[Hashable, HostPolicy] = msgspec.field(default_factory=dict)

    def of(self, endpoint: HostEndpoint) -> HostPolicy:
        """Return the endpoint's policy. Felix passes over untracked policies for an endpoint of all interfaces.

        Raises:
            CannotTellError: policies, tiers or settings were not all read.
        """
        labels = {key: value for key, value in endpoint.metadata.labels.items() if key in self._labels_asked_for}
        allows = _allows_by_default(endpoint.spec.profiles)
        is_everywhere = endpoint.spec.interface_name == ALL_INTERFACES
        node = endpoint.spec.node if self.felix.has_node_settings else ""
        key = node, frozenset(labels.items()), allows, is_everywhere
        if key not in self._alike:
            failsafe = self.felix.failsafe_ports(endpoint.spec.node, Direction.INBOUND).value
            tiers = self._tracked if is_everywhere else self.ordered
            self._alike[key] = HostPolicy(for_host(tiers, endpoint.metadata.labels), failsafe, allows)
        return self._alike[key]

    def doubt(self, node: str) -> str:
        """Return why rules of others may come before Calico's on a node, empty where they do not.

        Raises:
            CannotTellError: the settings were not all read.
        """
        if self.felix.chain_insert_mode(node).value != "append":
            return ""
        return "Felix's chainInsertMode is Append: rules of others may accept before Calico's are asked"

    @cached_property
    def ordered(self) -> tuple[OrderedTier, ...]:
        """The tiers with all policies that may be about host endpoints.

        Raises:
            CannotTellError: policies or tiers were not all read.
        """
        return in_order(self.tiers.complete_records, self.policies.complete_records)

    @cached_property
    def _tracked(self) -> tuple[OrderedTier, ...]:
        return tuple(replace(tier, policies=tuple(filter(_is_tracked, tier.policies))) for tier in self.ordered)

    @cached_property
    def _labels_asked_for(self) -> frozenset[str]:
        return frozenset().union(*(policy.labels for tier in self.ordered for policy in tier.policies))


host_policies = view(GLOBAL_NETWORK_POLICIES.reading, TIERS.reading, felix)(HostPolicies)
"""The view that answers with `HostPolicies`."""


def _allows_by_default(profiles: Sequence[str]) -> bool | None:
    """Whether profiles let in what no policy decides, None if that is not known: Felix asks them in their order.

    Only the rules of one are known without the datastore: `Profile` is no custom resource, and the aggregated API alone
    serves it (https://docs.tigera.io/calico/latest/reference/resources/profile).
    """
    if not profiles:
        return False
    return True if profiles[0] == DEFAULT_ALLOW_PROFILE else None


def _is_tracked(policy: Policy) -> bool:
    return policy.stage is not Stage.UNTRACKED
