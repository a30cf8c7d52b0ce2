"""Whether the controllers that let HTTP in survive the loss of a node."""

from collections.abc import Sequence

from chaudit import (
    INTENT,
    CannotTellError,
    Intent,
    NotApplicable,
    Severity,
    Unknown,
    Verdicts,
    Violation,
    plural,
    printable,
    rule,
)
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.workloads import DaemonSet
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.ingress_controllers import IngressController, ingress_controllers
from chaudit_network.views.starlingx import CONTROLLERS, Platform, platform
from chaudit_network.views.unread import Unread
from chaudit_network.views.workloads import Workloads, keeps_apart, keeps_one, workloads

_WANTED = 2


@rule(
    "ING-003",
    "Every ingress controller is ready on two nodes",
    severity=Severity.HIGH,
    each=ingress_controllers,
    using=(INTENT, workloads, platform),
    remediation="Run the controller as a DaemonSet, or with at least two replicas that `topologySpreadConstraints` or "
    "a pod anti-affinity on `kubernetes.io/hostname` keeps apart and a PodDisruptionBudget keeps from being evicted "
    "together. Where one node is all there is meant to be, set `topology.single-node` in the intent file.",
    references=(
        "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
        "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9", "S10"),),
)
def ingress_controller_is_redundant(
    controller: IngressController | Unread, intent: Intent, known: Workloads, platform: Platform
) -> Verdicts:
    """All HTTP applications share the controller: when it goes with its node, none of them is left.

    Replicas that happen to be on two nodes today are on one tomorrow unless something keeps them apart, and a drain
    evicts them all at once unless a PodDisruptionBudget says no. Every ready pod serves, whichever of them is leader.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
    elif isinstance(controller, Unread):
        yield Unknown(controller.reason)
    elif controller.gap:
        yield Unknown(controller.gap)
    elif not controller.pods:
        yield NotApplicable("no pod of its controller is there")
    else:
        yield from _is_redundant(controller, known, platform)


def _is_redundant(controller: IngressController, known: Workloads, platform: Platform) -> Verdicts:
    nodes = [*filter(lambda node: _is_reached(controller, node, platform), controller.nodes)]
    if len(nodes) < _WANTED:
        yield _lack(controller, nodes)
        return
    workload = known.named(controller.subject)
    if workload is None or isinstance(workload, DaemonSet):
        return
    pod = controller.pods[0]
    if not keeps_apart(workload, pod):
        yield Violation(
            f"ready on {plural(len(nodes), 'node')}, but nothing keeps its pods off the same one",
            {"nodes": nodes},
            severity=Severity.LOW,
        )
    if not any(keeps_one(budget, len(controller.pods)) for budget in known.budgets_for(pod)):
        yield Violation("no PodDisruptionBudget keeps its pods from being evicted all at once", severity=Severity.LOW)


def _is_reached(controller: IngressController, node: str, platform: Platform) -> bool:
    """Whether outsiders reach the node: to the host network of StarlingX they come by OAM, where its controllers are.

    Raises:
        CannotTellError: whether this is StarlingX could not be read, and would make a difference.
    """
    if node in CONTROLLERS or not controller.pods[0].spec.host_network:
        return True
    if platform.gaps:
        raise CannotTellError(*platform.gaps)
    return not platform.controllers


def _lack(controller: IngressController, nodes: Sequence[str]) -> Violation | Unknown:
    where = f"on {printable(nodes[0])} only" if nodes else "on no node"
    which = " of StarlingX's controllers" if len(controller.nodes) > len(nodes) else ""
    lack = f"ready {where}{which} ({plural(len(controller.pods), 'pod')}), expected on at least {_WANTED} nodes"
    if controller.doubt:
        return Unknown(f"{controller.doubt}: {lack}")
    return Violation(lack, {"nodes": controller.nodes})
