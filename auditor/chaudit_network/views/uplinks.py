"""Over how many links a node reaches a network: the members of the bond below an interface, and which of them are up.

A NodeNetworkState shows what is; it can be minutes old. The deployment manager says what a host was built with.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import INTENT, CannotTellError, Intent, Reading, printable, view
from chaudit_network.kinds import starlingx_hosts
from chaudit_network.kinds.core import Node
from chaudit_network.kinds.nmstate import NODE_NETWORK_STATES, Interface, NodeNetworkState
from chaudit_network.kinds.sriov import SRIOV_NODE_STATES, SriovNetworkNodeState
from chaudit_network.views.attachments import Attachment, NodeAttachments, attachments
from chaudit_network.views.hosts import LOOPBACK, all_interfaces
from chaudit_network.views.networks import CLUSTER_HOST, external_names
from chaudit_network.views.unread import unread

_MOST_LAYERS = 8
"""Interfaces on top of each other; in a node of sound mind there are three at most."""


class Uplink(msgspec.Struct, frozen=True):
    """An interface with the links below it; `down` are those that are known not to be up."""

    interface: str
    networks: Sequence[str]
    links: Sequence[str]
    down: Sequence[str]


class Uplinks(msgspec.Struct, dict=True):
    """The uplinks of every node to the cluster host network and those that outsiders reach."""

    wanted: frozenset[str]
    attachments: NodeAttachments
    states: Reading[NodeNetworkState]
    ports: Reading[SriovNetworkNodeState]

    def interfaces(self, node: Node) -> Sequence[Attachment]:
        """Return the interfaces of a node that lead to these networks.

        Raises:
            CannotTellError: none is known.
        """
        attached = self.attachments.on(node)
        found = [one for one in attached.attachments if one.networks & self.wanted]
        if not found:
            names = ", ".join(sorted(self.wanted))
            raise CannotTellError(*(attached.gaps or [f"which interface leads to any of {names} is not known"]))
        return found

    def gaps(self, node: Node) -> Sequence[str]:
        """Return what might know of more interfaces of a node, or of links that are down, and was not understood."""
        malformed = (gap for gap in unread(self.ports) if not gap.is_list and gap.subject.name == node.name)
        return [*self.attachments.on(node).gaps, *map(str, malformed)]

    def below(self, node: Node, attachment: Attachment) -> Uplink | None:
        """Return the uplink below an interface; None where there is none, as below loopback.

        Raises:
            CannotTellError: what is below it is not known.
        """
        if attachment.interface == LOOPBACK:
            return None
        links = self._seen(node, attachment) or self._built(node, attachment)
        if not links:
            gaps = [str(gap) for gap in (*unread(self.states), *unread(self.attachments.hosts.hosts))]
            unseen = (
                f"what is below {printable(attachment.interface)} is not known: no NodeNetworkState and no Host tells"
            )
            raise CannotTellError(*(gaps or [unseen]))
        return Uplink(
            printable(attachment.interface),
            sorted(attachment.networks & self.wanted),
            links,
            [link for link in links if self._is_down(node, link)],
        )

    def _seen(self, node: Node, attachment: Attachment) -> Sequence[str]:
        """Follow the interface down in the node's own state to its ports."""
        interfaces = self._interfaces(node)
        name = attachment.interface
        for _ in range(_MOST_LAYERS):
            found = interfaces.get(name)
            if found is None:
                return ()
            if found.vlan:
                name = str(found.vlan.base_iface)
            elif found.link_aggregation:
                return [*map(str, found.link_aggregation.port or found.link_aggregation.slaves)]
            else:
                return [name] if found.type == "ethernet" else ()
        return ()

    def _built(self, node: Node, attachment: Attachment) -> Sequence[str]:
        """Follow the host's interface for the same network down to its ports, whatever the system calls them.

        Raises:
            CannotTellError: the host or its profiles were not read.
        """
        host = self.attachments.hosts.named(node.name)
        known = all_interfaces(self.attachments.hosts.attributes(host)) if host else ()
        by_name = {one.name: one for one in known}
        found = next((one for one in known if attachment.networks & set(one.platform_networks or ())), None)
        for _ in range(_MOST_LAYERS):
            if found is None or not found.lower:
                break
            found = by_name.get(found.lower)
        if found is None or found.lower:
            return ()
        return [_port(by_name.get(name), name) for name in found.members or (found.name,)]

    def _is_down(self, node: Node, link: str) -> bool:
        """Whether a port is known not to be up, from whichever source sees it."""
        seen = self._interfaces(node).get(link)
        return bool(seen and seen.state != "up") or link in self._without_link.get(node.name, ())

    def _interfaces(self, node: Node) -> Mapping[str, Interface]:
        state = self._states.get(node.name)
        if state is None or state.is_failing:
            return {}
        return {str(one.name): one for one in state.status.current_state.interfaces}

    @cached_property
    def _states(self) -> Mapping[str, NodeNetworkState]:
        return {state.name: state for state in self.states.objects}

    @cached_property
    def _without_link(self) -> Mapping[str, Sequence[str]]:
        return {
            state.name: [port.name for port in state.status.interfaces if port.link_admin_state == "down"]
            for state in self.ports.records
        }


@view(INTENT, attachments, NODE_NETWORK_STATES.reading, SRIOV_NODE_STATES.reading)
def uplinks(
    intent: Intent,
    known: NodeAttachments,
    states: Reading[NodeNetworkState],
    ports: Reading[SriovNetworkNodeState],
) -> Uplinks:
    """Look for uplinks to what outsiders reach and to the cluster host network."""
    return Uplinks(external_names(intent) | {CLUSTER_HOST}, known, states, ports)


def _port(interface: starlingx_hosts.Interface | None, name: str) -> str:
    """Return the device of an interface; one that is not described further is called like its device."""
    return interface.port.name if interface and interface.port else name
