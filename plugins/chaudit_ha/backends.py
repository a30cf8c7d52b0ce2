"""Whether load balancers outside of the cluster have somebody left to send clients to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from chaudit import (
    INTENT,
    CannotTellError,
    Intent,
    NotApplicable,
    Reading,
    Severity,
    Unknown,
    Verdicts,
    Violation,
    plural,
    printable,
    rule,
)
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.announcing.candidates import listed
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.names.balancers import Balancer, balancers
from chaudit_network.names.destinations import Destination, Destinations, destinations
from chaudit_network.probes.haproxy import HAPROXY, BackendServer, Statistics
from chaudit_network.single_node import SINGLE_NODE

_UNCHECKED = "no check"


@rule(
    "HA-011",
    "Load balancers outside have several nodes behind them that they hold for up",
    severity=Severity.HIGH,
    each=balancers,
    using=(HAPROXY.reading, destinations, INTENT),
    remediation="Bring the servers up that HAProxy holds for down, add servers on other nodes to the backend, and let "
    "it check each of them (`check` on the server line). It shows their addresses with `stats show-legends`.",
    references=(
        "https://docs.haproxy.org/2.6/management.html#9.1",
        "https://docs.haproxy.org/2.6/configuration.html#5.2-check",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10", "S16"),),
)
def balancers_have_two_nodes_up(
    balancer: Balancer, reading: Reading[Statistics], known: Destinations, intent: Intent
) -> Verdicts:
    """A load balancer that never fails still has nothing to give when the one node behind it does.

    Servers that went down one by one are missed by nobody as long as one answers. A server that is not checked is up
    for ever: clients are sent to it when it is gone.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if not balancer.statistics:
        yield NotApplicable("the intent file does not say where it tells of its backends (statistics)")
        return
    if reading.is_absent:
        yield NotApplicable(reading.reason)
        return
    told = next((one for one in reading.objects if one.place == balancer.statistics), None)
    if told is None:
        yield Unknown(reading.reason or "haproxy: it was not asked: collect again, with this intent file")
    elif told.problem:
        yield Unknown(f"{balancer.statistics}: {printable(told.problem)}")
    else:
        backends = _backends(told, balancer.backend)
        if not backends:
            yield Unknown(f"{balancer.statistics}: it has no backend with servers that is called {balancer.backend}")
        for name, servers in backends.items():
            yield from _judge(f"backend {name}", servers, balancer.wanted, known)


def _backends(told: Statistics, pattern: str) -> Mapping[str, Sequence[BackendServer]]:
    found: dict[str, list[BackendServer]] = defaultdict(list)
    for server in told.servers:
        if fnmatchcase(server.backend, pattern):
            found[printable(server.backend)].append(server)
    return found


def _judge(backend: str, servers: Sequence[BackendServer], wanted: int, known: Destinations) -> Verdicts:
    unchecked = [server for server in servers if server.status == _UNCHECKED]
    if unchecked:
        named = listed(server.name for server in unchecked)
        yield Violation(f"{backend}: {named} stays up whatever happens: it is not checked", severity=Severity.MEDIUM)
    reached: list[Destination] = []
    doubts = [f"whether {printable(server.name)} is up is not checked" for server in unchecked]
    for server in servers:
        if server.status.startswith("UP"):
            try:
                destination = known.at(_address(server))
            except CannotTellError as gap:
                doubts.append(str(gap))
                continue
            reached.append(destination)
            if destination.is_doubtful:
                doubts.append(f"{printable(server.name)}: {destination}")
    nodes = frozenset[str]().union(*(one.nodes for one in reached))
    if len(nodes) >= wanted or any(one.survives for one in reached):
        return
    if doubts:
        yield from (Unknown(f"{backend}: {doubt}") for doubt in doubts)
        return
    down = [f"{server.name} ({server.status})" for server in servers if not server.status.startswith("UP")]
    yield Violation(
        f"{backend}: up are {plural(len(servers) - len(down), 'server')} on {plural(len(nodes), 'node')} "
        f"({listed(nodes) or 'none'}), expected {plural(wanted, 'node')}" + (f"; down: {listed(down)}" if down else ""),
        {"nodes": sorted(nodes), "down": down},
    )


def _address(server: BackendServer) -> IPAddress:
    """Return the address of a server: `192.0.2.10:30443`, `[2001:db8::10]:30443`."""
    if not server.address:
        raise CannotTellError(
            f"the address of {printable(server.name)} is not shown: set `stats show-legends` in the load balancer"
        )
    return parse_address(server.address.rpartition(":")[0].strip("[]"))
