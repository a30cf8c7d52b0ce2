"""What keeps pods running, and what protects them while nodes are drained. A list matters only where it decides."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, printable, view
from chaudit_network.kinds.core import Pod
from chaudit_network.kinds.workloads import (
    DAEMON_SETS,
    DEPLOYMENTS,
    POD_DISRUPTION_BUDGETS,
    STATEFUL_SETS,
    DaemonSet,
    Deployment,
    PodDisruptionBudget,
    StatefulSet,
)

Workload = Deployment | StatefulSet | DaemonSet


class Workloads(msgspec.Struct, dict=True):
    """The workloads of the cluster, and the budgets for their disruption."""

    deployments: Reading[Deployment]
    stateful_sets: Reading[StatefulSet]
    daemon_sets: Reading[DaemonSet]
    budgets: Reading[PodDisruptionBudget]
    _by_kind: dict[str, Mapping[Subject, Workload]] = msgspec.field(default_factory=dict)

    def named(self, subject: Subject) -> Workload | None:
        """Return a workload, of a kind that is read and exists; None where there is none.

        Raises:
            CannotTellError: the workloads of its kind were not all read.
        """
        readings: Mapping[str, Reading[Workload]] = {
            "Deployment": self.deployments,
            "StatefulSet": self.stateful_sets,
            "DaemonSet": self.daemon_sets,
        }
        if subject.kind not in readings:
            return None
        if subject.kind not in self._by_kind:
            found = readings[subject.kind].complete_records
            self._by_kind[subject.kind] = {workload.subject: workload for workload in found}
        return self._by_kind[subject.kind].get(subject)

    def budgets_for(self, pod: Pod) -> Sequence[PodDisruptionBudget]:
        """Return the budgets that are about a pod.

        Raises:
            CannotTellError: the budgets were not all read.
        """
        return [budget for budget in self._budgets.get(pod.namespace, ()) if self._is_about(budget, pod)]

    def _is_about(self, budget: PodDisruptionBudget, pod: Pod) -> bool:
        selector = budget.spec.selector
        if selector is None or not selector.matches(pod.metadata.labels):
            return False
        is_first_version = self.budgets.resource is not None and self.budgets.resource.version == "v1beta1"
        return bool(selector.match_labels or selector.match_expressions) or not is_first_version

    @cached_property
    def _budgets(self) -> Mapping[str, Sequence[PodDisruptionBudget]]:
        found: dict[str, list[PodDisruptionBudget]] = defaultdict(list)
        for budget in self.budgets.complete_records:
            found[budget.namespace].append(budget)
        return found


def keeps_apart(workload: Workload, pod: Pod) -> bool:
    """Whether the scheduler is to put the workload's pods, of which one is given, on different nodes, if only it can.

    Two pods that want the same port of the host are never put on one.
    """
    if isinstance(workload, DaemonSet) or any(port.host_port for one in pod.spec.containers for port in one.ports):
        return True
    template = workload.spec.template.spec
    anti_affinity = template.affinity.pod_anti_affinity
    selectors = [
        *(term.label_selector for term in anti_affinity.required),
        *(weighted.pod_affinity_term.label_selector for weighted in anti_affinity.preferred),
        *(constraint.label_selector for constraint in template.topology_spread_constraints),
    ]
    return any(selector is not None and selector.matches(pod.metadata.labels) for selector in selectors)


def keeps_one(budget: PodDisruptionBudget, count: int) -> bool:
    """Whether at least one of so many pods stays while nodes are drained.

    Raises:
        CannotTellError: the budget is none that the API server would accept.
    """
    if budget.spec.max_unavailable is not None:
        return _share(budget, budget.spec.max_unavailable, count) < count
    return _share(budget, budget.spec.min_available or 0, count) > 0


def _share(budget: PodDisruptionBudget, value: int | str, count: int) -> int:
    """Return a number of pods, of which percentages are rounded up."""
    if isinstance(value, int):
        return value
    percentage = value.removesuffix("%")
    if not (percentage.isascii() and percentage.isdecimal()):
        raise CannotTellError(f"{budget.subject}: '{printable(value)}' is neither a number nor a percentage")
    return -(-int(percentage) * count // 100)


workloads = view(DEPLOYMENTS.reading, STATEFUL_SETS.reading, DAEMON_SETS.reading, POD_DISRUPTION_BUDGETS.reading)(
    Workloads
)
"""The view that answers with `Workloads`."""
