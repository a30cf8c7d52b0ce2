"""Kinds of the SR-IOV network operator, where it is installed: what it sees of the ports that can be divided."""

from chaudit import KubernetesObject, Record, Resource, Source


class PortState(Record, frozen=True, gc=False):
    """A port, and whether its link is `up` or `down`; older versions of the operator do not say."""

    name: str = ""
    link_admin_state: str = ""


class SriovNetworkNodeStateStatus(Record, frozen=True, gc=False):
    """The ports of a node."""

    interfaces: tuple[PortState, ...] = ()


class SriovNetworkNodeState(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The ports of the node that has the same name."""

    status: SriovNetworkNodeStateStatus = SriovNetworkNodeStateStatus()


SRIOV_NODE_STATES = Source(
    "sriov-network-node-states",
    SriovNetworkNodeState,
    served_as=(Resource("sriovnetwork.openshift.io", "v1", "sriovnetworknodestates", "SriovNetworkNodeState"),),
)
