"""Whether this process may make networks, and has the programs that it takes."""

import os
import shutil
from collections.abc import Mapping

from lab.namespaces import CommandError, Namespaces
from tiers import require

TIER = "lab"
NEEDS = "needs root, network namespaces, kube-proxy, and for routers BIRD and FRR"


def require_privileges(programs: Mapping[str, str]) -> None:
    """Skip where something is missing; programs come with the packages of Debian that have them."""
    if os.geteuid() != 0:
        require(TIER, "network namespaces need root")
    for program, package in {"ip": "iproute2", "iptables": "iptables", "conntrack": "conntrack", **programs}.items():
        if shutil.which(program) is None:
            require(TIER, f"no {program}: install it (Debian: {package})")
    try:
        with Namespaces() as hosts:
            hosts.add(["trial"])
            hosts.run("trial", "ip6tables", "--table", "nat", "--list")
    except CommandError as reason:
        require(TIER, str(reason))
