"""Node ports on the loopback address of nodes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from chaudit import (
    CannotTellError,
    DoesNotApplyError,
    Severity,
    Subject,
    Unknown,
    Verdicts,
    Violation,
    plural,
    printable,
    rule,
    view,
)
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.ways import Via
from chaudit_network.frameworks import NIST
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.kube_proxy import KubeProxy, kube_proxy

_LOOPBACK = parse_address("127.0.0.1")
_SHOWN = 3
"""How many nodes a message names; the evidence has them all."""


class Loopback(msgspec.Struct, frozen=True):
    """The nodes that serve node ports on loopback by why they do, and those of which it is not known."""

    subject: ClassVar[Subject] = Subject("Cluster")

    served: Mapping[str, Sequence[str]]
    unknown: Mapping[str, Sequence[str]]


@view(ways_in, NODES, kube_proxy)
def loopback_node_ports(ways: Ways, nodes: Sequence[Node], proxy: KubeProxy) -> Sequence[Loopback]:
    """Gather all nodes, which mostly have one configuration; IPv6 loopback has no node ports in any mode."""
    if not any(way.via is Via.NODE_PORT and _LOOPBACK.version in way.families for way in ways.known):
        if ways.services:
            raise CannotTellError(*ways.gaps_of_services)
        raise DoesNotApplyError("no service has an IPv4 node port")
    served: dict[str, list[str]] = defaultdict(list)
    unknown: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        try:
            judged = proxy.judge(_LOOPBACK, node, ())
        except CannotTellError as gap:
            unknown[str(gap)].append(node.name)
            continue
        if judged.is_served:
            served[judged.because].append(node.name)
    return (Loopback(served, unknown),)


@rule(
    "NPT-024",
    "No node serves node ports on its loopback address",
    severity=Severity.LOW,
    each=loopback_node_ports,
    remediation="Set `iptables.localhostNodePorts: false` in kube-proxy's configuration, or `nodePortAddresses` to "
    "networks without 127.0.0.0/8, and restart the kube-proxy pods. Image registries that nodes reach at "
    "`localhost:PORT` need another address first.",
    references=(
        "https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/#kubeproxy-config-k8s-io-v1alpha1-KubeProxyIPTablesConfiguration",
        "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-iptables",
    ),
    controls=(NIST.at("CM-7"),),
)
def loopback_serves_no_node_ports(found: Loopback) -> Verdicts:
    """What trusts local callers trusts every pod behind a node port, and every local user reaches every service.

    For it kube-proxy also lets packets with loopback addresses be routed (`route_localnet`), which the kernel refuses
    otherwise.
    """
    for reason, nodes in found.served.items():
        yield Violation(f"node ports are open at {_LOOPBACK} of {_named(nodes)}: {reason}", {"nodes": nodes})
    for reason, nodes in found.unknown.items():
        yield Unknown(f"{_named(nodes)}: {reason}")


def _named(nodes: Sequence[str]) -> str:
    more = ", ..." if len(nodes) > _SHOWN else ""
    return printable(f"{plural(len(nodes), 'node')} ({', '.join(nodes[:_SHOWN])}{more})")
