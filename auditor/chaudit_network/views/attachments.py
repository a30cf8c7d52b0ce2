"""Which networks each interface of a node leads to: as host endpoints, the platform's hosts, or addresses tell.

StarlingX labels the HostEndpoint of a physical interface with the networks that it carries, joined by dots:
`cluster-host.mgmt`. What is on `lo`, as management and cluster-host are on a system of one node, has no HostEndpoint
and is known from the deployment manager alone.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chaudit import CannotTellError, DoesNotApplyError, Reading, view
from chaudit_network.kinds.calico_policy import HOST_ENDPOINTS, HostEndpoint
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.hosts import Hosts, all_interfaces, hosts
from chaudit_network.views.networks import CLUSTER_HOST, Networks, networks
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.node_evidence import networks_of
from chaudit_network.views.unread import unread

MGMT = "mgmt"
"""The network by which the platform manages its hosts, in the words of StarlingX."""

MANAGEMENT = frozenset({MGMT, "pxeboot", "storage", "admin"})
"""The networks that nobody but the platform has any business on."""

_LABEL_OF_NAME = "ifname"
"""The label in which StarlingX gives host and interface its own names: `controller-0.mgmt0`."""


class Attachment(msgspec.Struct, frozen=True):
    """An interface and the networks it carries; the host endpoint where one says so."""

    interface: str
    networks: frozenset[str]
    endpoint: HostEndpoint | None = None


class Attached(msgspec.Struct, frozen=True):
    """All attachments of one node that are known; `gaps` are sources that might know of more."""

    attachments: Sequence[Attachment]
    gaps: Sequence[str] = ()

    def to(self, network: str) -> Sequence[Attachment]:
        """Return the interfaces that carry a network.

        Raises:
            CannotTellError: none does, as far as is known.
        """
        found = [one for one in self.attachments if network in one.networks]
        if not found:
            raise CannotTellError(*(self.gaps or [f"which interface leads to {network} is not known"]))
        return found


class NodeAttachments(msgspec.Struct, dict=True):
    """The attachments of every node."""

    nodes: Reading[Node]
    endpoints: Reading[HostEndpoint]
    hosts: Hosts
    addresses: NodeAddresses
    _on: dict[str, Attached] = msgspec.field(default_factory=dict)

    def on(self, node: Node) -> Attached:
        """Return the attachments of a node."""
        if node.name not in self._on:
            self._on[node.name] = self._attached(node)
        return self._on[node.name]

    def shares(self, node: Node) -> bool:
        """Return whether one interface of a node leads to both the cluster host and the management network.

        Raises:
            CannotTellError: where one of them is attached is not known, or not all host endpoints were read: what these
                say goes before what a host is to be.
        """
        on_mgmt, on_cluster_host = self.on(node).to(MGMT), self.on(node).to(CLUSTER_HOST)
        if gaps := [*map(str, unread(self.endpoints))]:
            raise CannotTellError(*gaps)
        return any(one in on_mgmt for one in on_cluster_host)

    def usually_shares(self, node: Node) -> bool | None:
        """Return the same for most nodes of its role, controllers or workers; None where it is not known of any."""
        return self._usual[node.is_control_plane]

    @cached_property
    def _usual(self) -> Mapping[bool, bool | None]:
        votes: dict[bool, Counter[bool]] = {True: Counter(), False: Counter()}
        for node in self.nodes.objects:
            with suppress(CannotTellError):
                votes[node.is_control_plane][self.shares(node)] += 1
        return {role: _most_common(found) for role, found in votes.items()}

    @property
    def name_networks(self) -> bool:
        """Whether anything but addresses tells which networks an interface leads to."""
        return any(map(networks_of, self.endpoints.objects)) or bool(self.hosts.hosts.objects)

    def _attached(self, node: Node) -> Attached:
        labelled = [one for one in self._by_node.get(node.name, ()) if networks_of(one)]
        found: dict[str, Attachment] = {}
        for one in labelled:
            name = one.spec.interface_name
            found.setdefault(name, Attachment(name, networks_of(one), one))
        gaps = [str(gap) for gap in unread(self.endpoints)]
        seen = {one.metadata.labels.get(_LABEL_OF_NAME, "").removeprefix(f"{node.name}.") for one in labelled}
        try:
            for name, carried in self._declared(node.name).items():
                if name not in seen:
                    found.setdefault(name, Attachment(name, carried))
        except CannotTellError as gap:
            gaps.append(str(gap))
        for address in self.addresses.of(node.name).addresses:
            if address.interface and address.network:
                known = found.get(address.interface) or Attachment(address.interface, frozenset())
                found[address.interface] = replace(known, networks=known.networks | {address.network})
        return Attached(tuple(found.values()), tuple(gaps))

    def _declared(self, node_name: str) -> Mapping[str, frozenset[str]]:
        """Return what the deployment manager says a host's interfaces carry, by its own names for them."""
        host = self.hosts.named(node_name)
        interfaces = all_interfaces(self.hosts.attributes(host)) if host else ()
        return {one.name: frozenset(one.platform_networks) for one in interfaces if one.platform_networks}

    @cached_property
    def _by_node(self) -> Mapping[str, Sequence[HostEndpoint]]:
        """The host endpoints of each node by name: of several for one interface the first is active."""
        found: dict[str, list[HostEndpoint]] = defaultdict(list)
        for endpoint in sorted(self.endpoints.objects, key=lambda endpoint: endpoint.name):
            found[endpoint.spec.node].append(endpoint)
        return found


def _most_common(votes: Counter[bool]) -> bool | None:
    return max(votes, key=lambda vote: (votes[vote], vote), default=None)


attachments = view(NODES.reading, HOST_ENDPOINTS.reading, hosts, node_addresses)(NodeAttachments)
"""The view that answers with `NodeAttachments`."""


@view(attachments, NODES, networks)
def managed_nodes(known: NodeAttachments, nodes: Sequence[Node], named: Networks) -> Sequence[Node]:
    """Select all nodes where there is a management network to speak of.

    Raises:
        DoesNotApplyError: neither the platform nor the intent names one.
        CannotTellError: what might name one was not read.
    """
    if not known.name_networks and MANAGEMENT.isdisjoint(named.known):
        for gap in (*unread(known.endpoints), *unread(known.hosts.hosts)):
            raise CannotTellError(str(gap))
        raise DoesNotApplyError(
            f"no management network is known: declare networks.{MGMT} in the intent file where there is one"
        )
    return nodes
