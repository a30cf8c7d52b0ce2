"""Builds the networks of the lab from namespaces: bridges in a namespace of their own, nodes, pods and clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

from lab.addresses import (
    CLIENT,
    CLUSTER_HOST,
    FAMILIES,
    GATEWAY,
    NETWORKS,
    NODES,
    OAM,
    SERVICE_CIDRS,
    SLOTS,
    TUNNEL,
    VIRTUAL_CIDRS,
    Network,
    interfaces,
    internal_address,
    number,
    pod_address,
    pod_block,
)
from lab.cable import cable
from lab.namespaces import Namespaces

_FABRIC = "fabric"
CLIENT_POD = "p0"
CLIENT_POD_NODE = "n2"
CLIENT_NODE = "n1"
HOST_OF_CLIENT = {"oam": OAM.name, "cluster-host": CLUSTER_HOST.name, "node": CLIENT_NODE, "pod": "n2p0"}
"""The host in which each client runs."""

_PER_HOST = {
    "net/ipv4/ip_forward": 1,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    "net/ipv6/conf/default/accept_dad": 0,
    # Every refusal is to be seen at once; by default the kernel sends few of them per second.
    "net/ipv4/icmp_ratelimit": 0,
    "net/ipv6/icmp/ratelimit": 0,
    # A pod that asks for its node by the tunnel's address is not told of a shorter way.
    "net/ipv4/conf/all/send_redirects": 0,
    "net/ipv4/conf/default/send_redirects": 0,
}
# The gateway of every pod, on its node's end of the cable.
_POD_GATEWAY = "fe80::1"


def pod_host(node: str, slot: str) -> str:
    """Return the host that is this pod."""
    return f"{node}{slot}"


@contextmanager
def built_topology(hosts: Namespaces) -> Iterator[str]:
    """Build everything and yield the address on which the nodes reach servers of the namespace that tests run in."""
    pods = [pod_host(node, slot) for node in NODES for slot in SLOTS]
    everybody = (_FABRIC, *NODES, *pods, *HOST_OF_CLIENT.values())
    hosts.add(dict.fromkeys(everybody))
    for host in dict.fromkeys(everybody):
        settings = " && ".join(f"echo {value} > /proc/sys/{path}" for path, value in _PER_HOST.items())
        hosts.run(host, "sh", "-c", settings)
    for network in NETWORKS:
        hosts.ip(_FABRIC, _bridge(network))
        _attach_client(hosts, network)
    for node in NODES:
        _attach_node(hosts, node)
        routes = [f"route add {pod_block(node, family)} via {internal_address(node, family)}" for family in FAMILIES]
        hosts.ip(_FABRIC, routes)
    with cable(hosts, _FABRIC) as address:
        yield address


def _bridge(network: Network) -> list[str]:
    return [
        f"link add {network.name} up type bridge mcast_snooping 0",
        *(f"address add {_with_prefix(network, GATEWAY, family)} dev {network.name}" for family in FAMILIES),
    ]


def _attach(hosts: Namespaces, host: str, network: Network) -> None:
    """Lay a cable from the host to the bridge."""
    port = f"{network.name[:8]}-{number(host) if host in NODES else 'client'}"
    peer = f"peer name {network.interface} netns {hosts.name(host)}"
    hosts.ip(_FABRIC, [f"link add {port} up master {network.name} type veth {peer}"])


def _attach_client(hosts: Namespaces, network: Network) -> None:
    """Attach a host that is no node; it reaches virtual addresses and services by the node that a packet's mark says.

    The mark is the node's number: so one client tries what enters the cluster by each node.
    """
    _attach(hosts, network.name, network)
    hosts.ip(network.name, [f"link set {network.interface} up"])
    for family in FAMILIES:
        lines = [
            f"address add {_with_prefix(network, CLIENT, family)} dev {network.interface}",
            f"route add default via {network.address(GATEWAY, family)}",
        ]
        for node in NODES:
            mark = number(node)
            lines.append(f"rule add fwmark {mark} table {mark}")
            lines += [
                f"route add {cidr} via {network.address(mark, family)} table {mark}"
                for cidr in (VIRTUAL_CIDRS[family], SERVICE_CIDRS[family])
            ]
        hosts.ip(network.name, lines, f"-{family}")


def _attach_node(hosts: Namespaces, node: str) -> None:
    for network in NETWORKS:
        _attach(hosts, node, network)
    lines = [f"link add {TUNNEL} type bridge"]
    for interface, addresses in interfaces(node):
        lines.append(f"link set {interface} up")
        lines += [f"address add {address} dev {interface}" for address in addresses]
    for family in FAMILIES:
        lines.append(f"route add default via {OAM.address(GATEWAY, family)}")
        lines += [
            f"route add {pod_block(other, family)} via {internal_address(other, family)}"
            for other in NODES
            if other != node
        ]
    hosts.ip(node, lines)
    slots = (CLIENT_POD, *SLOTS) if node == CLIENT_POD_NODE else SLOTS
    for slot in slots:
        _attach_pod(hosts, node, slot)


def _attach_pod(hosts: Namespaces, node: str, slot: str) -> None:
    """Route a pod as Calico does: an address of its own on a cable, everything else by way of the node."""
    pod = pod_host(node, slot)
    addresses = [pod_address(node, slot, family) for family in FAMILIES]
    hosts.ip(
        node,
        [
            f"link add cali{slot} up type veth peer name eth0 netns {hosts.name(pod)}",
            f"address add {_POD_GATEWAY}/64 dev cali{slot}",
            *(f"route add {address} dev cali{slot}" for address in addresses),
        ],
    )
    hosts.ip(
        pod,
        [
            "link set eth0 up",
            *(f"address add {address} dev eth0" for address in addresses),
            f"route add 0.0.0.0/0 via inet6 {_POD_GATEWAY} dev eth0",
            f"route add default via {_POD_GATEWAY} dev eth0",
        ],
    )


def _with_prefix(network: Network, host: int, family: int) -> str:
    return f"{network.address(host, family)}/{ip_network(network.cidrs[family]).prefixlen}"
