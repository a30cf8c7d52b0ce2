"""Builds the fabric's network: a bridge, the nodes, the routers, and a client that reaches services by the routers."""

from collections.abc import Iterator
from contextlib import contextmanager

from fabric.addresses import CLIENT, FAMILIES, NODES, PREFIXES, PUBLIC, ROUTERS, address, gateway
from lab.cable import cable
from lab.namespaces import Namespaces

_BRIDGE = "fabric"
INTERFACE = "cluster0"
_SETTINGS = {
    "net/ipv4/ip_forward": 1,
    "net/ipv6/conf/all/forwarding": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    "net/ipv6/conf/default/accept_dad": 0,
    "net/ipv4/conf/all/send_redirects": 0,
    "net/ipv4/conf/default/send_redirects": 0,
    # Of several ways, the ports of a connection choose one, too: a client meets them all.
    "net/ipv4/fib_multipath_hash_policy": 1,
    "net/ipv6/fib_multipath_hash_policy": 1,
}


@contextmanager
def built_network(hosts: Namespaces) -> Iterator[str]:
    """Build it, and yield the address on which its hosts reach servers of the namespace that tests run in."""
    attached = (*NODES, *ROUTERS, CLIENT)
    hosts.add((_BRIDGE, *attached))
    settings = " && ".join(f"echo {value} > /proc/sys/{path}" for path, value in _SETTINGS.items())
    for host in (_BRIDGE, *attached):
        hosts.run(host, "sh", "-c", settings)
    hosts.ip(_BRIDGE, ["link add hosts up type bridge mcast_snooping 0"])
    hosts.ip(_BRIDGE, [f"address add {gateway(family)}/{PREFIXES[family]} dev hosts" for family in FAMILIES])
    for host in attached:
        hosts.ip(_BRIDGE, [f"link add {host} up master hosts type veth peer name {INTERFACE} netns {hosts.name(host)}"])
        hosts.ip(host, [f"link set {INTERFACE} up"])
        for family in FAMILIES:
            own = f"address add {address(host, family)}/{PREFIXES[family]} dev {INTERFACE}"
            # What nothing else is known of: the API server. Routers hear of no default route that is better.
            hosts.ip(host, [own, f"route add default via {gateway(family)} metric 4096"])
    for family in FAMILIES:
        ways = " ".join(f"nexthop via {address(router, family)}" for router in ROUTERS)
        hosts.ip(CLIENT, [f"route add {PUBLIC[family]} {ways}"])
    with cable(hosts, _BRIDGE) as outside:
        yield outside


def cut(hosts: Namespaces, host: str) -> None:
    """Pull a host's cable."""
    hosts.ip(_BRIDGE, [f"link set {host} down"])


def mend(hosts: Namespaces, host: str) -> None:
    """Put it back. The host's own side never noticed, and has kept its addresses and routes."""
    hosts.ip(_BRIDGE, [f"link set {host} up"])
