"""The view of who announces which address of which load balancer."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec

from chaudit import INTENT, CannotTellError, Intent, Reading, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.announcing.candidates import Candidates
from chaudit_network.announcing.cilium import Cilium, cilium
from chaudit_network.announcing.metallb import MetalLB, metallb
from chaudit_network.bgp.advertisements import Advertisements
from chaudit_network.bgp.peers import Speaker
from chaudit_network.kinds.metallb_addresses import (
    SERVICE_BGP_STATUSES,
    SERVICE_L2_STATUSES,
    ServiceBGPStatus,
    ServiceL2Status,
)
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses

_OWN = "an address of the nodes"


class OnTheLink(msgspec.Struct, frozen=True, dict=True):
    """Who answers for addresses by ARP and NDP, and who MetalLB says announces a service at present."""

    metallb: MetalLB
    cilium: Cilium
    l2_statuses: Reading[ServiceL2Status]
    bgp_statuses: Reading[ServiceBGPStatus]

    @cached_property
    def now(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """The nodes that announce a service, by its namespace and name, as far as that is published."""
        statuses = [one.status for one in self.l2_statuses.objects]
        statuses += [one.status for one in self.bgp_statuses.objects]
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for status in statuses:
            found[status.service_namespace, status.service_name].add(status.node)
        return {name: frozenset(nodes) for name, nodes in found.items()}


on_the_link = view(metallb, cilium, SERVICE_L2_STATUSES.reading, SERVICE_BGP_STATUSES.reading)(OnTheLink)
"""The view that answers with `OnTheLink`."""


class Announced(msgspec.Struct, frozen=True):
    """An address of a load balancer, and by whom it can be announced; `now` are those that are seen to do so.

    `doubts` say what could not be looked at, so that there may be more. `pool` is the object that the address is from.
    A declared one is, says the intent, a load balancer outside that is highly available by itself.
    """

    address: IPAddress
    by: Sequence[Candidates]
    now: frozenset[str] = frozenset()
    doubts: Sequence[str] = ()
    pool: str = ""
    is_declared: bool = False

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes that can announce it, by any means."""
        if len(self.by) == 1:
            return self.by[0].nodes
        return frozenset[str]().union(*(one.nodes for one in self.by))

    @property
    def is_given_out(self) -> bool:
        """Whether it is known to be an address for services, and not only one that a node has."""
        return bool(self.pool) or any(one.means != _OWN for one in self.by)


class Announcements(msgspec.Struct, dict=True):
    """All that can announce addresses, and the services that have some."""

    services: Reading[Service]
    intent: Intent
    link: OnTheLink
    bgp: Advertisements
    nodes: NodeAddresses
    endpoints: Endpoints
    _by_bgp: dict[tuple[Speaker, frozenset[str]], Candidates] = msgspec.field(default_factory=dict)

    def of(self, service: Service) -> Sequence[Announced]:
        """Return the addresses of a service's load balancer; a hostname is none.

        Raises:
            CannotTellError: one of them is not an address.
        """
        return [self._announced(service, parse_address(way.ip)) for way in service.ingress if way.ip]

    def at(self, address: IPAddress) -> Sequence[Announced]:
        """Return who announces an address, for each service of type LoadBalancer whose it is.

        Raises:
            CannotTellError: the services were not read.
        """
        return [self._announced(service, address) for service in self._by_address.get(address, ())]

    def is_declared(self, address: IPAddress) -> bool:
        """Whether the intent declares a load balancer outside at this address."""
        return address in self._declared

    def _announced(self, service: Service, address: IPAddress) -> Announced:
        if address in self._declared:
            return Announced(address, (), is_declared=True)
        name = service.namespace, service.name
        found: list[Candidates] = []
        doubts = [self.bgp.doubts[name]] if name in self.bgp.doubts else []
        asked: Sequence[Callable[[], Iterator[Candidates | None]]] = (
            lambda: iter([self.link.metallb.candidates(service, address)]),
            lambda: iter([self.link.cilium.candidates(service)]),
            lambda: self._told_to_routers(address),
            lambda: iter([self._own_address(address)]),
        )
        for ask in asked:
            try:
                for one in ask():
                    found += [self._serving(service, one)] if one else []
            except CannotTellError as gap:
                doubts += gap.reasons
        doubts += [str(one) for one in self.bgp.unread]
        now = self.link.now.get(name, frozenset())
        return Announced(address, found, now, tuple(dict.fromkeys(doubts)), self._pool(address))

    def _serving(self, service: Service, found: Candidates) -> Candidates:
        """Return the candidates that also serve: with policy Local, those with an endpoint."""
        if not service.is_local:
            return found
        serving = self.endpoints.of(service).nodes
        return found.among(serving, "without an endpoint, with externalTrafficPolicy Local")

    def _told_to_routers(self, address: IPAddress) -> Iterator[Candidates]:
        """Yield the nodes that tell routers outside of the address, or of the range it is in; by each speaker."""
        told: dict[Speaker, frozenset[str]] = defaultdict(frozenset)
        doubts = []
        for one in self.bgp.toward(address):
            if one.doubt:
                doubts.append(one.doubt)
            else:
                told[one.route.speaker] |= one.nodes
        for key in told.items():
            if key not in self._by_bgp:
                speaker, nodes = key
                self._by_bgp[key] = Candidates(f"{speaker} by BGP", nodes, {}).among(self._ready, "not Ready")
            yield self._by_bgp[key]
        if doubts:
            raise CannotTellError(*doubts)

    def _own_address(self, address: IPAddress) -> Candidates | None:
        """Return the nodes whose own address it is: some load balancers are nothing but the nodes."""
        owners = frozenset(self.nodes.owners(address))
        return Candidates(_OWN, owners, {}).among(self._ready, "not Ready") if owners else None

    def _pool(self, address: IPAddress) -> str:
        with suppress(CannotTellError):
            pool = self.link.metallb.pool(address) or self.link.cilium.pool(address)
            return str(pool.subject) if pool else ""
        return ""

    @cached_property
    def _ready(self) -> frozenset[str]:
        return frozenset(networking.node.name for networking in self.nodes if networking.node.is_ready)

    @cached_property
    def _declared(self) -> frozenset[IPAddress]:
        return frozenset(parse_address(one.address) for name in self.intent.names for one in name.balancers)

    @cached_property
    def _by_address(self) -> Mapping[IPAddress, Sequence[Service]]:
        found: dict[IPAddress, list[Service]] = defaultdict(list)
        for service in self.services.records:
            for way in service.ingress if service.is_load_balancer else ():
                with suppress(CannotTellError):
                    found[parse_address(way.ip)].append(service)
        return found


announcements = view(SERVICES.reading, INTENT, on_the_link, bgp_advertisements, node_addresses, endpoints)(
    Announcements
)
"""The view that answers with `Announcements`."""
