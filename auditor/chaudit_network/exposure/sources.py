"""Source classes: who may try to come in, as sets of addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chaudit_network.intervals import Intervals


class Standpoint(StrEnum):
    """From where a source sends: kube-proxy treats its own node's processes and pods unlike outsiders."""

    OUTSIDE = "outside"
    NODE = "node"
    POD = "pod"


EXTERNAL = "external"
NODES = "nodes"
PODS = "pods"


@dataclass(frozen=True)
class SourceClass:
    """A class of sources: its name, its standpoint, and its addresses by family (4 and 6)."""

    name: str
    standpoint: Standpoint
    addresses: Mapping[int, Intervals]

    def has(self, family: int) -> bool:
        """Whether any of its sources has an address of this family."""
        return bool(self.addresses[family])


def source_classes(
    networks: Mapping[str, Mapping[int, Intervals]],
    nodes: Mapping[int, Intervals],
    pods: Mapping[int, Intervals],
) -> Sequence[SourceClass]:
    """Return the classes: anybody from elsewhere, hosts of each named network that are no nodes, nodes, and pods."""
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
        SourceClass(EXTERNAL, Standpoint.OUTSIDE, elsewhere),
        *classes,
        SourceClass(NODES, Standpoint.NODE, nodes),
        SourceClass(PODS, Standpoint.POD, pods),
    ]


def _union(*sets: Intervals) -> Intervals:
    return Intervals.of(span for one in sets for span in one.spans)
