"""Kinds of Kubernetes NMState (`nmstate.io`, https://nmstate.io/kubernetes-nmstate/), where it is installed."""

from msgspec import field

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.core import Condition


class InterfaceAddress(Record, frozen=True, gc=False):
    """One address of an interface."""

    ip: str


class InterfaceAddresses(Record, frozen=True, gc=False):
    """The addresses of an interface in one family."""

    address: tuple[InterfaceAddress, ...] = ()


Name = int | float | str
"""The name of an interface. NMState passes YAML on, so that a name of digits arrives as a number."""


class LinkAggregation(Record, frozen=True, gc=False):
    """The ports of a bond; older versions of NMState call them otherwise."""

    port: tuple[Name, ...] = ()
    slaves: tuple[Name, ...] = ()


class VLAN(Record, frozen=True, gc=False):
    """On top of which interface a VLAN is."""

    base_iface: Name = field(default="", name="base-iface")


class Interface(Record, frozen=True, gc=False):
    """An interface of a node and whether it is `up`, `down` or not managed (`ignore`)."""

    name: Name
    type: str = ""
    state: str = ""
    link_aggregation: LinkAggregation | None = field(default=None, name="link-aggregation")
    vlan: VLAN | None = None
    ipv4: InterfaceAddresses = InterfaceAddresses()
    ipv6: InterfaceAddresses = InterfaceAddresses()


class NetworkState(Record, frozen=True, gc=False):
    """Every interface of a node but its unmanaged veths."""

    interfaces: tuple[Interface, ...] = ()


class NodeNetworkStateStatus(Record, frozen=True, gc=False):
    """What was seen when the node's network could last be asked; condition Failing says that it cannot be now."""

    current_state: NetworkState = NetworkState()
    conditions: tuple[Condition, ...] = ()


class NodeNetworkState(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The network of the node that has the same name."""

    status: NodeNetworkStateStatus = NodeNetworkStateStatus()

    @property
    def is_failing(self) -> bool:
        """Whether the node's network can no longer be asked, so that the state is one of the past."""
        return any(found.type == "Failing" and found.status == "True" for found in self.status.conditions)


NODE_NETWORK_STATES = Source(
    "node-network-states",
    NodeNetworkState,
    served_as=tuple(
        Resource("nmstate.io", version, "nodenetworkstates", "NodeNetworkState") for version in ("v1beta1", "v1alpha1")
    ),
)
