"""Whether an application survives the loss of one of its pods, or of the node it is on."""

from collections.abc import Sequence

from chaudit import INTENT, Intent, NotApplicable, Severity, Unknown, Verdicts, Violation, plural, printable, rule
from chaudit_network.kinds.services import Service
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.replicas import Replicas, ServiceReplicas, service_replicas
from chaudit_network.views.services import exposed_services
from chaudit_network.views.unread import Unread


@rule(
    "HA-004",
    "Every exposed service is backed by several replicas on several nodes",
    severity=Severity.MEDIUM,
    each=exposed_services,
    using=(service_replicas, INTENT),
    remediation="Set `spec.replicas` (with an autoscaler its `minReplicas`) to 2 or more, keep the pods on different "
    "nodes with `topologySpreadConstraints` or a pod anti-affinity on `kubernetes.io/hostname`, and let a "
    "PodDisruptionBudget keep one of them while nodes are drained.",
    references=(
        "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
        "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
        "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    ),
)
def exposed_services_have_replicas_on_several_nodes(
    service: Service | Unread, known: ServiceReplicas, intent: Intent
) -> Verdicts:
    """However many records and load balancers lead to an application, with one pod it is gone when that pod is.

    Several pods on one node fall together with it, and without a budget the drain of an upgrade may evict all of them
    at once.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    found = known.behind(service)
    if not found:
        yield NotApplicable("there is no pod behind it")
        return
    wanted = sum(one.wanted for one in found)
    nodes = sorted(frozenset[str]().union(*(one.nodes for one in found)))
    if wanted <= 1:
        yield Violation(f"{_listed(found)}, expected at least 2 replicas", {"replicas": wanted})
    elif len(nodes) <= 1:
        where = f"on {printable(nodes[0])} only" if nodes else "on no node"
        yield Violation(f"{_listed(found)}, able to serve {where}, expected on at least 2 nodes", {"nodes": nodes})
    else:
        yield from _budgets(found, known)


def _budgets(found: Sequence[Replicas], known: ServiceReplicas) -> Verdicts:
    for one in found:
        if not one.is_on_every_node and one.workload.kind != "Pod" and not known.is_protected(one):
            yield Violation(
                f"no PodDisruptionBudget keeps a pod of {one.workload} while nodes are drained",
                severity=Severity.LOW,
            )


def _listed(found: Sequence[Replicas]) -> str:
    return " and ".join(
        f"{one.workload} has {plural(one.wanted, 'replica')}"
        + (f" (the least that {one.scaled_by} allows)" if one.scaled_by else "")
        for one in found
    )
