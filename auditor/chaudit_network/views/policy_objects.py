"""All policies for pods and host endpoints, of Kubernetes and of Calico, each with every selector that it spells."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import Reading, Subject, view
from chaudit_network.kinds import calico_policy, network_policies
from chaudit_network.kinds.calico_policy import (
    CALICO_NETWORK_POLICIES,
    GLOBAL_NETWORK_POLICIES,
    EntityRule,
    GlobalNetworkPolicy,
    PolicySpec,
)
from chaudit_network.kinds.network_policies import NETWORK_POLICIES
from chaudit_network.policy import calico, kubernetes
from chaudit_network.policy.policy import Policy
from chaudit_network.views.unread import Unread, unread


class PolicyObject(msgspec.Struct, frozen=True, eq=False):
    """A policy, and its selectors by the field in which they stand; Kubernetes' own cannot be misspelt."""

    policy: Policy
    selectors: Sequence[tuple[str, str]] = ()

    @property
    def subject(self) -> Subject:
        """The policy as the subject of a finding; Calico's NetworkPolicy must not be taken for that of Kubernetes."""
        return Subject(self.policy.kind, self.policy.namespace, self.policy.name)


@view(NETWORK_POLICIES.reading, CALICO_NETWORK_POLICIES.reading, GLOBAL_NETWORK_POLICIES.reading)
def policy_objects(
    of_kubernetes: Reading[network_policies.NetworkPolicy],
    of_calico: Reading[calico_policy.NetworkPolicy],
    everywhere: Reading[GlobalNetworkPolicy],
) -> Sequence[PolicyObject | Unread]:
    """Gather the policies, and what of them could not be read."""
    written: list[GlobalNetworkPolicy | calico_policy.NetworkPolicy] = [*of_calico.objects, *everywhere.objects]
    return [
        *(PolicyObject(kubernetes.converted(one)) for one in of_kubernetes.objects),
        *(PolicyObject(calico.converted(one), tuple(_selectors(one.spec))) for one in written),
        *unread(of_kubernetes),
        *unread(of_calico),
        *unread(everywhere),
    ]


def _selectors(spec: PolicySpec) -> Iterator[tuple[str, str]]:
    yield "spec.selector", spec.selector
    yield "spec.namespaceSelector", spec.namespace_selector
    yield "spec.serviceAccountSelector", spec.service_account_selector
    for direction, rules in (("ingress", spec.ingress), ("egress", spec.egress)):
        for number, rule in enumerate(rules):
            for side, entity in (("source", rule.source), ("destination", rule.destination)):
                yield from _of_side(f"spec.{direction}[{number}].{side}", entity)


def _of_side(where: str, entity: EntityRule) -> Iterator[tuple[str, str]]:
    yield f"{where}.selector", entity.selector
    yield f"{where}.notSelector", entity.not_selector
    yield f"{where}.namespaceSelector", entity.namespace_selector
    if entity.service_accounts:
        yield f"{where}.serviceAccounts.selector", entity.service_accounts.selector
