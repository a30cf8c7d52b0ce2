"""Source classes: who may try to come in, as sets of addresses."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from chaudit_network.addresses import IPAddress
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.intervals import Intervals


class Standpoint(StrEnum):
    """From where a source sends: kube-proxy treats its own node's processes and pods unlike outsiders."""

    OUTSIDE = "outside"
    NODE = "node"
    POD = "pod"


EXTERNAL = "external"
NODES = "nodes"
PODS = "pods"


class SourceClass(msgspec.Struct, frozen=True, eq=False):
    """A class of sources: its name, its standpoint, and its addresses by family (4 and 6).

    `doubt` says why the addresses are not known: pods may have others, and outsiders may have fewer.
    """

    name: str
    standpoint: Standpoint
    addresses: Mapping[int, Intervals]
    doubt: str = ""

    def has(self, family: int) -> bool:
        """Whether any of its sources has, or may have, an address of this family."""
        return bool(self.addresses[family]) or bool(self.doubt)

    def doubted(self, verdict: Verdict) -> Verdict:
        """Return what is left of a verdict on these addresses: what holds for all outsiders holds for fewer of them."""
        is_sound = self.standpoint is Standpoint.OUTSIDE and verdict.verdict is not Reach.PARTIAL
        if not self.doubt or is_sound:
            return verdict
        return Verdict(Reach.UNKNOWN, (*verdict.because, self.doubt))


class Clients(msgspec.Struct, frozen=True):
    """Who may come, by which networks from outside, and whether pods come with their node's address, by family."""

    classes: Sequence[SourceClass]
    natted: Mapping[int, bool]
    external: frozenset[str]

    def come_from_outside(self, address: IPAddress, network: str) -> bool:
        """Whether outsiders arrive at an address in an external network, or may in no known one.

        An address of the pods' network, as tunnels have it, is known to be neither.
        """
        return network in self.external if network else not self._is_among_pods(address)

    def hide_pods(self, address: IPAddress) -> bool:
        """Whether pods come to an address with their node's; among the addresses of a pool they keep their own."""
        return self.natted[address.version] and not self._is_among_pods(address)

    def _is_among_pods(self, address: IPAddress) -> bool:
        pods = next(source for source in self.classes if source.name == PODS)
        return int(address) in pods.addresses[address.version]


def source_classes(
    networks: Mapping[str, Mapping[int, Intervals]],
    nodes: Mapping[int, Intervals],
    pods: Mapping[int, Intervals],
    doubt: str = "",
) -> Sequence[SourceClass]:
    """Return the classes: anybody from elsewhere, hosts of each named network that are no nodes, nodes, and pods.

    `doubt` says why the pods may have other addresses than these.
    """
    classes = [
        SourceClass(name, Standpoint.OUTSIDE, {family: addresses[family] - nodes[family] for family in (4, 6)})
        for name, addresses in sorted(networks.items())
    ]
    inside = {
        family: _union(nodes[family], pods[family], *(addresses[family] for addresses in networks.values()))
        for family in (4, 6)
    }
    elsewhere = {family: Intervals.all_addresses(family) - inside[family] for family in (4, 6)}
    return [
        SourceClass(EXTERNAL, Standpoint.OUTSIDE, elsewhere, doubt),
        *classes,
        SourceClass(NODES, Standpoint.NODE, nodes),
        SourceClass(PODS, Standpoint.POD, pods, doubt),
    ]


def _union(*sets: Intervals) -> Intervals:
    return Intervals.of(span for one in sets for span in one.spans)
