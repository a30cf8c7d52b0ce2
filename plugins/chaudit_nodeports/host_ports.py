"""Which ports pods open on the network of their host, and who reaches them."""

from fnmatch import fnmatchcase

import msgspec

from chaudit import INTENT, Intent, Settings, Severity, Unknown, Verdicts, Violation, plural, rule
from chaudit_network.exposure.edge import (
    EdgeWay,
    HostNetworkWorkload,
    host_network_at_the_edge,
    host_ports_at_the_edge,
)
from chaudit_network.frameworks import CIS, CLUSTER_HOST_NETWORK, NIST, NSA
from chaudit_network.views.unread import Unread
from chaudit_nodeports.allowed import PLATFORM
from chaudit_nodeports.outsiders import open_to_outsiders


@rule(
    "NPT-016",
    "No host port is open to outsiders unless it is meant to be",
    severity=Severity.MEDIUM,
    each=host_ports_at_the_edge,
    using=(INTENT,),
    remediation="Remove `hostPort` and put a service in front of the pod; or bind it to an internal address with "
    "`hostIP`; or deny it to outsiders by a policy with preDNAT. What is meant to be open belongs in `exposure.allow`.",
    references=(
        "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
        "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8"), CIS.at("5.2.12"), NIST.at("CM-7")),
)
def host_ports_are_closed_to_outsiders(port: EdgeWay | Unread, intent: Intent) -> Verdicts:
    """A host port opens on every address of the node that runs the pod, past services and ingress.

    Nobody sees it in a list of services, and it moves with the pod: a scheduler's decision opens a port on another
    node. The verdict is that of the cluster's own objects, for pods as they run now.
    """
    if isinstance(port, Unread):
        yield Unknown(port.reason)
        return
    yield from open_to_outsiders([port], intent)


class HostNetworkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The namespaces, as shell-style patterns, whose pods belong on the network of their host."""

    namespaces: tuple[str, ...] = PLATFORM


@rule(
    "NPT-017",
    "Pods on the network of their host belong there, and their ports are closed to outsiders",
    severity=Severity.MEDIUM,
    each=host_network_at_the_edge,
    using=(INTENT, Settings(HostNetworkSettings)),
    remediation="Remove `hostNetwork: true` where the pod does not need it. Where it does, name its namespace in "
    "`rules.NPT-017.settings.namespaces`, and let a policy on the external HostEndpoints deny its ports to outsiders, "
    "or allow the exposure in the intent file.",
    references=(
        "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
        "https://docs.tigera.io/calico/latest/reference/host-endpoints/summary",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S8"), CIS.at("5.2.5"), NSA.at("Pod security"), NIST.at("CM-7")),
)
def host_network_pods_belong_there(
    found: HostNetworkWorkload | Unread, intent: Intent, settings: HostNetworkSettings
) -> Verdicts:
    """A pod on its host's network listens on all of the node's addresses, and no NetworkPolicy is about it.

    Only the policy of the node's own interfaces guards it. The ports a pod declares are hints: a process may listen on
    others, which nobody declares.
    """
    if isinstance(found, Unread):
        yield Unknown(found.reason)
        return
    namespace = found.subject.namespace
    if not any(fnmatchcase(namespace, pattern) for pattern in settings.namespaces):
        yield Violation(
            f"{plural(found.pods, 'pod')} on the host's network, expected only in {', '.join(settings.namespaces)}",
            {"namespace": namespace, "pods": found.pods},
            severity=Severity.LOW,
        )
    yield from open_to_outsiders(found.ways, intent)
