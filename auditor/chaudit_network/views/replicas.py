"""How many pods are meant to be behind a service, which they are, and what may take them all at once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, view
from chaudit_network.kinds.autoscaling import HORIZONTAL_POD_AUTOSCALERS, HorizontalPodAutoscaler
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.kinds.services import Service
from chaudit_network.kinds.workloads import DaemonSet
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.workloads import Workloads, keeps_one, workloads

_ENDED = frozenset({"Succeeded", "Failed"})


class Replicas(msgspec.Struct, frozen=True):
    """A workload with the number of pods it is meant to have, and those that there are.

    `scaled_by` names the autoscaler that may go down to that number. A bare pod is a workload of its own.
    """

    workload: Subject
    wanted: int
    pods: Sequence[Pod]
    scaled_by: str = ""

    @property
    def is_on_every_node(self) -> bool:
        """Whether it has a pod on each node, which eviction spares."""
        return self.workload.kind == "DaemonSet"

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes with a pod that could serve. Of a StatefulSet often only the leader is ready, by design."""
        return frozenset(
            pod.spec.node_name
            for pod in self.pods
            if pod.spec.node_name and (pod.is_ready or self.workload.kind == "StatefulSet")
        )


class ServiceReplicas(msgspec.Struct, dict=True):
    """The replicas behind each service."""

    endpoints: Endpoints
    pods: Reading[Pod]
    workloads: Workloads
    autoscalers: Reading[HorizontalPodAutoscaler]

    def behind(self, service: Service) -> Sequence[Replicas]:
        """Return the workloads of the pods behind a service, ready or not; other endpoints belong to none.

        Raises:
            CannotTellError: endpoints, pods or what keeps these were not all read.
        """
        targets = (endpoint.target_ref for endpoint in self.endpoints.of(service).listed)
        names = sorted({(target.namespace, target.name) for target in targets if target and target.kind == "Pod"})
        found = dict.fromkeys(self._pod(*name).workload for name in names)
        return [self._replicas(workload) for workload in found]

    def is_protected(self, replicas: Replicas) -> bool:
        """Whether a budget keeps at least one of the pods while nodes are drained.

        Raises:
            CannotTellError: the budgets were not all read.
        """
        return any(
            keeps_one(budget, replicas.wanted)
            for pod in replicas.pods[:1]
            for budget in self.workloads.budgets_for(pod)
        )

    def _pod(self, namespace: str, name: str) -> Pod:
        if (namespace, name) not in self._by_name:
            raise CannotTellError(f"pods: {Subject('Pod', namespace, name)} is behind it, but not among those read")
        return self._by_name[namespace, name]

    def _replicas(self, subject: Subject) -> Replicas:
        pods = self._by_workload[subject]
        scaler = self._scalers.get(subject)
        if scaler:
            return Replicas(subject, scaler.spec.min_replicas, pods, str(scaler.subject))
        workload = self.workloads.named(subject)
        if workload is None:
            return Replicas(subject, len(pods), pods)
        wanted = workload.status.desired_number_scheduled if isinstance(workload, DaemonSet) else workload.spec.replicas
        return Replicas(subject, wanted, pods)

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Pod]:
        return {(pod.namespace, pod.name): pod for pod in self.pods.records}

    @cached_property
    def _by_workload(self) -> Mapping[Subject, Sequence[Pod]]:
        found: dict[Subject, list[Pod]] = defaultdict(list)
        for pod in self.pods.records:
            if pod.status.phase not in _ENDED:
                found[pod.workload].append(pod)
        return found

    @cached_property
    def _scalers(self) -> Mapping[Subject, HorizontalPodAutoscaler]:
        return dict(self._targets())

    def _targets(self) -> Iterator[tuple[Subject, HorizontalPodAutoscaler]]:
        for scaler in self.autoscalers.complete_records:
            target = scaler.spec.scale_target_ref
            yield Subject(target.kind, scaler.namespace, target.name), scaler


service_replicas = view(endpoints, PODS.reading, workloads, HORIZONTAL_POD_AUTOSCALERS.reading)(ServiceReplicas)
"""The view that answers with `ServiceReplicas`."""
