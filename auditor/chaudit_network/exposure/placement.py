"""Places: the addresses at which packets enter nodes, gathered into classes of those that cannot differ."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec

from chaudit import CannotTellError
from chaudit_network.addresses import IPAddress, families
from chaudit_network.exposure.delivery import Version
from chaudit_network.exposure.guard import Guard, HostGuards
from chaudit_network.exposure.hops import Exits, Hops
from chaudit_network.exposure.place_sets import Place, PlaceSet
from chaudit_network.exposure.sources import Clients
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.core import Node
from chaudit_network.views.kube_proxy import KubeProxy
from chaudit_network.views.node_addresses import NodeAddresses
from chaudit_network.views.node_port_ranges import ports_of
from chaudit_network.views.node_proxy import Mode

_ROUTED = Verdict(Reach.OPEN)
"""What becomes of packets for an address of a service itself: where node ports are served does not matter to them."""


class Entrance(msgspec.Struct, frozen=True):
    """What all places of a class have in common: how kube-proxy and host policy there treat packets.

    `guards` has several members where the interface by which packets come is not known. `is_edge` says whether
    outsiders arrive there, or may, and `hides_pods` whether pods come with their node's address. `own_pods` is what
    becomes of those of the node itself on their way to a process of it, and `destination` tells apart the addresses
    that a rule of the guards tells apart. `service_addresses` is what kube-proxy does there with external and load
    balancer addresses of services that have node ports. `forwarded` are the ports of the node's own addresses at which
    host policy takes translated packets for forwarded ones, where it may not be all: in mode ipvs.
    """

    family: int
    network: str
    is_edge: bool
    version: Version | None
    node_ports: Verdict
    guards: tuple[Guard, ...]
    exits: Exits
    hides_pods: bool = False
    own_pods: Verdict = _ROUTED
    destination: Hashable = None
    service_addresses: Verdict = _ROUTED
    forwarded: Intervals | None = None


class Places(msgspec.Struct, dict=True):
    """Every known place: by class, by node, and by address."""

    by_node: dict[str, list[tuple[Entrance, Place]]] = msgspec.field(default_factory=lambda: defaultdict(list))
    by_address: dict[IPAddress, list[tuple[Entrance, Place]]] = msgspec.field(default_factory=lambda: defaultdict(list))
    is_complete: bool = True
    _shared: dict[tuple[str, ...], Mapping[str, object]] = msgspec.field(default_factory=dict)

    def owned(self, address: IPAddress) -> bool | None:
        """Whether a node has this address; None where not all addresses of all nodes are known."""
        return True if address in self.by_address else False if self.is_complete else None

    @cached_property
    def leaves_out(self) -> Mapping[int, bool]:
        """Whether the kube-proxy of any node leaves out services with node ports, or may, by family."""
        closed = {one.family for one in self.by_entrance if one.service_addresses.verdict is not Reach.OPEN}
        return {family: family in closed for family in (4, 6)}

    def add(self, entrance: Entrance, place: Place) -> None:
        """Take in one place."""
        self.by_node[place.node].append((entrance, place))
        self.by_address[place.address].append((entrance, place))

    @cached_property
    def by_entrance(self) -> Mapping[Entrance, PlaceSet]:
        """The places of each class."""
        found: dict[Entrance, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        for node, own in self.by_node.items():
            for entrance, place in own:
                found[entrance][node].append(place)
        return {entrance: PlaceSet.gathered(on, self._members(on)) for entrance, on in found.items()}

    def entered_for(self, address: IPAddress) -> Iterator[tuple[Entrance, PlaceSet]]:
        """Yield where packets for an address enter: at the node that owns it, or at any node they are routed to."""
        if address in self.by_address:
            yield from ((entrance, PlaceSet.single(place)) for entrance, place in self.by_address[address])
            return
        for entrance, members in self.routed[address.version].items():
            yield entrance, PlaceSet.routed(members, address)

    @cached_property
    def routed(self) -> Mapping[int, Mapping[Entrance, Mapping[str, object]]]:
        """The nodes by what they have in common at all their places of a family."""
        found: dict[int, dict[Entrance, list[str]]] = {4: defaultdict(list), 6: defaultdict(list)}
        for node, own in self.by_node.items():
            for family in {entrance.family for entrance, _ in own}:
                entrances = [entrance for entrance, _ in own if entrance.family == family]
                guards = tuple(dict.fromkeys(guard for entrance in entrances for guard in entrance.guards))
                first = entrances[0]
                common = Entrance(
                    family, "", True, first.version, _ROUTED, guards, first.exits,
                    service_addresses=first.service_addresses,
                )  # fmt: skip
                found[family][common].append(node)
        return {
            family: {entrance: self._members(nodes) for entrance, nodes in alike.items()}
            for family, alike in found.items()
        }

    def _members(self, nodes: Iterable[str]) -> Mapping[str, object]:
        """Return these nodes in a mapping that every set of the same ones shares."""
        names = tuple(nodes)
        return self._shared.setdefault(names, dict.fromkeys(names))


def find_places(
    nodes: Iterable[Node],
    addresses: NodeAddresses,
    kube_proxy: KubeProxy,
    hops: Hops,
    clients: Clients,
) -> Places:
    """Return the places of all nodes."""
    places, guards = Places(), hops.guards
    for node in nodes:
        networking = addresses.of(node.name)
        known = networking.addresses
        places.is_complete &= networking.is_complete
        own = [one.address for one in known]
        version = kube_proxy.version(node)
        exits, own_pods = hops.exits(node.name), guards.own_pods(node.name)
        forwarded = _forwarded(node, kube_proxy, guards)
        to_services = {
            family: _service_addresses(node, family, own, kube_proxy, is_complete=networking.is_complete)
            for family in families(own)
        }
        for one in known:
            guard = guards.guard(node.name, one.interface, networking.beside(one.address, one.interface))
            entrance = Entrance(
                family=one.address.version,
                network=one.network,
                is_edge=clients.come_from_outside(one.address, one.network),
                version=version,
                node_ports=_node_ports(node, one.address, own, kube_proxy),
                guards=(guard,),
                exits=exits,
                hides_pods=clients.hide_pods(one.address),
                own_pods=own_pods,
                destination=guards.place(guard, one.address),
                service_addresses=to_services[one.address.version],
                forwarded=forwarded,
            )
            places.add(entrance, Place(node.name, one.address, one.interface, one.network))
    return places


def _node_ports(node: Node, address: IPAddress, own: Sequence[IPAddress], kube_proxy: KubeProxy) -> Verdict:
    try:
        served = kube_proxy.judge(address, node, own)
    except CannotTellError as gap:
        return Verdict(Reach.UNKNOWN, tuple(gap.reasons))
    return Verdict(Reach.OPEN if served.is_served else Reach.CLOSED, (served.because,))


def _service_addresses(
    node: Node, family: int, own: Sequence[IPAddress], kube_proxy: KubeProxy, *, is_complete: bool
) -> Verdict:
    """Return what becomes of a service's own addresses where it has node ports, too (13)."""
    try:
        if not kube_proxy.on(node).drops_services(family, own):
            return _ROUTED
    except CannotTellError as gap:
        return Verdict(Reach.UNKNOWN, tuple(gap.reasons))
    why = "nodePortAddresses match no address of the node, where this kube-proxy leaves out services with node ports"
    return Verdict(Reach.CLOSED if is_complete else Reach.UNKNOWN, (why,))


def _forwarded(node: Node, kube_proxy: KubeProxy, guards: HostGuards) -> Intervals | None:
    """Return the ports that Felix takes for node ports, where it has to guess which packets ipvs is to forward.

    See StaticFilterInputForwardCheckChain in felix/rules/static.go. The mode may be ipvs where it is not known, and
    what is not known of the ports is no port at all.
    """
    with suppress(CannotTellError):
        if kube_proxy.mode(node) is not Mode.IPVS:
            return None
    try:
        return ports_of(guards.policies.felix.node_port_ranges(node.name).value)
    except CannotTellError:
        return Intervals()
