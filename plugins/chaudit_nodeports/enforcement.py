"""Whether anything enforces the policies that are written for pods."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from chaudit import Reading, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_network.frameworks import CIS, CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.workloads import DAEMON_SETS, DaemonSet

_ENFORCE = frozenset(
    {
        "antrea-agent",
        "calico-node",
        "canal",
        "cilium",
        "kube-ovn-cni",
        "ovnkube-node",
        "rke2-canal",
        "weave-net",
    }
)
_DO_NOT = frozenset({"kube-flannel", "kube-flannel-ds"})
_MAY = frozenset({"aws-node", "azure-cns", "kindnet", "kube-router"})
"""DaemonSets of CNIs that enforce policies in some versions, or when they are told to."""


class PodNetworks(msgspec.Struct, frozen=True):
    """The DaemonSets of all CNIs that are known by name."""

    subject: ClassVar[Subject] = Subject("Cluster")

    names: frozenset[str]

    @property
    def doubt(self) -> str:
        """Why policies may not be enforced, empty where one of them enforces them."""
        if self.names & _ENFORCE:
            return ""
        if unsure := sorted(self.names & _MAY):
            return f"whether {', '.join(unsure)} enforces NetworkPolicy depends on its version and options"
        if self.names:
            return f"{', '.join(sorted(self.names))} does not enforce NetworkPolicy, and nothing else is seen to"
        return "the network plugin is not known by the name of a DaemonSet"


@view(DAEMON_SETS.reading)
def pod_networks(daemon_sets: Reading[DaemonSet]) -> Sequence[PodNetworks]:
    """Find the CNIs by the names of their DaemonSets; one that enforces may stand beside one that does not."""
    found = {one.name for one in daemon_sets.objects} & (_ENFORCE | _DO_NOT | _MAY)
    if not found & _ENFORCE:
        _ = daemon_sets.complete_records
    return (PodNetworks(frozenset(found)),)


@rule(
    "NPT-015",
    "Something enforces the policies of pods",
    severity=Severity.HIGH,
    each=pod_networks,
    remediation="Install a network plugin that enforces NetworkPolicy, or one that adds it to yours, such as Calico in "
    "policy-only mode.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/#prerequisites",
        "https://docs.tigera.io/calico/latest/getting-started/kubernetes/flannel/install-for-flannel",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S3"), CIS.at("5.3.1"), NIST.at("SC-7")),
)
def policies_are_enforced(found: PodNetworks) -> Verdicts:
    """The API server takes a NetworkPolicy whether or not anything enforces it.

    Where the network plugin does not, every pod is open to every other and to all that node ports let in, and the
    policies that say otherwise are a false comfort.
    """
    if found.doubt:
        yield Violation(found.doubt) if found.names and not found.names & _MAY else Unknown(found.doubt)
