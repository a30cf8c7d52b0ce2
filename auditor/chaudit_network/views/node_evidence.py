"""What objects say of the addresses of one node, each as it is written there.

The annotation with which calico-node lists interfaces is no inventory: it leaves out lo and whatever is named like
dummy, docker, virbr, cni, veth or a tunnel, and the address family that calico-node does not detect
(https://github.com/projectcalico/calico/blob/master/node/pkg/lifecycle/startup/autodetection/autodetection_linux.go).
A NodeNetworkState is one.
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv6Address

import msgspec
from msgspec.structs import replace

from chaudit import CannotTellError, Record, printable
from chaudit_network.addresses import IPAddress, parse_interface
from chaudit_network.kinds.calico import NODE_ADDRESS_ANNOTATIONS
from chaudit_network.kinds.calico_policy import HostEndpoint
from chaudit_network.kinds.core import Node
from chaudit_network.kinds.nmstate import NodeNetworkState
from chaudit_network.views.starlingx import ControllerAddress

INTERFACES = "projectcalico.org/Interfaces"

_TUNNELS = {
    "projectcalico.org/IPv4IPIPTunnelAddr": "tunl0",
    "projectcalico.org/IPv4VXLANTunnelAddr": "vxlan.calico",
    "projectcalico.org/IPv6VXLANTunnelAddr": "vxlan-v6.calico",
    "projectcalico.org/IPv4WireguardInterfaceAddr": "wireguard.cali",
    "projectcalico.org/IPv6WireguardInterfaceAddr": "wg-v6.cali",
}
"""Annotations of a Node with the address of an interface that Calico made, and the name of that interface."""

_NETWORKS_LABEL = "iftype"

_NOT_IN_USE = frozenset({"down", "absent"})
_NAMES_NO_INTERFACE = frozenset({"", "*"})


class Claim(msgspec.Struct, frozen=True):
    """One address as it is written somewhere; the interface is empty where that is not said."""

    text: str
    known_from: str
    interface: str = ""
    is_floating: bool = False


class Gathered(msgspec.Struct):
    """The claims on each address joined into one, and what could not be read."""

    claims: dict[IPAddress, Claim]
    gaps: list[str]

    @classmethod
    def of(cls, *sources: Iterable[Claim]) -> "Gathered":
        """Join claims: an address is known from the first of them, and may have its interface from another.

        Loopback and IPv6 link-local addresses are left out: from beyond the link nobody can send to them.
        """
        gathered = cls({}, [])
        for claims in sources:
            try:
                for claim in claims:
                    gathered._take(claim)
            except CannotTellError as gap:
                gathered.gaps.append(str(gap))
        return gathered

    def _take(self, claim: Claim) -> None:
        try:
            address = parse_interface(claim.text).ip
        except CannotTellError as gap:
            self.gaps.append(f"{claim.known_from}: {gap}")
            return
        if address.is_loopback or (isinstance(address, IPv6Address) and address.is_link_local):
            return
        known = self.claims.setdefault(address, claim)
        self.claims[address] = replace(
            known, interface=known.interface or claim.interface, is_floating=known.is_floating or claim.is_floating
        )


class _Interface(Record, frozen=True, gc=False):
    """One element of Calico's list."""

    name: str = ""
    addresses: tuple[str, ...] = ()


def inventory(state: NodeNetworkState) -> Iterator[Claim]:
    """Yield all addresses of the node but those of interfaces that are down, which nobody can use."""
    for interface in state.status.current_state.interfaces:
        if interface.state not in _NOT_IN_USE:
            for found in (*interface.ipv4.address, *interface.ipv6.address):
                yield Claim(found.ip, "NodeNetworkState", str(interface.name))


def listed_by_calico(node: Node) -> Iterator[Claim]:
    """Yield the addresses that calico-node lists by interface.

    Raises:
        CannotTellError: the list cannot be read.
    """
    try:
        found = msgspec.json.decode(node.annotations.get(INTERFACES, "null"), type=tuple[_Interface, ...] | None)
    except (msgspec.DecodeError, RecursionError) as error:
        raise CannotTellError(f"annotation {INTERFACES} is not readable: {printable(str(error))}") from error
    for interface in found or ():
        for text in interface.addresses:
            yield Claim(text, _annotation(INTERFACES), interface.name)


def reported(node: Node) -> Iterator[Claim]:
    """Yield what kubelet and Calico report of single addresses."""
    for found in node.status.addresses:
        if found.type in {"InternalIP", "ExternalIP"}:
            yield Claim(found.address, f"{found.type} of the Node")
    for key in NODE_ADDRESS_ANNOTATIONS:
        if key in node.annotations:
            yield Claim(node.annotations[key], _annotation(key))
    for key, interface in _TUNNELS.items():
        if key in node.annotations:
            yield Claim(node.annotations[key], _annotation(key), interface)


def expected(endpoints: Sequence[HostEndpoint]) -> Iterator[Claim]:
    """Yield the addresses that HostEndpoints of the node expect, with the interface where they name one."""
    for endpoint in endpoints:
        name = endpoint.spec.interface_name
        for text in endpoint.spec.expected_ips:
            yield Claim(text, f"expectedIPs of {endpoint.subject}", "" if name in _NAMES_NO_INTERFACE else name)


def networks_of(endpoint: HostEndpoint) -> frozenset[str]:
    """Return the networks that the interface of a HostEndpoint carries, as StarlingX labels it: `mgmt.pxeboot`."""
    return frozenset(filter(None, endpoint.metadata.labels.get(_NETWORKS_LABEL, "").split(".")))


def interface_to(network: str, endpoints: Sequence[HostEndpoint]) -> str:
    """Return the interface that leads to a network, empty where no HostEndpoint of the node says so, or several do."""
    found = {
        endpoint.spec.interface_name for endpoint in endpoints if network in networks_of(endpoint)
    } - _NAMES_NO_INTERFACE
    return found.pop() if network and len(found) == 1 else ""


def declared(addresses: Sequence[ControllerAddress]) -> Iterator[Claim]:
    """Yield what StarlingX declares for a controller."""
    for found in addresses:
        known_from = f"AddressPool {found.pool}"
        if found.is_floating:
            known_from += ", floating: on the active controller"
        yield Claim(str(found.address), known_from, is_floating=found.is_floating)


def _annotation(key: str) -> str:
    return f"annotation {key}"
