"""Which ports no policy can close, and for whom."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import DoesNotApplyError, Reading, Severity, Subject, Verdicts, Violation, rule, view
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.calico_policy import (
    FELIX_CONFIGURATIONS,
    HOST_ENDPOINTS,
    FelixConfiguration,
    HostEndpoint,
    ProtoPort,
)
from chaudit_network.policy.felix import DEFAULT_FAILSAFE_PORTS, Direction, Felix, Setting, felix

_FOR_ONE_NODE = "node."
_ETCD = frozenset({2379, 2380, 6666, 6667})
_FROM_SOMEWHERE = frozenset({22, 179})
"""Ports that nodes need open in an emergency, for somebody whose networks are known."""

_KNOWN = frozenset((port.protocol, port.port) for port in DEFAULT_FAILSAFE_PORTS[Direction.INBOUND])
_KNOWN_OUT = frozenset((port.protocol, port.port) for port in DEFAULT_FAILSAFE_PORTS[Direction.OUTBOUND])


class Failsafe(msgspec.Struct, frozen=True):
    """The failsafe ports, in and out, as one object sets them, or would."""

    subject: Subject
    ports: Setting[tuple[ProtoPort, ...]]
    out: Setting[tuple[ProtoPort, ...]]


@view(felix, FELIX_CONFIGURATIONS.reading, HOST_ENDPOINTS.reading)
def failsafe_ports(
    settings: Felix, configurations: Reading[FelixConfiguration], endpoints: Reading[HostEndpoint]
) -> Sequence[Failsafe]:
    """Return the failsafe ports of all nodes, and of each that has settings of its own.

    Raises:
        DoesNotApplyError: there is no host endpoint, so that no port needs to be kept open.
    """
    if not endpoints.complete_records:
        raise DoesNotApplyError(endpoints.reason or "there is no HostEndpoint whose policies failsafe ports escape")
    nodes = [one.name.removeprefix(_FOR_ONE_NODE) for one in configurations.complete_records if _is_for_one_node(one)]
    return [_failsafe(settings, "default", ""), *(_failsafe(settings, f"{_FOR_ONE_NODE}{one}", one) for one in nodes)]


def _is_for_one_node(configuration: FelixConfiguration) -> bool:
    return configuration.name.startswith(_FOR_ONE_NODE)


def _failsafe(settings: Felix, name: str, node: str) -> Failsafe:
    inbound, outbound = (settings.failsafe_ports(node, direction) for direction in Direction)
    return Failsafe(Subject("FelixConfiguration", name=name), inbound, outbound)


@rule(
    "NPT-019",
    "Failsafe ports are few, and open to those who need them",
    severity=Severity.MEDIUM,
    each=failsafe_ports,
    using=(ways_in,),
    remediation="Set `failsafeInboundHostPorts` of the FelixConfiguration `default` to the ports you need, each with "
    "its `net`: SSH from the operators, BGP from the peers. Keep a way in that does not depend on it while you try: "
    "without 22 and 6443 a mistyped policy locks you out. An empty list disables failsafe ports, an absent one means "
    "the defaults.",
    references=(
        "https://docs.tigera.io/calico/latest/reference/host-endpoints/failsafe",
        "https://docs.tigera.io/calico/latest/reference/resources/felixconfig",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S6"), NIST.at("CM-7", "SC-7(5)")),
)
def failsafe_ports_are_few(found: Failsafe, ways: Ways) -> Verdicts:
    """A failsafe port is open on every HostEndpoint, whatever policies say, and to everybody unless it has a `net`.

    The defaults open etcd, which clusters whose Calico keeps its data in the Kubernetes API do not need, and SSH and
    BGP to the world.
    """
    origin = found.ports.origin or "Felix's defaults"
    node_ports = {(way.protocol.lower(), way.port): way for way in ways.known if not way.is_to_a_process}
    for port in found.ports.value:
        key = port.protocol.lower(), port.port
        if key in node_ports:
            yield Violation(f"{origin}: {_spelt(port)} is a {node_ports[key].via}, which no preDNAT policy can close")
        elif key not in _KNOWN:
            yield Violation(f"{origin}: {_spelt(port)} is none of the ports that hosts need in an emergency")
        else:
            yield from _weak(origin, port)
    for port in found.out.value:
        if (port.protocol.lower(), port.port) not in _KNOWN_OUT:
            yield Violation(f"{found.out.origin}: {_spelt(port)}, outbound, is none that hosts need in an emergency")


def _weak(origin: str, port: ProtoPort) -> Iterator[Violation]:
    if port.port in _ETCD:
        yield Violation(f"{origin}: {_spelt(port)} is etcd's, which Calico does not use here", severity=Severity.LOW)
    elif port.port in _FROM_SOMEWHERE and not port.net:
        yield Violation(f"{origin}: {_spelt(port)} is open to everybody, expected a net", severity=Severity.LOW)


def _spelt(port: ProtoPort) -> str:
    return f"{port.port}/{port.protocol.upper()}"
