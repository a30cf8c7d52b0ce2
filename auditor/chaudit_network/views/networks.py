"""The named networks of a cluster: as declared, as StarlingX declares them, or inferred from the nodes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chaudit import INTENT, CannotTellError, Intent, Reading, view
from chaudit_network.addresses import IPNetwork, parse_interface, parse_network
from chaudit_network.kinds.calico import NODE_ADDRESS_ANNOTATIONS
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.starlingx import ADDRESS_POOLS, PLATFORM_NETWORKS, AddressPool, PlatformNetwork

CLUSTER_HOST = "cluster-host"
"""The network that nodes use among themselves, in the words of StarlingX."""


class Origin(StrEnum):
    """Where the knowledge of a network comes from, best first."""

    DECLARED = "the intent file"
    STARLINGX = "StarlingX PlatformNetworks"
    INFERRED = "the nodes' own Calico annotations"


@dataclass(frozen=True, slots=True)
class NamedNetwork:
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


class Networks(dict[str, NamedNetwork]):
    """Networks by name."""

    def named(self, name: str) -> NamedNetwork:
        """Return a network.

        Raises:
            CannotTellError: nothing declares it or lets it be inferred.
        """
        if name not in self:
            raise CannotTellError(
                f"no CIDR of the {name} network is known: declare networks.{name}.cidrs in the intent file"
            )
        return self[name]


@view(INTENT, PLATFORM_NETWORKS.reading, ADDRESS_POOLS.reading, NODES.reading)
def networks(
    intent: Intent,
    platform_networks: Reading[PlatformNetwork],
    address_pools: Reading[AddressPool],
    nodes: Reading[Node],
) -> Networks:
    """Collect networks from the best source that knows them; what the intent declares is never overridden.

    StarlingX is asked only for what the intent leaves open, so that a denied PlatformNetwork matters only then.
    """
    found = Networks(
        (name, NamedNetwork(name, tuple(map(parse_network, declared.cidrs)), declared.external, Origin.DECLARED))
        for name, declared in intent.networks.items()
        if declared.cidrs
    )
    if CLUSTER_HOST in found:
        return found
    for name, cidrs in _starlingx(platform_networks.records, address_pools.records).items():
        found.setdefault(name, NamedNetwork(name, cidrs, name == "oam", Origin.STARLINGX))
    if CLUSTER_HOST not in found and (cidrs := _most_common(nodes.records)):
        found[CLUSTER_HOST] = NamedNetwork(CLUSTER_HOST, cidrs, external=False, origin=Origin.INFERRED)
    return found


def _starlingx(
    platform_networks: Sequence[PlatformNetwork], address_pools: Sequence[AddressPool]
) -> Mapping[str, tuple[IPNetwork, ...]]:
    """Join networks to the subnets of their pools, which live in the same namespace."""
    subnets = {
        (pool.namespace, pool.name): parse_network(f"{pool.spec.subnet}/{pool.spec.prefix}") for pool in address_pools
    }
    return {
        network.spec.type: tuple(
            subnets[network.namespace, pool]
            for pool in network.spec.associated_address_pools
            if (network.namespace, pool) in subnets
        )
        for network in platform_networks
    }


def _most_common(nodes: Sequence[Node]) -> tuple[IPNetwork, ...]:
    """Return, per family, the network in which Calico places most nodes."""
    found: list[IPNetwork] = []
    for annotation in NODE_ADDRESS_ANNOTATIONS:
        placed = Counter(
            parse_interface(node.annotations[annotation]).network for node in nodes if annotation in node.annotations
        )
        found += [network for network, _ in placed.most_common(1)]
    return tuple(found)
