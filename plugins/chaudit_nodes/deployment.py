"""Whether the cluster has the nodes that the platform was deployed with."""

from chaudit import NotApplicable, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.starlingx_hosts import Host
from chaudit_network.views.hosts import Hosts, Inventoried, hosts, inventory

_STORAGE = "storage"


@rule(
    "NET-002",
    "Every host of the platform is a node, and every node a host",
    severity=Severity.HIGH,
    each=inventory,
    using=(hosts,),
    remediation="Unlock the host and let it join, or delete the Host or the Node that outlived its machine. Where the "
    "deployment manager has not reconciled a host, see to that first (`kubectl -n deployment describe host NAME`).",
    references=(
        "https://github.com/Wind-River/cloud-platform-deployment-manager",
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S4"),),
)
def hosts_and_nodes_agree(found: Inventoried, known: Hosts) -> Verdicts:
    """A host without node carries nothing and is missed only when the others are full.

    A node without host is one that nobody deployed: a machine that was replaced and kept its certificate, or one that
    somebody else has joined. It takes pods and is on the cluster host network all the same.
    """
    if found.host is None:
        if found.rivals:
            yield Unknown(f"no Host of this name, but {found.rivals[0].subject} is not reconciled and may be this one")
        else:
            yield Violation("no Host of the deployment manager has this name")
    elif found.node is None:
        yield from _without_node(found.host, known)


def _without_node(host: Host, known: Hosts) -> Verdicts:
    personality = known.attributes(host).personality
    if not host.status.reconciled:
        yield Unknown("the deployment manager has not reconciled the host, whose Node may have another name")
    elif personality == _STORAGE:
        yield NotApplicable("a storage host is no Kubernetes node")
    elif personality is None:
        yield Unknown("neither the host nor its profiles say what personality it has")
    elif host.status.administrative_state == "unlocked":
        yield Violation(f"the host ({personality}) is unlocked, but there is no Node of this name")
    else:
        yield NotApplicable(f"the host is {host.status.administrative_state or 'not unlocked'}")
