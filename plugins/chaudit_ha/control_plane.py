"""Whether the cluster can be managed when a node of the control plane is lost."""

from chaudit import (
    INTENT,
    CannotTellError,
    Intent,
    NotApplicable,
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
from chaudit_network.names.destinations import Destination, Destinations, destinations
from chaudit_network.names.records import canonical
from chaudit_network.names.view import Names, names
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.control_plane import ControlPlane, control_plane

_QUORUM = 3
"""The fewest members of etcd of which one can be lost."""


@rule(
    "HA-008",
    "The control plane survives the loss of a node",
    severity=Severity.HIGH,
    each=control_plane,
    using=(destinations, names, INTENT),
    remediation="Run at least two control-plane nodes (three where each has a member of etcd), and let clients reach "
    "them by an address that moves or a load balancer: kubeadm's `controlPlaneEndpoint`. Declare a load balancer "
    "outside in `names[].load-balancers` of the intent file.",
    references=(
        "https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/ha-topology/",
        "https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/",
        "https://etcd.io/docs/latest/faq/#what-is-failure-tolerance",
    ),
)
def control_plane_survives_a_node(
    found: ControlPlane, known: Destinations, published: Names, intent: Intent
) -> Verdicts:
    """Without an API server nothing that fails is replaced: no pod is moved, no endpoint taken out of a service.

    Several control-plane nodes do not help clients that know the address of one, and two members of etcd are worth less
    than one: when either is lost, the other may not write.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if not found.nodes:
        yield NotApplicable("no node is of the control plane, which runs elsewhere")
        return
    ready = [node.name for node in found.nodes if node.is_ready]
    if len(ready) <= 1:
        seen = f"{len(ready)} of {plural(len(found.nodes), 'control-plane node')} Ready"
        yield Violation(f"{seen} ({listed(ready) or 'none'}), expected at least 2", {"ready": sorted(ready)})
    elif found.has_stacked_etcd and len(ready) < _QUORUM:
        seen = f"{len(ready)} control-plane nodes with a member of etcd each ({listed(ready)})"
        yield Violation(f"{seen}, expected at least {_QUORUM}", severity=Severity.MEDIUM)
    yield from _endpoint(found.endpoint, known, published)


def _endpoint(host: str | None, known: Destinations, published: Names) -> Verdicts:
    if host is None:
        yield Unknown("how clients reach the API servers is not to be seen: there is no ConfigMap kubeadm-config")
        return
    if not host:
        yield Violation("controlPlaneEndpoint of kubeadm is not set, so clients know the address of one API server")
        return
    try:
        address: IPAddress | None = parse_address(host)
    except CannotTellError:
        address = None
    if address:
        yield from _reached([known.at(address)], host)
    else:
        yield from _named(canonical(host), known, published)


def _named(host: str, known: Destinations, published: Names) -> Verdicts:
    """Judge a hostname by its records, as far as they are known."""
    name = published.by_host.get(host)
    if name is None or name.gaps:
        gaps = name.gaps if name else ("nothing in the cluster publishes it",)
        yield from (Unknown(f"where {printable(host)} leads is not known: {gap}") for gap in gaps)
        return
    for answers in name.answers:
        yield from (Unknown(f"where {printable(host)} leads is not known: {gap}") for gap in answers.gaps)
        yield from _reached([known.at(one.address) for one in answers.answers], host)


def _reached(found: list[Destination], host: str) -> Verdicts:
    """Judge where clients come to; several records are worth as much as several nodes they lead to."""
    ready = frozenset[str]().union(*(one.ready for one in found))
    if len(ready) > 1 or any(one.survives for one in found):
        return
    doubts = [one for one in found if one.is_doubtful]
    for one in doubts:
        yield Unknown(f"controlPlaneEndpoint is {one}: declare it in names[].load-balancers if it moves by itself")
    if found and not doubts:
        yield Violation(
            f"controlPlaneEndpoint {printable(host)} leads to {listed(ready) or 'no node that is Ready'} alone: "
            f"{', '.join(map(str, found))}"
        )
