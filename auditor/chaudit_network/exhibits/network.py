"""The networks of a cluster, its nodes with their attachments, and the addresses of its load balancers."""

from collections.abc import Iterator, Mapping

import msgspec

from chaudit import CannotTellError, Exhibit, Reading, Shown, Subject, view
from chaudit_network.addresses import parse_address
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.networks import Networks, Origin, networks
from chaudit_network.views.node_addresses import NodeAddresses, NodeNetworking, node_addresses

_ROLE = "node-role.kubernetes.io/"
"""How the labels begin by which `kubectl get nodes` knows the roles of a node."""


class NetworkEntry(msgspec.Struct, frozen=True):
    """A named network, and where the knowledge of it comes from."""

    name: str
    cidrs: tuple[str, ...]
    external: bool
    origin: Origin


class AddressEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An address of a node; interface and network are empty where they are not known."""

    address: str
    interface: str = ""
    network: str = ""
    floating: bool = False


class NodeEntry(msgspec.Struct, frozen=True):
    """A node: the roles that its labels give it, whether it is Ready, its addresses, and why there may be others."""

    name: str
    roles: tuple[str, ...]
    ready: bool
    addresses: tuple[AddressEntry, ...]
    gap: str


class LoadBalancerEntry(msgspec.Struct, frozen=True):
    """One way to a service of type LoadBalancer: an address or a hostname, neither where it still waits for one."""

    service: Subject
    address: str = ""
    hostname: str = ""
    network: str = ""


class ClusterNetwork(msgspec.Struct, frozen=True):
    """What a drawing of the cluster's network is made from."""

    networks: tuple[NetworkEntry, ...]
    nodes: tuple[NodeEntry, ...]
    load_balancers: tuple[LoadBalancerEntry, ...]


@view(networks, node_addresses, NODES.reading, SERVICES.reading)
def network(
    known: Networks, addresses: NodeAddresses, nodes: Reading[Node], services: Reading[Service]
) -> Shown[ClusterNetwork]:
    """Gather what is known; lists that were not read are told by the engine."""
    gaps = list(known.gaps)
    balanced: list[LoadBalancerEntry] = []
    for service in services.objects:
        try:
            balanced += _load_balancer(service, known)
        except CannotTellError as gap:
            gaps.append(f"{service.subject}: {gap}")
    shown = ClusterNetwork(
        networks=tuple(NetworkEntry(one.name, tuple(map(str, one.cidrs)), one.external, one.origin) for one in known),
        nodes=tuple(map(_node, addresses)) if nodes.is_loaded else (),
        load_balancers=tuple(balanced),
    )
    return Shown(shown, tuple(gaps))


NETWORK = Exhibit("network", "The networks of the cluster, and what is attached to them", ClusterNetwork, network)


def roles_of(labels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the roles that the labels of a node give it, by name."""
    return tuple(sorted(label.removeprefix(_ROLE) for label in labels if label.startswith(_ROLE)))


def _node(networking: NodeNetworking) -> NodeEntry:
    node = networking.node
    own = tuple(
        AddressEntry(str(one.address), one.interface, one.network, one.is_floating) for one in networking.addresses
    )
    return NodeEntry(node.name, roles_of(node.metadata.labels), node.is_ready, own, networking.gap)


def _load_balancer(service: Service, known: Networks) -> Iterator[LoadBalancerEntry]:
    if not service.is_load_balancer:
        return
    if not service.ingress:
        yield LoadBalancerEntry(service.subject)
    for way in service.ingress:
        network = known.of(parse_address(way.ip)) if way.ip else None
        yield LoadBalancerEntry(service.subject, way.ip, way.hostname, network.name if network else "")
