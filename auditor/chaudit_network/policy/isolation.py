"""What becomes of packets for the pods of a namespace of which no rule speaks: by default Kubernetes lets them in.

Policies of cluster administrators (policy.networking.k8s.io) are left aside: what they say of incoming packets is
about those from pods, and not from outside.
"""

from collections.abc import Iterator
from ipaddress import ip_address

import msgspec

from chaudit import CannotTellError, printable, view
from chaudit_network.kinds.core import Pod, PodMeta
from chaudit_network.policy.chains import UNDECIDED, HostPolicy, enter
from chaudit_network.policy.evaluation import Action
from chaudit_network.policy.labels import EndpointLabels, Labels, endpoint_labels
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.pod_tiers import PodTiers, pod_tiers
from chaudit_network.policy.policies import AppliedTier
from chaudit_network.policy.policy import Policy, Stage
from chaudit_network.policy.resolution import Resolution, resolution

_ANY_ADDRESS = {4: ip_address("0.0.0.0"), 6: ip_address("::")}  # noqa: S104 - nobody listens there

_NO_PORT = 0
"""A port that rules cannot name."""


class Default(msgspec.Struct, frozen=True):
    """Whether packets are denied by default, and by which rule or end of a tier; by none where no policy decides."""

    is_denied: bool
    by: str


class Isolation(msgspec.Struct):
    """Asks the policies that are about every pod of a namespace, one that comes tomorrow included."""

    tiers: PodTiers
    labels: EndpointLabels
    resolution: Resolution

    def default(self, namespace: str, family: int) -> Default:
        """Return what becomes of packets of which no rule speaks: of those from most addresses, on a port without name.

        Raises:
            CannotTellError: policies were not read, or whether one of them is about every pod cannot be told.
        """
        tiers = tuple(self._about_all(namespace))
        packet = Packet(_ANY_ADDRESS[family], "TCP", _NO_PORT)
        passage = enter(HostPolicy(tiers, (), allows_by_default=True), packet, None, self.resolution.resolver())
        told = passage.open | passage.closed
        final = [one for one in passage.decisions if one.action in {Action.ALLOW, Action.DENY}]
        most = max(final, key=lambda decision: (decision.sources & told).size)
        if (most.sources & told).size <= (packet.everyone - told).size:
            raise CannotTellError(
                f"whether {most.name} decides about every pod of {printable(namespace)} cannot be told"
            )
        return Default(most.action is Action.DENY, "" if most.name == UNDECIDED else most.name)

    def _about_all(self, namespace: str) -> Iterator[AppliedTier]:
        for tier in self.tiers.of(namespace):
            if tier is self.tiers.administrators:
                continue
            asked = [(policy, self._is_about_all(policy, namespace)) for policy in tier.policies]
            sure = tuple(policy for policy, answer in asked if answer and tier.is_known)
            perhaps = tuple(policy for policy, answer in asked if answer is None or (answer and not tier.is_known))
            if sure or perhaps:
                yield AppliedTier(tier, sure, perhaps)

    def _is_about_all(self, policy: Policy, namespace: str) -> bool | None:
        """Whether a policy applies to pods whatever their labels are; None where even labels would not tell."""
        if Stage.NORMAL not in policy.stages:
            return False
        whatever = policy.selects(self.labels.unread_pod(namespace, "any"))
        if whatever is not None:
            return whatever
        return None if policy.selects(self._plain(namespace)) is None else False

    def _plain(self, namespace: str) -> Labels:
        """Return the labels of a pod that has none of its own."""
        return self.labels.pod(Pod(metadata=PodMeta(name="", namespace=namespace)))


isolation = view(pod_tiers, endpoint_labels, resolution)(Isolation)
"""The view that answers with `Isolation`."""
