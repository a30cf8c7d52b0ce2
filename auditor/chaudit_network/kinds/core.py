"""Kinds of the core API group (https://kubernetes.io/docs/reference/kubernetes-api/)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Annotated

import msgspec

from chaudit import (
    AnnotatedMeta,
    CannotTellError,
    KubernetesObject,
    ObjectMeta,
    Record,
    Resource,
    Source,
    Subject,
    printable,
)

SYSTEM_NAMESPACE = "kube-system"
"""The namespace of the control plane: what runs there, or is called like it there, is believed to be it."""

_TEMPLATE_HASH = "pod-template-hash"

EXCLUDED_FROM_LOAD_BALANCERS = "node.kubernetes.io/exclude-from-external-load-balancers"
"""A label of nodes that load balancers are to leave out.

To most readers of it its presence says so, whatever its value (Kubernetes' service controller, MetalLB); Calico asks
for the value `true`. kubeadm gives it to control-plane nodes, with an empty value.
"""


@lru_cache(maxsize=2000)
def _shared(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Return what is equal and there already: most of a pod is the same in thousands, and half of a scan's memory."""
    return records


class Condition(Record, frozen=True, gc=False):
    """One observed condition; `status` is True, False or Unknown."""

    type: str
    status: str


class NodeAddress(Record, frozen=True, gc=False):
    """An address that the node reports: InternalIP, ExternalIP or Hostname."""

    type: str
    address: str


class NodeInfo(Record, frozen=True, gc=False):
    """What runs on the node; the kubelet's version is like `v1.29.2`."""

    kubelet_version: str = ""


class NodeStatus(Record, frozen=True, gc=False):
    """What the kubelet reports."""

    addresses: tuple[NodeAddress, ...] = ()
    conditions: tuple[Condition, ...] = ()
    node_info: NodeInfo = NodeInfo()


class NodeSpec(Record, frozen=True, gc=False):
    """Whether new pods may come to the node, and the networks of its pods where Kubernetes hands them out."""

    unschedulable: bool = False
    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class Node(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 Node. Its annotations carry Calico's own addresses."""

    metadata: AnnotatedMeta
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    @property
    def annotations(self) -> Mapping[str, str]:
        """The node's annotations."""
        return self.metadata.annotations

    @property
    def internal_ips(self) -> tuple[str, ...]:
        """The InternalIP addresses, as reported."""
        return tuple(found.address for found in self.status.addresses if found.type == "InternalIP")

    @property
    def is_control_plane(self) -> bool:
        """Whether the control plane runs on the node, by the label that kubeadm gives it, or once gave it."""
        return any(f"node-role.kubernetes.io/{role}" in self.metadata.labels for role in ("control-plane", "master"))

    @property
    def is_virtual(self) -> bool:
        """Whether virtual-kubelet plays a kubelet, so that no agent of the cluster runs there."""
        return self.metadata.labels.get("type") == "virtual-kubelet"

    @property
    def is_windows(self) -> bool:
        """Whether the node runs Windows, where agents can be services of the system instead of pods."""
        return self.metadata.labels.get("kubernetes.io/os") == "windows"

    @property
    def is_ready(self) -> bool:
        """Whether the kubelet reports condition Ready as True."""
        return self._has("Ready")

    @property
    def is_without_network(self) -> bool:
        """Whether condition NetworkUnavailable is True: the CNI has not, or no longer, set up the node."""
        return self._has("NetworkUnavailable")

    def _has(self, condition: str) -> bool:
        return any(found.type == condition and found.status == "True" for found in self.status.conditions)


class ContainerPort(Record, frozen=True, gc=False):
    """A port that a container declares; with `host_port` it is also opened on the node, or on one address of it."""

    container_port: int
    host_port: int = 0
    host_ip: str = msgspec.field(default="", name="hostIP")
    name: str = ""
    protocol: str = "TCP"


class Container(Record, frozen=True, gc=False):
    """What tells a controller apart: its image and how it was started."""

    name: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    restart_policy: str = ""


class PodSpec(Record, frozen=True, gc=False):
    """Where a pod runs and what it runs."""

    node_name: str = ""
    host_network: bool = False
    service_account_name: str = ""
    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] = ()

    @property
    def lasting_containers(self) -> Sequence[Container]:
        """The containers that run as long as the pod does, sidecars among them.

        See https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/.
        """
        return [*(one for one in self.init_containers if one.restart_policy == "Always"), *self.containers]

    def __post_init__(self) -> None:
        """Share the containers with other pods of the same template."""
        msgspec.structs.force_setattr(self, "containers", _shared(self.containers))


class PodIP(Record, frozen=True, gc=False):
    """One address of a pod."""

    ip: str = ""


class ContainerRunning(Record, frozen=True, gc=False):
    """Since when a container runs; a restart begins anew, while the pod's own start remains."""

    started_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class ContainerState(Record, frozen=True, gc=False):
    """What a container is doing, if it is running."""

    running: ContainerRunning | None = None


class ContainerStatus(Record, frozen=True, gc=False):
    """How one container is."""

    name: str
    state: ContainerState = ContainerState()


class PodStatus(Record, frozen=True, gc=False):
    """How a pod is, and its addresses: `pod_ips` has at most one of each family, of which `pod_ip` is the first.

    Containers are kept of pods in kube-system only: nobody asks since when others run, and there are many.
    """

    phase: str = ""
    conditions: tuple[Condition, ...] = ()
    host_ip: str = msgspec.field(default="", name="hostIP")
    pod_ip: str = msgspec.field(default="", name="podIP")
    pod_ips: tuple[PodIP, ...] = msgspec.field(default=(), name="podIPs")
    container_statuses: tuple[ContainerStatus, ...] = ()

    def __post_init__(self) -> None:
        """Share the conditions with other pods that are in the same."""
        msgspec.structs.force_setattr(self, "conditions", _shared(self.conditions))


class NetworkStatus(Record, frozen=True, gc=False):
    """A network that a pod is attached to; the default one is the pod network, the same for all pods."""

    name: str = ""
    interface: str = ""
    ips: tuple[str, ...] = ()
    default: bool = False


class PodAnnotations(Record, frozen=True, gc=False):
    """The annotations of pods that are evidence: where Multus says to which networks it attached them.

    It is kept only where there are others than the default network, or where that cannot be told.
    """

    network_status: str = msgspec.field(default="", name="k8s.v1.cni.cncf.io/network-status")

    def __post_init__(self) -> None:
        """Forget what is the same for all pods."""
        if self.network_status:
            with suppress(CannotTellError):
                if all(network.default for network in self.networks):
                    msgspec.structs.force_setattr(self, "network_status", "")

    @property
    def networks(self) -> Sequence[NetworkStatus]:
        """The networks, where there are others than the default one.

        Raises:
            CannotTellError: the annotation is not readable.
        """
        try:
            return msgspec.json.decode(self.network_status or "[]", type=tuple[NetworkStatus, ...])
        except (msgspec.DecodeError, RecursionError) as error:
            raise CannotTellError(f"annotation network-status is not readable: {printable(str(error))}") from error


class OwnerReference(Record, frozen=True, gc=False):
    """An object that this one belongs to; the one with `controller` keeps it there."""

    kind: str
    name: str
    controller: bool = False


class PodMeta(ObjectMeta, frozen=True, gc=False):
    """Metadata with owners, by which a pod is one of several that are the same, and the annotations in question."""

    owner_references: tuple[OwnerReference, ...] = ()
    annotations: PodAnnotations = PodAnnotations()


class Pod(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 Pod."""

    metadata: PodMeta
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    def __post_init__(self) -> None:
        """Forget the containers of all pods but those in question."""
        if self.status.container_statuses and self.namespace != SYSTEM_NAMESPACE:
            msgspec.structs.force_setattr(self.status, "container_statuses", ())

    @property
    def workload(self) -> Subject:
        """What keeps the pod there: the Deployment behind its ReplicaSet, its DaemonSet, ...; itself if nothing does.

        A ReplicaSet of a Deployment bears the Deployment's name and the hash that the pod is labelled with. A static
        pod belongs to its node, which is not a workload.
        """
        owner = next((one for one in self.metadata.owner_references if one.controller), None)
        if owner is None or owner.kind == "Node":
            return self.subject
        of_hash = f"-{self.metadata.labels.get(_TEMPLATE_HASH, '')}"
        if owner.kind == "ReplicaSet" and owner.name.endswith(of_hash):
            return Subject("Deployment", self.namespace, owner.name.removesuffix(of_hash))
        return Subject(owner.kind, self.namespace, owner.name)

    @property
    def is_ready(self) -> bool:
        """Whether the pod is running and reports condition Ready as True."""
        return self.status.phase == "Running" and any(
            found.type == "Ready" and found.status == "True" for found in self.status.conditions
        )

    def running_since(self, container: str) -> datetime | None:
        """Return since when a container of a pod in kube-system runs, None where it does not or that is not said."""
        states = (found.state for found in self.status.container_statuses if found.name == container)
        return next((state.running.started_at for state in states if state.running), None)


class Namespace(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 Namespace, by whose labels policies select."""


NAMESPACES = Source("namespaces", Namespace, served_as=(Resource("", "v1", "namespaces", "Namespace"),))
NODES = Source("nodes", Node, served_as=(Resource("", "v1", "nodes", "Node"),))
PODS = Source("pods", Pod, served_as=(Resource("", "v1", "pods", "Pod"),))
