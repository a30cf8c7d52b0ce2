"""The names of the fabric, as DNS has them, and the intent file that says what they and the cluster are meant to be."""

from collections.abc import Iterable, Mapping
from typing import Any

from fabric.addresses import CLIENT, CLUSTER_HOST, FAMILIES, PUBLIC, ROUTER_ASNS, ROUTERS, address, public
from fabric.objects import NODE_PORTS, NUMBERS

ZONE = "example.test"
RECORDS = {
    "web": (public(NUMBERS["web"], 4), public(NUMBERS["web"], 6)),
    "pair": (address("n1", 4), address("n2", 4)),
    "balanced": (address(CLIENT, 4),),
}
"""The names of the zone when all is well: a load balancer of the cluster, two nodes, and a load balancer outside."""


def zone(records: Mapping[str, Iterable[str]]) -> str:
    """Return the lines of the zone: who serves it, and the addresses of each name."""
    lines = ["@ NS ns", f"ns A {address(CLIENT, 4)}"]
    for name, addresses in records.items():
        lines += (f"{name} 60 {'AAAA' if ':' in one else 'A'} {one}" for one in addresses)
    return "\n".join(lines)


def intent(names: Iterable[str], statistics: str) -> Mapping[str, Any]:
    """Return what is meant: reached over the cluster host network, by two routers; HAProxy tells at a URL."""
    balancer = {"address": address(CLIENT, 4), "statistics": statistics, "backend": "web"}
    return {
        "topology": {"cluster-host": "external"},
        "networks": {"cluster-host": {"cidrs": list(CLUSTER_HOST.values()), "external": True}},
        "bgp": {
            "peers": [
                {"address": address(router, family), "asn": ROUTER_ASNS[router]}
                for router in ROUTERS
                for family in FAMILIES
            ],
            "prefixes": list(PUBLIC.values()),
        },
        "names": [{"host": f"{name}.{ZONE}", **_meant(name, balancer)} for name in names],
    }


def _meant(name: str, balancer: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what the intent file says of a name: clients come to a load balancer, or to the node port of `web`."""
    if name == "balanced":
        return {"load-balancers": [balancer]}
    return {"ports": [80 if name == "web" else NODE_PORTS["web"]]}
