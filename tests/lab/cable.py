"""The cable between the namespaces of a run and the one that tests run in, where the API server is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

from lab.namespaces import Namespaces, run


@contextmanager
def cable(hosts: Namespaces, host: str) -> Iterator[str]:
    """Lay it to a host that passes on what others send, and yield the address at its outer end.

    It is the only thing outside the run's own namespaces, and only answers come back by it.
    """
    pid = os.getpid()
    # Link-local addresses (RFC 3927) for each process that may run a lab on this machine: two for each set of hosts.
    network = ip_network(f"169.254.{pid // 64 % 256}.{pid % 64 * 4 + 2 * hosts.number}/31")
    outer, inner = f"chaudit{pid}{'ab'[hosts.number]}", "outside"
    run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", hosts.name(host))
    try:
        run("ip", "address", "add", f"{network[0]}/31", "dev", outer)
        run("ip", "link", "set", outer, "up")
        hosts.ip(host, [f"link set {inner} up", f"address add {network[1]}/31 dev {inner}"])
        hosts.run(host, "iptables", "-t", "nat", "-A", "POSTROUTING", "-o", inner, "-j", "MASQUERADE")
        yield str(network[0])
    finally:
        run("ip", "link", "delete", outer)
