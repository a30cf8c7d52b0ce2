"""The addresses that services claim for themselves with externalIPs, and to whom these belong already."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import Unread, unread

_SHOWN = 3
"""How many nodes with one address are named; there are several where it floats."""


@view(SERVICES.reading)
def services_with_external_ips(services: Reading[Service]) -> Sequence[Service | Unread]:
    """Select the services whose externalIPs kube-proxy serves, and those that may be such: the malformed."""
    claiming = [service for service in services.records if service.is_proxied and service.spec.external_ips]
    return [*claiming, *unread(services)]


class Holders(msgspec.Struct, dict=True):
    """Who has an address by right: nodes, and services by their cluster IP or their load balancer."""

    services: Reading[Service]
    nodes: NodeAddresses

    def services_at(self, address: IPAddress, claimant: Service) -> Sequence[str]:
        """Return what the address is to other services than the one that claims it."""
        own = claimant.namespace, claimant.name
        return [role for owner, role in self._by_address.get(address, ()) if owner != own]

    def nodes_at(self, address: IPAddress) -> Sequence[str]:
        """Return what the address is to nodes that are known to have it.

        Raises:
            CannotTellError: none is, and not all that tells of nodes' addresses was read.
        """
        owners = self.nodes.owners(address)
        if not owners and self.nodes.unread:
            raise CannotTellError(*self.nodes.unread)
        return [f"an address of node {printable(name)}" for name in owners[:_SHOWN]]

    @cached_property
    def _by_address(self) -> Mapping[IPAddress, Sequence[tuple[tuple[str, str], str]]]:
        found: dict[IPAddress, list[tuple[tuple[str, str], str]]] = defaultdict(list)
        for service in self.services.records:
            for text, role in _own_addresses(service):
                with suppress(CannotTellError):
                    owner = service.namespace, service.name
                    found[parse_address(text)].append((owner, f"{role} of {printable('/'.join(owner))}"))
        return found


holders = view(SERVICES.reading, node_addresses)(Holders)
"""The view that answers with `Holders`."""


def _own_addresses(service: Service) -> Iterator[tuple[str, str]]:
    """Yield the addresses that the control plane gave to a service; a headless one has none, whatever it says."""
    if service.is_proxied:
        yield service.spec.cluster_ip, "the cluster IP"
        for way in service.ingress:
            yield way.ip, "the load balancer address"
