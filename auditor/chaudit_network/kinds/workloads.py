"""Kinds of `apps` that keep pods running, and the budget that keeps them running while nodes are drained.

See https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/.
"""

from msgspec import field

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.label_selectors import LabelSelector


class PodAffinityTerm(Record, frozen=True, gc=False):
    """Pods to keep away from, and how far: the value of this label of the nodes must differ."""

    topology_key: str = ""
    label_selector: LabelSelector | None = None


class WeightedPodAffinityTerm(Record, frozen=True, gc=False):
    """Pods to keep away from if it can be done."""

    pod_affinity_term: PodAffinityTerm = PodAffinityTerm()


class PodAntiAffinity(Record, frozen=True, gc=False):
    """Pods that must, or should, not be near."""

    required: tuple[PodAffinityTerm, ...] = field(default=(), name="requiredDuringSchedulingIgnoredDuringExecution")
    preferred: tuple[WeightedPodAffinityTerm, ...] = field(
        default=(), name="preferredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(Record, frozen=True, gc=False):
    """Where pods may and may not go, as far as other pods decide it."""

    pod_anti_affinity: PodAntiAffinity = PodAntiAffinity()


class TopologySpreadConstraint(Record, frozen=True, gc=False):
    """How evenly pods are spread over the values of a label of the nodes."""

    topology_key: str = ""
    when_unsatisfiable: str = ""
    label_selector: LabelSelector | None = None


class PodTemplateSpec(Record, frozen=True, gc=False):
    """What decides on which nodes the pods of a workload come to be."""

    affinity: Affinity = Affinity()
    topology_spread_constraints: tuple[TopologySpreadConstraint, ...] = ()


class PodTemplate(Record, frozen=True, gc=False):
    """What the pods of a workload are made from."""

    spec: PodTemplateSpec = PodTemplateSpec()


class WorkloadSpec(Record, frozen=True, gc=False):
    """How many pods there are to be, and which are the workload's. A DaemonSet has one for each node it may be on."""

    selector: LabelSelector
    replicas: int = 1
    template: PodTemplate = PodTemplate()


class Deployment(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """apps/v1 Deployment: pods that are all alike."""

    spec: WorkloadSpec


class StatefulSet(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """apps/v1 StatefulSet: pods with an identity each."""

    spec: WorkloadSpec


class DaemonSetStatus(Record, frozen=True, gc=False):
    """On how many nodes a pod should be, and on how many it is ready."""

    desired_number_scheduled: int = 0
    number_ready: int = 0


class DaemonSet(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """apps/v1 DaemonSet: a pod on each node it may be on."""

    spec: WorkloadSpec
    status: DaemonSetStatus = DaemonSetStatus()


class PodDisruptionBudgetSpec(Record, frozen=True, gc=False):
    """How many of some pods must stay, or may go, when pods are evicted: a number, or a percentage like `50%`.

    Without a selector no pod is meant. One without conditions means every pod of the namespace in policy/v1, and none
    in v1beta1.
    """

    selector: LabelSelector | None = None
    min_available: int | str | None = None
    max_unavailable: int | str | None = None


class PodDisruptionBudget(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """policy PodDisruptionBudget."""

    spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()


DEPLOYMENTS = Source("deployments", Deployment, served_as=(Resource("apps", "v1", "deployments", "Deployment"),))
STATEFUL_SETS = Source("stateful-sets", StatefulSet, served_as=(Resource("apps", "v1", "statefulsets", "StatefulSet"),))
DAEMON_SETS = Source("daemon-sets", DaemonSet, served_as=(Resource("apps", "v1", "daemonsets", "DaemonSet"),))
POD_DISRUPTION_BUDGETS = Source(
    "pod-disruption-budgets",
    PodDisruptionBudget,
    served_as=tuple(
        Resource("policy", version, "poddisruptionbudgets", "PodDisruptionBudget") for version in ("v1", "v1beta1")
    ),
)
