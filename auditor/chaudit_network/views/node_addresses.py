"""The addresses that each node has, on which interface and network, and whether these are all of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.addresses import IPAddress
from chaudit_network.kinds.calico_policy import HOST_ENDPOINTS, HostEndpoint
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.nmstate import NODE_NETWORK_STATES, NodeNetworkState
from chaudit_network.views.networks import Networks, networks
from chaudit_network.views.node_evidence import (
    INTERFACES,
    Claim,
    Gathered,
    declared,
    expected,
    interface_to,
    inventory,
    listed_by_calico,
    reported,
)
from chaudit_network.views.starlingx import CONTROLLERS, Platform, platform
from chaudit_network.views.unread import unread


class NodeAddress(msgspec.Struct, frozen=True):
    """An address of a node; interface and network are empty where they are not known.

    A floating address is on one controller at a time, and may be on this one.
    """

    address: IPAddress
    interface: str
    network: str
    known_from: str
    is_floating: bool


class NodeNetworking(msgspec.Struct, frozen=True):
    """What is known of a node's addresses, loopback and IPv6 link-local ones left out.

    While they are not known to be all, `gap` says why, and what would tell.
    """

    node: Node
    addresses: tuple[NodeAddress, ...]
    gap: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the node is known to have no other addresses."""
        return not self.gap

    def beside(self, address: IPAddress, interface: str) -> frozenset[IPAddress]:
        """Return what else an interface with this address is known to have, and the address itself."""
        others = (one.address for one in self.addresses if one.interface == interface and interface)
        return frozenset((address, *others))


class NodeAddresses(msgspec.Struct, frozen=True, dict=True):
    """The addresses of all nodes, put together when somebody asks for them."""

    nodes: Reading[Node]
    states: Reading[NodeNetworkState]
    host_endpoints: Reading[HostEndpoint]
    platform: Platform
    networks: Networks

    def __iter__(self) -> Iterator[NodeNetworking]:
        """Yield all nodes by name.

        Raises:
            CannotTellError: the nodes were not read.
        """
        return iter(self._by_name.values())

    def of(self, node_name: str) -> NodeNetworking:
        """Return what is known of a node.

        Raises:
            CannotTellError: the nodes were not read, or there is none of this name.
        """
        if node_name not in self._by_name:
            raise CannotTellError(f"nodes: there is no readable Node {printable(node_name)}")
        return self._by_name[node_name]

    def owners(self, address: IPAddress) -> tuple[str, ...]:
        """Return the names of the nodes that are known to have an address, or may have it where it floats.

        Raises:
            CannotTellError: the nodes were not read; or none has it, but one was malformed.
        """
        found = self._owners.get(address, ())
        if not found:
            _ = self.nodes.complete_records
        return tuple(found)

    @cached_property
    def unread(self) -> Sequence[str]:
        """What was not read, and might have told of more addresses of some node."""
        readings: Sequence[Reading[Any]] = (self.nodes, self.states, self.host_endpoints)
        return [*(str(one) for reading in readings for one in unread(reading)), *self.platform.gaps]

    def is_assigned(self, node_name: str, address: IPAddress) -> bool:
        """Whether somebody says that an address is this node's; one that was only seen on it may be there for a while.

        Raises:
            CannotTellError: the nodes were not read, or there is none of this name.
        """
        said = Gathered.of(
            reported(self.of(node_name).node),
            expected(self._endpoints.get(node_name, ())),
            declared(self.platform.controllers.get(node_name, ())),
        )
        return address in said.claims

    @cached_property
    def _by_name(self) -> Mapping[str, NodeNetworking]:
        return {node.name: self._networking(node) for node in self.nodes.records}

    @cached_property
    def _owners(self) -> Mapping[IPAddress, Sequence[str]]:
        found: dict[IPAddress, list[str]] = defaultdict(list)
        for networking in self:
            for one in networking.addresses:
                found[one.address].append(networking.node.name)
        return found

    @cached_property
    def _states(self) -> Mapping[str, NodeNetworkState]:
        return {state.name: state for state in self.states.objects}

    @cached_property
    def _malformed_states(self) -> Mapping[str, str]:
        return {rejected.subject.name: rejected.reason for rejected in self.states.rejected}

    @cached_property
    def _endpoints(self) -> Mapping[str, Sequence[HostEndpoint]]:
        found: dict[str, list[HostEndpoint]] = defaultdict(list)
        for endpoint in self.host_endpoints.objects:
            found[endpoint.spec.node].append(endpoint)
        return found

    def _networking(self, node: Node) -> NodeNetworking:
        endpoints = self._endpoints.get(node.name, ())
        state = self._states.get(node.name)
        gathered = Gathered.of(
            inventory(state) if state else (),
            listed_by_calico(node),
            reported(node),
            expected(endpoints),
            declared(self.platform.controllers.get(node.name, ())),
        )
        addresses = tuple(self._placed(address, claim, endpoints) for address, claim in gathered.claims.items())
        gaps = [*gathered.gaps, *self._gaps(node, state)]
        return NodeNetworking(node, addresses, "; ".join(gaps))

    def _placed(self, address: IPAddress, claim: Claim, endpoints: Sequence[HostEndpoint]) -> NodeAddress:
        network = self.networks.of(address)
        name = network.name if network else ""
        interface = claim.interface or interface_to(name, endpoints)
        return NodeAddress(address, interface, name, claim.known_from, claim.is_floating)

    def _gaps(self, node: Node, state: NodeNetworkState | None) -> Iterator[str]:
        """Yield why the node may have other addresses; nothing where its NodeNetworkState shows them all."""
        if state and not state.is_failing and state.status.current_state.interfaces:
            return
        if node.name in CONTROLLERS:
            yield from self.platform.gaps
        if INTERFACES in node.annotations:
            yield f"annotation {INTERFACES} leaves out lo and virtual interfaces"
        if state and state.is_failing:
            yield f"NodeNetworkState {node.name} is failing and shows what was"
        elif node.name in self._malformed_states:
            yield f"NodeNetworkState {node.name} is malformed: {self._malformed_states[node.name]}"
        elif not self.states.is_loaded and not self.states.is_absent:
            yield self.states.reason
        else:
            yield f"no NodeNetworkState {node.name} lists every address"


node_addresses = view(NODES.reading, NODE_NETWORK_STATES.reading, HOST_ENDPOINTS.reading, platform, networks)(
    NodeAddresses
)
"""The view that answers with `NodeAddresses`."""
