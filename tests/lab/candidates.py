"""Lists the ways into a cluster that are worth a try: all that some object names, and a few that nobody opened."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lab.addresses import NODES, node_addresses
from lab.clusters import Cluster
from lab.probes import Way

_NOBODYS = (("TCP", 22), ("TCP", 32767), ("UDP", 32767))
"""No listener has these ports; node ports are drawn below them."""
_PROTOCOLS = ("TCP", "UDP")


def candidates(cluster: Cluster, services: Iterable[Mapping[str, Any]]) -> list[Way]:
    """Return each way once; ``services`` are those of the API server, which has chosen ports where none were asked."""
    completed = list(services)
    on_nodes = [*_NOBODYS, *_ports_of_services(completed), *_ports_of_pods(cluster)]
    everywhere = [address for node in NODES for address in node_addresses(node)]
    ways = [Way(address, *port) for port in on_nodes for address in everywhere]
    return list(dict.fromkeys([*ways, *_own_addresses(completed)]))


def _ports_of_services(services: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for service in services:
        spec = service["spec"]
        for port in spec.get("ports", ()):
            if port.get("nodePort"):
                yield port["protocol"], port["nodePort"]
        if spec.get("healthCheckNodePort"):
            yield "TCP", spec["healthCheckNodePort"]


def _ports_of_pods(cluster: Cluster) -> Iterator[tuple[str, int]]:
    for workload in cluster.workloads:
        if not workload.slot:
            yield from ((protocol, workload.port) for protocol in _PROTOCOLS)
        yield from ((host_port.protocol, host_port.port) for host_port in workload.host_ports)


def _own_addresses(services: Iterable[Mapping[str, Any]]) -> Iterator[Way]:
    for service in services:
        ingress = service["status"]["loadBalancer"].get("ingress", ())
        addresses = [*service["spec"].get("externalIPs", ()), *(one["ip"] for one in ingress if one.get("ip"))]
        for address in addresses:
            for port in service["spec"].get("ports", ()):
                yield Way(address, port["protocol"], port["port"])
                other = "UDP" if port["protocol"] == "TCP" else "TCP"
                yield Way(address, other, port["port"])
