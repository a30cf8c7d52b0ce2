"""What one node's kube-proxy does with its configuration: on which addresses it serves NodePorts.

Where the documentation and packets differ, packets are followed: those seen with kube-proxy 1.20 (iptables) and 1.36
(iptables and nftables). All is judged at rest: with a list set, an address that came to the node a moment ago is
served only when kube-proxy looks at the node's addresses again.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address, ip_address

import msgspec

from chaudit import CannotTellError, printable
from chaudit_network.addresses import IPAddress, holds, parse_address
from chaudit_network.kinds.core import Node
from chaudit_network.views.kube_proxy_configuration import KubeProxyConfiguration
from chaudit_network.views.node_port_addresses import PRIMARY, NodePortAddresses

Version = tuple[int, int]

_KNOWS_KEYWORDS: Version = (1, 37)
_DROPS_SERVICES: Version = (1, 20)
_KEEPS_SERVICES: Version = (1, 24)
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_LOOPBACK = {4: ip_address("127.0.0.1"), 6: ip_address("::1")}


class Mode(StrEnum):
    """How kube-proxy programs the kernel."""

    IPTABLES = "iptables"
    IPVS = "ipvs"
    NFTABLES = "nftables"


class Served(msgspec.Struct, frozen=True):
    """Whether NodePorts are served on an address, and why. The words are the same for all addresses that are alike."""

    is_served: bool
    because: str


def version_of(node: Node) -> Version | None:
    """Return the minor version of a node's kube-proxy, None where the node does not say.

    It is taken to be the kubelet's: `kubeProxyVersion` in the status of a Node is no more than that, and deprecated
    (https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/4004-deprecate-kube-proxy-version).
    """
    found = _VERSION.match(node.status.node_info.kubelet_version)
    return (int(found[1]), int(found[2])) if found else None


class NodeProxy(msgspec.Struct, frozen=True, dict=True):
    """The kube-proxy of one node."""

    configuration: KubeProxyConfiguration
    node: Node

    @cached_property
    def mode(self) -> Mode:
        """The mode; where none is set it is iptables.

        Raises:
            CannotTellError: it is one of Windows, or one that is long gone.
        """
        asked = self.configuration.mode or Mode.IPTABLES
        if asked not in set(Mode):
            raise CannotTellError(f"kube-proxy's mode {printable(asked)} is not modelled")
        return Mode(asked)

    def judge(self, address: IPAddress, own: Sequence[IPAddress]) -> Served:
        """Return whether NodePorts are served on an address of the node; `own` are all that it is known to have.

        Raises:
            CannotTellError: the mode or the list of addresses cannot be understood.
        """
        who, family = f"kube-proxy ({self.mode})", address.version
        if address.is_loopback and (refusal := self._refusal_of_loopback(address)):
            return Served(is_served=False, because=f"{who} serves no NodePorts on {refusal}")
        if not self._listed.is_restricted(family, self._primary):
            why = self._listed.why_unrestricted(family)
            return Served(is_served=True, because=f"{who} serves NodePorts on every IPv{family} address: {why}")
        restriction = self._listed.restriction(family)
        if self._listed.matches(address, self._primary):
            return Served(is_served=True, because=f"{who} serves NodePorts on {restriction}")
        if self._has_listed(family, own):
            return Served(is_served=False, because=f"{who} serves IPv{family} NodePorts only on {restriction}")
        none = f"the node is not known to have an IPv{family} address among"
        return Served(is_served=False, because=f"{who} serves no IPv{family} NodePorts: {none} {restriction}")

    def unrestricted(self, family: int) -> str:
        """Return why NodePorts are served on every address of a family, empty where some are left out.

        Raises:
            CannotTellError: as for `judge`.
        """
        if self._listed.is_restricted(family, self._primary):
            return ""
        return self._listed.why_unrestricted(family)

    def drops_services(self, family: int, own: Sequence[IPAddress]) -> bool:
        """Whether services that have NodePorts are lost on this node altogether, at their other addresses too.

        That is what a list without any of the node's addresses, which are `own`, did in iptables mode of 1.20. It did
        no longer in 1.24, whose source was read, and in 1.36.

        Raises:
            CannotTellError: as for `judge`, or what this version does is not known.
        """
        if self.mode is not Mode.IPTABLES or not self._listed.is_restricted(family, self._primary):
            return False
        if self._has_listed(family, (*own, _LOOPBACK[family])):
            return False
        version = version_of(self.node)
        if version is None or _DROPS_SERVICES < version < _KEEPS_SERVICES:
            raise CannotTellError(
                "nodePortAddresses lists no address of the node, and whether this version of kube-proxy then serves "
                "the other addresses of these services is not known"
            )
        return version <= _DROPS_SERVICES

    @cached_property
    def _listed(self) -> NodePortAddresses:
        default = (PRIMARY,) if self.mode is Mode.NFTABLES else ()
        listed = NodePortAddresses.parse(self.configuration.node_port_addresses or (), default)
        version = version_of(self.node)
        if listed.mixes_keywords and version and version < _KNOWS_KEYWORDS:
            raise CannotTellError("nodePortAddresses is written with keywords that kube-proxy knows since 1.37 only")
        return listed

    @cached_property
    def _primary(self) -> Sequence[IPAddress]:
        """What kube-proxy takes for the node's own address, one of each family; `bindAddress` is stronger."""
        if not self._listed.has_primary:
            return ()
        found = {address.version: address for address in reversed([*_reported(self.node)])}
        if bound := self.configuration.bind_address:
            address = parse_address(bound)
            if not address.is_unspecified:
                found[address.version] = address
        return list(found.values())

    def _has_listed(self, family: int, own: Sequence[IPAddress]) -> bool:
        return any(address.version == family and self._listed.matches(address, self._primary) for address in own)

    def _refusal_of_loopback(self, address: IPAddress) -> str:
        """Return on what no NodePorts are served whatever the list says, empty where the list decides."""
        if self.mode is Mode.IPTABLES and isinstance(address, IPv4Address):
            options = self.configuration.iptables
            refuses = options is not None and options.localhost_node_ports is False
            return "loopback, as iptables.localhostNodePorts is false" if refuses else ""
        version = version_of(self.node)
        is_asked_for = holds((network for network in self._listed.networks if network.prefixlen), address)
        if self.mode is Mode.NFTABLES and is_asked_for and (version is None or version >= _KNOWS_KEYWORDS):
            raise CannotTellError("whether the feature KubeProxyNFTablesLocalhostNodePorts is enabled is not known")
        return f"IPv{address.version} loopback in this mode"


def _reported(node: Node) -> Iterator[IPAddress]:
    """Yield the addresses of the Node in the order in which kube-proxy looks at them."""
    for kind in ("InternalIP", "ExternalIP"):
        for found in node.status.addresses:
            if found.type == kind:
                with suppress(CannotTellError):
                    yield parse_address(found.address)
