"""The named networks of a cluster: as declared, as StarlingX declares them, or inferred from the nodes themselves."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import cached_property

import msgspec

from chaudit import INTENT, CannotTellError, Intent, Reading, view
from chaudit_network.addresses import IPAddress, IPNetwork, holds, parse_interface, parse_network
from chaudit_network.kinds.calico import NODE_ADDRESS_ANNOTATIONS
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.starlingx import Platform, platform

CLUSTER_HOST = "cluster-host"
"""The network that nodes use among themselves, in the words of StarlingX."""

OAM = "oam"
"""The network by which people reach the platform, in the words of StarlingX."""


class Origin(StrEnum):
    """Where the knowledge of a network comes from, best first."""

    DECLARED = "the intent file"
    STARLINGX = "StarlingX PlatformNetworks"
    INFERRED = "the nodes' own Calico annotations"


class NamedNetwork(msgspec.Struct, frozen=True):
    """A network by name, with its CIDRs in both families."""

    name: str
    cidrs: tuple[IPNetwork, ...]
    external: bool
    origin: Origin

    @property
    def is_inferred(self) -> bool:
        """Whether nobody declared it, so that it proves nothing about what it was inferred from."""
        return self.origin is Origin.INFERRED

    def __str__(self) -> str:
        """Return name and CIDRs: `cluster-host (192.168.206.0/24)`."""
        return f"{self.name} ({', '.join(map(str, self.cidrs))})"


class Networks(msgspec.Struct, frozen=True, dict=True):
    """The networks that are known, by name, and why StarlingX could not be asked for all of its own."""

    known: Mapping[str, NamedNetwork]
    gaps: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[NamedNetwork]:
        """Yield the networks by name."""
        return (self.known[name] for name in sorted(self.known))

    def named(self, name: str) -> NamedNetwork:
        """Return a network.

        Raises:
            CannotTellError: nothing declares it or lets it be inferred, or StarlingX might, but was not read.
        """
        if name in self.known:
            return self.known[name]
        if self.gaps:
            raise CannotTellError(*self.gaps)
        raise CannotTellError(
            f"no CIDR of the {name} network is known: declare networks.{name}.cidrs in the intent file"
        )

    def of(self, address: IPAddress) -> NamedNetwork | None:
        """Return the network of the longest prefix that holds the address, None where no known one does."""
        return next((network for cidr, network in self._longest_first if holds((cidr,), address)), None)

    @cached_property
    def _longest_first(self) -> Sequence[tuple[IPNetwork, NamedNetwork]]:
        return sorted(
            ((cidr, network) for network in self for cidr in network.cidrs), key=lambda pair: -pair[0].prefixlen
        )


@view(INTENT, platform, NODES.reading)
def networks(intent: Intent, platform: Platform, nodes: Reading[Node]) -> Networks:
    """Collect networks from the best source that knows them; what the intent declares is never overridden.

    The cluster host network is inferred only where there is nobody left to ask.
    """
    external = external_names(intent)
    known = {
        name: NamedNetwork(name, cidrs, name in external, Origin.STARLINGX) for name, cidrs in platform.networks.items()
    }
    for name, declared in intent.networks.items():
        if declared.cidrs:
            cidrs = tuple(map(parse_network, declared.cidrs))
            known[name] = NamedNetwork(name, cidrs, name in external, Origin.DECLARED)
    if CLUSTER_HOST not in known and not platform.gaps and (cidrs := _most_common(nodes.objects)):
        known[CLUSTER_HOST] = NamedNetwork(CLUSTER_HOST, cidrs, CLUSTER_HOST in external, Origin.INFERRED)
    return Networks(known, platform.gaps)


def external_names(intent: Intent) -> frozenset[str]:
    """Return the names of the networks that outsiders reach, whoever knows their CIDRs.

    OAM is one of them until the intent says what it is.
    """
    names = {name for name, declared in intent.networks.items() if declared.external}
    if intent.topology.cluster_host == "external":
        names.add(CLUSTER_HOST)
    if OAM not in intent.networks or not intent.networks[OAM].cidrs:
        names.add(OAM)
    return frozenset(names)


def _most_common(nodes: Sequence[Node]) -> tuple[IPNetwork, ...]:
    """Return, per family, the network in which Calico places most nodes."""
    return tuple(
        network for key in NODE_ADDRESS_ANNOTATIONS for network, _ in Counter(_placed(nodes, key)).most_common(1)
    )


def _placed(nodes: Sequence[Node], annotation: str) -> Iterator[IPNetwork]:
    for node in nodes:
        if annotation in node.annotations:
            with suppress(CannotTellError):
                yield parse_interface(node.annotations[annotation]).network
