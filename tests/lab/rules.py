"""The packet rules of a node that are not kube-proxy's: the kubelet's, Calico's for pools, and those of host ports."""

import json
from collections.abc import Iterable, Iterator

from lab.addresses import FAMILIES, POD_CIDRS
from lab.namespaces import Namespaces
from lab.topology import pod_host
from lab.workloads import Workload

PORTMAP = "/usr/lib/cni/portmap"
"""The CNI plugin for host ports, of Debian's containernetworking-plugins."""

# Where the kubelet drops what kube-proxy has marked; kube-proxy needs no such help since 1.28.
# https://github.com/kubernetes/enhancements/issues/3178
_KUBELET_DROPS = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
COMMIT
*mangle
COMMIT
"""
_TRANSLATIONS = """*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-DROP - [0:0]
-A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000
{outgoing}COMMIT
"""
_OUTGOING = "-A POSTROUTING -s {pool} ! -d {pool} -j MASQUERADE\n"


def reset(hosts: Namespaces, node: str, *, nat_outgoing: bool) -> None:
    """Replace all rules of a node and forget its connections.

    Raises:
        CommandError: A tool is missing or refuses.
    """
    for family, restore in zip(FAMILIES, ("iptables-restore", "ip6tables-restore"), strict=True):
        outgoing = _OUTGOING.format(pool=POD_CIDRS[family]) if nat_outgoing else ""
        hosts.run(node, restore, text=_KUBELET_DROPS + _TRANSLATIONS.format(outgoing=outgoing))
    forget_connections(hosts, node)


def forget_connections(hosts: Namespaces, node: str) -> None:
    """Empty the table of tracked connections."""
    hosts.run(node, "conntrack", "--flush")


def open_host_ports(hosts: Namespaces, workloads: Iterable[Workload]) -> None:
    """Let the CNI plugin open the host ports of all pods.

    https://www.cni.dev/plugins/current/meta/portmap/
    """
    for workload in workloads:
        if workload.host_ports:
            container = f"CNI_CONTAINERID={workload.name}"
            interface = f"CNI_NETNS=/run/netns/{hosts.name(pod_host(workload.node, workload.slot))}"
            environment = ("CNI_COMMAND=ADD", container, interface, "CNI_IFNAME=eth0", "CNI_PATH=/usr/lib/cni")
            hosts.run(workload.node, "env", *environment, PORTMAP, text=_portmap_order(workload))


def _portmap_order(workload: Workload) -> str:
    addresses = [
        {"version": str(family), "address": f"{address}/{32 if family == 4 else 128}", "interface": 0}
        for family, address in zip(FAMILIES, workload.addresses, strict=True)
    ]
    return json.dumps(
        {
            "cniVersion": "0.4.0",
            "name": "lab",
            "type": "portmap",
            "capabilities": {"portMappings": True},
            "snat": True,
            "runtimeConfig": {"portMappings": list(_mappings(workload))},
            "prevResult": {
                "cniVersion": "0.4.0",
                "interfaces": [{"name": "eth0", "sandbox": "pod"}],
                "ips": addresses,
                "routes": [],
                "dns": {},
            },
        }
    )


def _mappings(workload: Workload) -> Iterator[dict[str, str | int]]:
    for host_port in workload.host_ports:
        yield {
            "hostPort": host_port.port,
            "containerPort": workload.port,
            "protocol": host_port.protocol.lower(),
            "hostIP": host_port.address,
        }
