"""Whether what makes a node's network runs there: the CNI's agent, and what serves services."""

from collections.abc import Sequence

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.core import NODES, Node, Pod
from chaudit_network.views.cni_agents import CniAgents, cni_agents
from chaudit_network.views.service_proxies import ServiceProxies, service_proxies

_VIRTUAL = "a virtual node has no network of the cluster's"
_KUBE_PROXY = "kube-proxy"


@rule(
    "NET-007",
    "The CNI's agent is healthy on every node",
    severity=Severity.CRITICAL,
    each=NODES,
    using=(cni_agents,),
    remediation="Look at the agent's pod (`kubectl describe`, `kubectl logs`) and repair it. Where it is missing, let "
    "the DaemonSet tolerate the node's taints, or drain the node until it has its agent back.",
    references=(
        "https://docs.tigera.io/calico/latest/operations/monitor/monitor-component-metrics",
        "https://kubernetes.io/docs/reference/node/node-status/#condition",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S3"),),
)
def cni_agent_is_healthy(node: Node, agents: CniAgents) -> Verdicts:
    """Without its agent a node keeps what was programmed last: routes grow stale, and new policies do not arrive.

    Pods that move there are not reached, and a firewall rule that was added elsewhere is missing on this node alone.
    """
    if node.is_virtual:
        yield NotApplicable(_VIRTUAL)
        return
    conditions = {found.type: found.status for found in node.status.conditions}
    if "Ready" not in conditions:
        yield Unknown("the node has no condition Ready")
    elif conditions["Ready"] != "True":
        yield Violation(f"condition Ready is {printable(conditions['Ready'])}, expected True")
    if conditions.get("NetworkUnavailable") == "True":
        yield Violation("condition NetworkUnavailable is True: the CNI has not set up the node's network")
    yield from _runs(agents.on(node.name), " or ".join(agents.names), node)


@rule(
    "NET-008",
    "Services are served on every node, by one proxy with one configuration",
    severity=Severity.HIGH,
    each=NODES,
    using=(service_proxies, cni_agents),
    remediation="Restart kube-proxy's pods after each change of its ConfigMap (`kubectl -n kube-system rollout restart "
    "daemonset kube-proxy`). Where Calico's eBPF data plane or Cilium serves services, remove kube-proxy; where "
    "kube-proxy does, let its DaemonSet tolerate the node's taints.",
    references=(
        "https://kubernetes.io/docs/reference/networking/virtual-ips/",
        "https://docs.tigera.io/calico/latest/operations/ebpf/enabling-ebpf",
        "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8"),),
)
def services_are_served_by_one_proxy(node: Node, proxies: ServiceProxies, agents: CniAgents) -> Verdicts:
    """A node without proxy answers on no node port; one whose proxy runs with yesterday's configuration surprises.

    kube-proxy reads its ConfigMap only when it starts: a list of addresses that somebody added holds on the nodes where
    it was restarted. And where two proxies serve at once, either may win.
    """
    if node.is_virtual:
        yield NotApplicable(_VIRTUAL)
        return
    replacement, pods = proxies.kube_proxy.replacement, proxies.on(node)
    if replacement and not replacement.is_partial:
        if pods:
            yield Violation(f"kube-proxy runs beside {replacement.name}, which serves services in its place")
        yield from _runs(agents.on(node.name), replacement.name, node)
    elif not pods and "+k3s" in node.status.node_info.kubelet_version:
        yield NotApplicable("k3s runs kube-proxy within its own process")
    elif not proxies.run_as_pods:
        yield Unknown("what serves services is not known: there is no kube-proxy pod in kube-system on any node")
    else:
        yield from _runs(pods, _KUBE_PROXY, node)
        for pod in pods:
            yield from _staleness(pod, proxies)
        yield from _configuration(node, proxies)


def _runs(pods: Sequence[Pod], what: str, node: Node) -> Verdicts:
    if any(pod.is_ready for pod in pods):
        return
    if pods:
        yield Violation(f"{pods[0].subject} is not ready")
    elif node.is_windows:
        yield Unknown(f"no pod of {what} on the node, but on Windows it may run as a service of the system")
    else:
        yield Violation(f"no pod of {what} on the node")


def _said(mode: str, addresses: Sequence[str]) -> str:
    return printable(f"in mode {mode} on {', '.join(addresses) or 'every address'}")


def _configuration(node: Node, proxies: ServiceProxies) -> Verdicts:
    manner, usual = proxies.manner(node), proxies.usual_manner
    if manner != usual:
        yield Violation(f"kube-proxy serves {_said(*manner)}, on most nodes {_said(*usual)}")


def _staleness(pod: Pod, proxies: ServiceProxies) -> Verdicts:
    """Hold the start of a kube-proxy against the last change of the ConfigMap that it has read."""
    written_in, started = proxies.kube_proxy.written_in, pod.running_since(_KUBE_PROXY)
    if written_in is None or not pod.is_ready:
        return
    if written_in.changed_at is None:
        yield Unknown(
            f"when {written_in.subject} was changed is not known: it lacks managedFields, which `kubectl get` leaves "
            "out unless told --show-managed-fields"
        )
    elif started is None:
        yield Unknown(f"since when kube-proxy runs in {pod.subject} is not known")
    elif started < written_in.changed_at:
        yield Violation(
            f"kube-proxy runs since {started:%Y-%m-%d %H:%M} UTC, {written_in.subject} was changed "
            f"{written_in.changed_at:%Y-%m-%d %H:%M} UTC: it may have read something else",
            severity=Severity.LOW,
        )
