"""The addresses of the fabric: three nodes and two routers on the cluster host network, and a client behind routers."""

from ipaddress import ip_network

FAMILIES = (4, 6)
PREFIXES = {4: 24, 6: 64}
"""The lengths of the cluster host networks' prefixes."""

CLUSTER_HOST = {4: "192.168.206.0/24", 6: "fd19:206::/64"}
PUBLIC = {4: "198.51.100.0/24", 6: "2001:db8:100::/112"}
"""The range of load balancer addresses, which no host owns: routers lead there by what they hear."""
PODS = {4: "172.16.0.0/16", 6: "fd17:16::/48"}

NODES = {"n1": 11, "n2": 12, "n3": 13}
ROUTERS = {"tor-1": 251, "tor-2": 252}
CLIENT, GATEWAY = "client", 1
CLIENT_NUMBER = 200
CLUSTER_ASN = 64512
ROUTER_ASNS = {"tor-1": 64501, "tor-2": 64502}

_NUMBERS = {**NODES, **ROUTERS, CLIENT: CLIENT_NUMBER}


def address(host: str, family: int) -> str:
    """Return a host's address on the cluster host network."""
    return str(ip_network(CLUSTER_HOST[family])[_NUMBERS[host]])


def gateway(family: int) -> str:
    """Return the address by which hosts reach the API server."""
    return str(ip_network(CLUSTER_HOST[family])[GATEWAY])


def public(number: int, family: int) -> str:
    """Return a load balancer address."""
    return str(ip_network(PUBLIC[family])[number])


def block(node: str, family: int) -> str:
    """Return a node's block of pod addresses."""
    number = list(NODES).index(node) + 1
    return f"172.16.{number}.0/26" if family == 4 else f"fd17:16:0:{number}::/122"
