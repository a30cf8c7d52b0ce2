"""Whether outsiders reach what runs the cluster: the ports of the control plane, of etcd and of the kubelets."""

from collections.abc import Iterator

import msgspec

from chaudit import NotApplicable, Settings, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.exposure.host_processes import Doorstep, HostProcesses, NodeFront, host_processes, node_fronts
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CIS, CLUSTER_HOST_NETWORK, NIST

_EVERYWHERE = {
    10250: "kubelet",
    10255: "kubelet, read-only",
    10256: "kube-proxy health",
    179: "BGP",
    9099: "Felix health",
}
_ON_THE_CONTROL_PLANE = {
    2379: "etcd clients",
    2380: "etcd peers",
    2381: "etcd metrics",
    6443: "API server",
    10257: "controller manager",
    10259: "scheduler",
    16443: "API server behind StarlingX's HAProxy",
}


class ControlPlaneSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """TCP ports that are meant to be open to outsiders: clients of the API come from outside by design."""

    open_by_design: tuple[int, ...] = (6443,)


@rule(
    "NPT-018",
    "Outsiders do not reach the ports of the control plane, etcd and kubelets",
    severity=Severity.CRITICAL,
    each=node_fronts,
    using=(host_processes, Settings(ControlPlaneSettings)),
    remediation="Give the external interfaces HostEndpoints, and let a GlobalNetworkPolicy without applyOnForward "
    "allow only what clients need there. Set `net` on failsafe ports, or take them out of `failsafeInboundHostPorts`.",
    references=(
        "https://kubernetes.io/docs/reference/networking/ports-and-protocols/",
        "https://docs.tigera.io/calico/latest/network-policy/hosts/protect-hosts",
        "https://docs.starlingx.io/security/kubernetes/security-default-firewall-rules.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S6"), CIS.at("1.3.7", "1.4.2"), NIST.at("SC-7")),
)
def control_plane_is_closed_to_outsiders(
    front: NodeFront, processes: HostProcesses, settings: ControlPlaneSettings
) -> Verdicts:
    """Who reaches etcd has the cluster, and who reaches a kubelet has its pods, once credentials fail or leak.

    These ports listen on every address unless told otherwise. Failsafe ports open some of them on purpose: they keep
    a mistyped policy from cutting off the cluster, and they are open to everybody where no `net` is set.
    """
    for doorstep in front.doorsteps:
        if not doorstep.has_guard:
            yield Unknown(f"no HostEndpoint guards {doorstep}: what keeps outsiders from it, if anything, is not seen")
            continue
        yield from _judged(doorstep, front, processes, settings)
    yield from map(Unknown, front.gaps)
    if not front.doorsteps and not front.gaps:
        yield NotApplicable("the node is not known to have an address at which outsiders arrive")


def _judged(
    doorstep: Doorstep, front: NodeFront, processes: HostProcesses, settings: ControlPlaneSettings
) -> Iterator[Violation | Unknown]:
    ports = _EVERYWHERE | (_ON_THE_CONTROL_PLANE if front.node.is_control_plane else {})
    for port, name in sorted(ports.items()):
        verdict = processes.outsiders(doorstep, "TCP", port)
        why = printable("; ".join(verdict.because))
        if verdict.verdict is Reach.UNKNOWN:
            yield Unknown(f"whether {port}/TCP ({name}) is open at {doorstep} cannot be told: {why}")
        elif verdict.verdict is Reach.OPEN:
            is_meant = port in settings.open_by_design
            yield Violation(
                f"{port}/TCP ({name}) is open to all outsiders at {doorstep} ({why})",
                {"port": port, "because": verdict.because},
                severity=Severity.LOW if is_meant else None,
            )
