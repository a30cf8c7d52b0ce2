"""The pods that give each node its network: those of the CNI's DaemonSet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, view
from chaudit_network.kinds.core import PODS, SYSTEM_NAMESPACE, Pod
from chaudit_network.kinds.workloads import DAEMON_SETS, DaemonSet

_CNI = frozenset({"calico-node", "calico-node-windows", "canal", "rke2-canal", "cilium", "cilium-windows"})
"""Names of the DaemonSets of CNIs that are known."""

_PLATFORM = frozenset({SYSTEM_NAMESPACE, "calico-system", "cilium", "cilium-system"})
"""Namespaces in which a DaemonSet of such a name is the CNI; elsewhere it is believed only if none is in these."""


class CniAgents(msgspec.Struct, dict=True):
    """The CNI's pods on every node."""

    daemon_sets: Reading[DaemonSet]
    pods: Reading[Pod]

    @cached_property
    def names(self) -> Sequence[str]:
        """What the DaemonSets of the CNI are called.

        Raises:
            CannotTellError: there is none of a known CNI, or the DaemonSets were not all read.
        """
        return sorted({one.name for one in self._workloads})

    def on(self, node_name: str) -> Sequence[Pod]:
        """Return the CNI's pods on a node.

        Raises:
            CannotTellError: the CNI is not known, or pods that may be its were not read.
        """
        return self._by_node.get(node_name) or none_of(self.pods)

    @cached_property
    def _workloads(self) -> frozenset[Subject]:
        named = [found.subject for found in self.daemon_sets.complete_records if found.name in _CNI]
        found = frozenset(one for one in named if one.namespace in _PLATFORM) or frozenset(named)
        if not found:
            raise CannotTellError("the CNI is not known: there is no DaemonSet calico-node, canal or cilium")
        return found

    @cached_property
    def _by_node(self) -> Mapping[str, Sequence[Pod]]:
        namespaces = {one.namespace for one in self._workloads}
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods.records:
            if pod.namespace in namespaces and pod.workload in self._workloads:
                found[pod.spec.node_name].append(pod)
        return found


def none_of(pods: Reading[Pod]) -> Sequence[Pod]:
    """Return no pods.

    Raises:
        CannotTellError: one that was not read may be the one in question.
    """
    return pods.complete_records[:0]


cni_agents = view(DAEMON_SETS.reading, PODS.reading)(CniAgents)
"""The view that answers with `CniAgents`."""
