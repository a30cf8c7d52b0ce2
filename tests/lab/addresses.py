"""The addresses of the lab: a StarlingX-like cluster of three nodes with an OAM and a cluster-host network."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

NODES = ("n1", "n2", "n3")
FAMILIES = (4, 6)
SLOTS = ("p1", "p2", "p3")
"""Pods that a node can have on the pod network; what runs in them changes from cluster to cluster."""

POD_CIDRS = {4: "172.16.0.0/16", 6: "fd17:16::/48"}
SERVICE_CIDRS = {4: "10.96.0.0/16", 6: "fd96::/112"}
VIRTUAL_CIDRS = {4: "10.20.30.0/24", 6: "fd20:30::/112"}
"""Addresses of load balancers and external IPs that no host owns: whoever routes them to a node is answered there."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network that nodes and clients are attached to: the bridge's name and the nodes' interface in it."""

    name: str
    interface: str
    cidrs: dict[int, str]

    def address(self, host: int, family: int) -> str:
        """Return the address of the host with this number."""
        return str(ip_network(self.cidrs[family])[host])


OAM = Network("oam", "oam0", {4: "10.10.10.0/24", 6: "fd10:10::/64"})
CLUSTER_HOST = Network("cluster-host", "cluster0", {4: "192.168.206.0/24", 6: "fd19:206::/64"})
NETWORKS = (OAM, CLUSTER_HOST)

GATEWAY, FLOATING, CLIENT = 1, 2, 200
"""Numbers of hosts in both networks."""
FLOATING_HOLDER = "n1"
TUNNEL = "vxlan.calico"
"""The node's interface with an address of the pod network, as Calico's overlays have it."""


def number(node: str) -> int:
    """Return the number of the node's host in both networks."""
    return 11 + NODES.index(node)


def internal_address(node: str, family: int) -> str:
    """Return the address that the kubelet would report."""
    return CLUSTER_HOST.address(number(node), family)


def floating_address(family: int) -> str:
    """Return the OAM address that one node holds for all."""
    return OAM.address(FLOATING, family)


def pod_block(node: str, family: int) -> str:
    """Return the node's part of the pod network."""
    index = NODES.index(node) + 1
    return f"172.16.{index}.0/26" if family == 4 else f"fd17:16:0:{index}::/122"


def tunnel_address(node: str, family: int) -> str:
    """Return the first address of the node's block."""
    return str(ip_network(pod_block(node, family))[1])


def pod_address(node: str, slot: str, family: int) -> str:
    """Return the address of a pod; ``p0`` is no slot, but the client."""
    return str(ip_network(pod_block(node, family))[10 + int(slot[1:])])


def interfaces(node: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the node's interfaces, each with its addresses and their prefixes: ``10.10.10.11/24``."""
    for network in NETWORKS:
        hosts = [number(node)]
        if network is OAM and node == FLOATING_HOLDER:
            hosts.append(FLOATING)
        yield (
            network.interface,
            tuple(
                f"{network.address(host, family)}/{ip_network(network.cidrs[family]).prefixlen}"
                for host in hosts
                for family in FAMILIES
            ),
        )
    yield TUNNEL, tuple(f"{tunnel_address(node, family)}/{32 if family == 4 else 128}" for family in FAMILIES)


def node_addresses(node: str) -> tuple[str, ...]:
    """Return every address of the node that others can reach."""
    return tuple(address.split("/")[0] for _, addresses in interfaces(node) for address in addresses)


def reported_addresses(node: str) -> tuple[str, ...]:
    """Return the addresses of the node that its Node object has."""
    return tuple(named(node, family) for named in (internal_address, tunnel_address) for family in FAMILIES)


def owner(address: str) -> str:
    """Return the node that has the address; nothing if none has."""
    return next((node for node in NODES if address in node_addresses(node)), "")


def family_of(address: str) -> int:
    """Return 4 or 6, of an address or of a network in CIDR form."""
    return ip_address(address.split("/", maxsplit=1)[0]).version
