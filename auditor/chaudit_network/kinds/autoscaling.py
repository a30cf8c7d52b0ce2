"""HorizontalPodAutoscaler, which decides how many pods a workload has, whatever the workload itself says.

See https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/.
"""

from chaudit import KubernetesObject, Record, Resource, Source


class ScaleTarget(Record, frozen=True, gc=False):
    """The workload that is scaled, in the same namespace."""

    kind: str
    name: str


class HorizontalPodAutoscalerSpec(Record, frozen=True, gc=False):
    """What is scaled, and to how few pods it may come."""

    scale_target_ref: ScaleTarget
    min_replicas: int = 1


class HorizontalPodAutoscaler(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """autoscaling HorizontalPodAutoscaler; what is read of it is the same in all versions."""

    spec: HorizontalPodAutoscalerSpec


HORIZONTAL_POD_AUTOSCALERS = Source(
    "horizontal-pod-autoscalers",
    HorizontalPodAutoscaler,
    served_as=tuple(
        Resource("autoscaling", version, "horizontalpodautoscalers", "HorizontalPodAutoscaler")
        for version in ("v2", "v1")
    ),
)
