"""The controllers that let HTTP in, workload by workload."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import CannotTellError, Reading, Rejected, Subject, view
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.kinds.gateway import GATEWAYS, Gateway
from chaudit_network.kinds.ingress import INGRESS_CLASSES, IngressClass
from chaudit_network.views.controller_pods import ControllerPods, Member, controller_pods
from chaudit_network.views.controllers import Controller
from chaudit_network.views.unread import Unread, unread

_GATEWAY_LABELS = (
    ("gateway.networking.k8s.io/gateway-name", ""),
    ("gateway.envoyproxy.io/owning-gateway-name", "gateway.envoyproxy.io/owning-gateway-namespace"),
)
"""Labels of pods with the name of the Gateway whose traffic they carry, and with its namespace if not the pods' own."""

_GATEWAY_CLASS_LABEL = "gateway.envoyproxy.io/owning-gatewayclass"
"""The label of pods that carry the traffic of all Gateways of a class."""


class IngressController(msgspec.Struct):
    """One workload with pods of a controller; or, without pods, what asks for a controller whose pods are not there.

    `gap` says why its pods are not known, `doubt` why it may have others than these.
    """

    subject: Subject
    product: Controller | None
    pods: list[Pod] = msgspec.field(default_factory=list)
    gap: str = ""
    doubt: str = ""

    @property
    def nodes(self) -> Sequence[str]:
        """The names of the nodes with a ready pod, sorted."""
        return sorted({pod.spec.node_name for pod in self.pods if pod.is_ready})


@view(controller_pods, PODS.reading, INGRESS_CLASSES.reading, GATEWAYS.reading)
def ingress_controllers(
    known: ControllerPods, pods: Reading[Pod], classes: Reading[IngressClass], gateways: Reading[Gateway]
) -> Sequence[IngressController | Unread]:
    """Gather the pods of controllers by workload, and whatever has none that is known."""
    members = known.members if pods.is_loaded else ()
    return [
        *_by_workload(members, pods.rejected),
        *(one for found in classes.objects for one in _without_pods(found, known)),
        *_gateways_without_pods(gateways.objects, members),
        *(gap for reading in (pods, classes, gateways) for gap in unread(reading)),
    ]


def _by_workload(members: Sequence[Member], rejected: Sequence[Rejected]) -> Sequence[IngressController]:
    doubts = {one.subject.namespace: f"{one.subject} is malformed and may be one of its pods" for one in rejected}
    found: dict[Subject, IngressController] = {}
    for member in members:
        workload = member.pod.workload
        doubt = doubts.get(workload.namespace) or doubts.get("", "")
        own = found.setdefault(workload, IngressController(workload, member.controller, doubt=doubt))
        if own.product is member.controller:
            own.pods.append(member.pod)
    return list(found.values())


def _without_pods(found: IngressClass, known: ControllerPods) -> Iterator[IngressController]:
    product = known.product(found.spec.controller)
    try:
        if not known.named(found.spec.controller).total:
            yield IngressController(found.subject, product)
    except CannotTellError as gap:
        yield IngressController(found.subject, product, gap=str(gap))


def _gateways_without_pods(gateways: Sequence[Gateway], members: Sequence[Member]) -> Iterator[IngressController]:
    served = {gateway for member in members for gateway in _gateways_of(member.pod)}
    for gateway in gateways:
        if served.isdisjoint({(gateway.namespace, gateway.name), ("", gateway.spec.gateway_class_name)}):
            yield IngressController(gateway.subject, None, gap="which pods carry its traffic is not known")


def _gateways_of(pod: Pod) -> Iterator[tuple[str, str]]:
    """Yield namespace and name of the Gateways whose traffic a pod carries, or no namespace and their class."""
    labels = pod.metadata.labels
    for name, namespace in _GATEWAY_LABELS:
        if name in labels:
            yield labels.get(namespace, pod.namespace), labels[name]
    if _GATEWAY_CLASS_LABEL in labels:
        yield "", labels[_GATEWAY_CLASS_LABEL]
