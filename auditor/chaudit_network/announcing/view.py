"""The view of who announces which address of which load balancer."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from chaudit import INTENT, CannotTellError, Intent, Reading, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.announcing.candidates import Candidates
from chaudit_network.announcing.cilium import Cilium, cilium
from chaudit_network.announcing.metallb import MetalLB, metallb
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses

_OWN = "an address of the nodes"


@dataclass(frozen=True)
class Announced:
    """An address of a load balancer, and by whom it can be announced.

    `doubts` say what could not be looked at, so that there may be more. `pool` is the object that the address is from.
    A declared one is, says the intent, a load balancer outside that is highly available by itself.
    """

    address: IPAddress
    by: Sequence[Candidates]
    doubts: Sequence[str] = ()
    pool: str = ""
    is_declared: bool = False

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes that can announce it, by any means."""
        return frozenset[str]().union(*(one.nodes for one in self.by))

    @property
    def is_given_out(self) -> bool:
        """Whether it is known to be an address for services, and not only one that a node has."""
        return bool(self.pool) or any(one.means != _OWN for one in self.by)


@dataclass
class Announcements:
    """All that can announce addresses, and the services that have some."""

    services: Reading[Service]
    intent: Intent
    metallb: MetalLB
    cilium: Cilium
    nodes: NodeAddresses
    endpoints: Endpoints

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
        found: list[Candidates] = []
        doubts: list[str] = []
        for ask in (
            lambda: self.metallb.candidates(service, address),
            lambda: self.cilium.candidates(service),
            lambda: self._own_address(address),
        ):
            try:
                found += self._able(service, ask)
            except CannotTellError as gap:
                doubts += gap.reasons
        pool = ""
        with suppress(CannotTellError):
            origin = self.metallb.pool(address) or self.cilium.pool(address)
            pool = str(origin.subject) if origin else ""
        return Announced(address, found, tuple(dict.fromkeys(doubts)), pool)

    def _able(self, service: Service, ask: Callable[[], Candidates | None]) -> Iterator[Candidates]:
        """Yield the candidates that also serve: with policy Local, those with an endpoint."""
        found = ask()
        if found and service.is_local:
            serving = self.endpoints.of(service).nodes
            found = found.among(serving, "without an endpoint, with externalTrafficPolicy Local")
        if found:
            yield found

    def _own_address(self, address: IPAddress) -> Candidates | None:
        """Return the nodes whose own address it is: some load balancers are nothing but the nodes."""
        owners = [self.nodes.of(name).node for name in self.nodes.owners(address)]
        ready = frozenset(node.name for node in owners if node.is_ready)
        unfit = {node.name: "not Ready" for node in owners if not node.is_ready}
        return Candidates(_OWN, ready, unfit) if owners else None

    @cached_property
    def _declared(self) -> frozenset[IPAddress]:
        return frozenset(parse_address(text) for name in self.intent.names for text in name.load_balancers)

    @cached_property
    def _by_address(self) -> Mapping[IPAddress, Sequence[Service]]:
        found: dict[IPAddress, list[Service]] = defaultdict(list)
        for service in self.services.records:
            for way in service.ingress if service.is_load_balancer else ():
                with suppress(CannotTellError):
                    found[parse_address(way.ip)].append(service)
        return found


announcements = view(SERVICES.reading, INTENT, metallb, cilium, node_addresses, endpoints)(Announcements)
"""The view that answers with `Announcements`."""
