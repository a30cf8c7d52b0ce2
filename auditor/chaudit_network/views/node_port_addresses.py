"""The list `nodePortAddresses` of kube-proxy: on which addresses of a node NodePorts are to be served."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Self

import msgspec

from chaudit import CannotTellError, printable
from chaudit_network.addresses import IPAddress, IPNetwork, holds, parse_network

PRIMARY = "primary"
ALL = "all"
LOCALHOST = "localhost"

_NETWORKS_OF = {
    ALL: (ip_network("0.0.0.0/0"), ip_network("::/0")),
    LOCALHOST: (ip_network("127.0.0.0/8"), ip_network("::1/128")),
}


class NodePortAddresses(msgspec.Struct, frozen=True):
    """The list as somebody set it, or what is made of an empty one.

    kube-proxy looks at the networks of one address family at a time. A family of which the list has none is not
    restricted at all, and a network of length zero makes all others void
    (https://github.com/kubernetes/kubernetes/blob/master/pkg/proxy/util/nodeport_addresses.go). Keywords are put in
    place before that, so that `primary` leaves a family open in which the node has no address.

    The methods take the node's primary addresses, at most one of each family.
    """

    networks: tuple[IPNetwork, ...]
    has_primary: bool
    is_default: bool
    mixes_keywords: bool
    """Whether it says more with keywords than `primary` alone, as can be done since 1.37 (KEP-6032)."""

    @classmethod
    def parse(cls, entries: Sequence[str], default: Sequence[str] = ()) -> Self:
        """Return the list, or the default where it is empty.

        Raises:
            CannotTellError: an entry is neither a keyword nor a CIDR.
        """
        asked = entries or default
        return cls(
            networks=tuple(network for entry in asked for network in _networks(entry)),
            has_primary=PRIMARY in asked,
            is_default=not entries,
            mixes_keywords=ALL in asked or LOCALHOST in asked or (PRIMARY in asked and len(asked) > 1),
        )

    def is_restricted(self, family: int, primary: Sequence[IPAddress]) -> bool:
        """Whether the list leaves out any address of a family."""
        networks = self._of_family(family)
        return bool(networks or self._primary(family, primary)) and all(network.prefixlen for network in networks)

    def matches(self, address: IPAddress, primary: Sequence[IPAddress]) -> bool:
        """Whether the list covers an address."""
        if not self.is_restricted(address.version, primary):
            return True
        return holds(self.networks, address) or address in self._primary(address.version, primary)

    def why_unrestricted(self, family: int) -> str:
        """Return why all addresses of a family are covered."""
        if any(not network.prefixlen for network in self._of_family(family)):
            return f"nodePortAddresses lists all of IPv{family}"
        if self.has_primary:
            said = "is not set, which means primary" if self.is_default else "lists primary"
            return f"nodePortAddresses {said}, but the node reports no IPv{family} address"
        return "nodePortAddresses is not set" if self.is_default else f"nodePortAddresses lists no IPv{family} network"

    def restriction(self, family: int) -> str:
        """Return what is covered of a restricted family: `10.0.0.0/8, which nodePortAddresses lists`."""
        listed = [str(network) for network in self._of_family(family)]
        if self.has_primary:
            listed.append("the node's primary address")
        why = "as nodePortAddresses is not set" if self.is_default else "which nodePortAddresses lists"
        return f"{', '.join(listed)}, {why}"

    def _of_family(self, family: int) -> Sequence[IPNetwork]:
        return [network for network in self.networks if network.version == family]

    def _primary(self, family: int, primary: Sequence[IPAddress]) -> Sequence[IPAddress]:
        return [address for address in primary if address.version == family] if self.has_primary else ()


def _networks(entry: str) -> Iterator[IPNetwork]:
    if entry in _NETWORKS_OF:
        yield from _NETWORKS_OF[entry]
    elif entry != PRIMARY:
        if "/" not in entry:
            raise CannotTellError(f"nodePortAddresses: '{printable(entry)}' is neither a network nor a keyword")
        yield parse_network(entry)
