"""Which host endpoint is active on an interface: of several only one, the first by name.

One for the interface, by name or by an address that it has, comes before one for all interfaces
(https://docs.tigera.io/calico/latest/reference/resources/hostendpoint, felix/dataplane/linux/endpoint_mgr.go).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.kinds.calico_policy import HOST_ENDPOINTS, HostEndpoint

ALL_INTERFACES = "*"


class HostEndpoints(msgspec.Struct, frozen=True, dict=True):
    """The host endpoints of every node."""

    reading: Reading[HostEndpoint]

    def of(self, node: str) -> Sequence[HostEndpoint]:
        """Return the host endpoints of a node by their names, those for all interfaces last.

        Raises:
            CannotTellError: not all host endpoints were read.
        """
        return self._by_node.get(node, ())

    def active(self, node: str, interface: str, addresses: Collection[IPAddress]) -> HostEndpoint | None:
        """Return the host endpoint that is active on an interface with these addresses; None where none is.

        Raises:
            CannotTellError: that depends on the interface, which is not known, or not all endpoints were read.
        """
        for endpoint in self.of(node):
            name = endpoint.spec.interface_name
            if name in {ALL_INTERFACES, interface} and name:
                return endpoint
            if not name and not expected_addresses(endpoint).isdisjoint(addresses):
                return endpoint
            if not interface:
                raise CannotTellError("the interface of the address, and so its HostEndpoint, is not known")
        return None

    @cached_property
    def _by_node(self) -> Mapping[str, Sequence[HostEndpoint]]:
        found: dict[str, list[HostEndpoint]] = defaultdict(list)
        for endpoint in sorted(self.reading.complete_records, key=_place):
            found[endpoint.spec.node].append(endpoint)
        return found


host_endpoints = view(HOST_ENDPOINTS.reading)(HostEndpoints)
"""The view that answers with `HostEndpoints`."""


def expected_addresses(endpoint: HostEndpoint) -> frozenset[IPAddress]:
    """Return the addresses that an endpoint expects; Felix passes over what is none."""
    found = set()
    for text in endpoint.spec.expected_ips:
        with suppress(CannotTellError):
            found.add(parse_address(text))
    return frozenset(found)


def _place(endpoint: HostEndpoint) -> tuple[bool, str]:
    return endpoint.spec.interface_name == ALL_INTERFACES, endpoint.name
