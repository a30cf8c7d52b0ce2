"""From which of Calico's pools the pods of a node get addresses, and which blocks of addresses the node has taken."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import DoesNotApplyError, Reading, printable, view
from chaudit_network.addresses import IPNetwork, families, parse_network
from chaudit_network.bgp.pools import PoolIndex
from chaudit_network.kinds.calico_ipam import BLOCK_AFFINITIES, BlockAffinity
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.kinds.core import Node
from chaudit_network.selectors import Selector, SelectorError, parse


class _Pool(msgspec.Struct, frozen=True, eq=False):
    pool: IPPool
    network: IPNetwork
    selector: Selector | SelectorError


class Selected(msgspec.Struct, frozen=True):
    """The pools that select a node, and why others may."""

    pools: Sequence[IPPool]
    doubts: Sequence[str]


class PodPools(msgspec.Struct, dict=True):
    """The pools of pod addresses that are in use."""

    pools: Reading[IPPool]
    blocks: Reading[BlockAffinity]
    _alike: dict[tuple[str | None, ...], Mapping[int, Selected]] = msgspec.field(default_factory=dict)

    def selecting(self, node: Node) -> Mapping[int, Selected]:
        """Return the pools by family; nodes that no selector tells apart share an answer.

        Raises:
            CannotTellError: the pools were not all read, or one is malformed.
        """
        key = tuple(node.metadata.labels.get(label) for label in self._labels)
        if key not in self._alike:
            self._alike[key] = {family: self._selected(node, family) for family in self.families}
        return self._alike[key]

    @property
    def families(self) -> Sequence[int]:
        """The families in which pods get addresses."""
        return families(one.network for one in self._in_use)

    def stray_blocks(self, node: Node) -> Iterator[tuple[str, str]]:
        """Yield the blocks that a node has of pools that it should have none of, each with why.

        Raises:
            CannotTellError: blocks or pools were not all read.
        """
        own = {one.name for selected in self.selecting(node).values() for one in selected.pools}
        for block in self._blocks.get(node.name, ()):
            pool = self._index.of(parse_network(block).network_address)
            if pool is None:
                yield block, "which is in no IPPool"
            elif pool.spec.disabled:
                yield block, f"whose {pool.subject} is disabled"
            elif pool.name not in own and pool.is_for_pods:
                yield block, f"whose {pool.subject} does not select it"

    def _selected(self, node: Node, family: int) -> Selected:
        found: list[IPPool] = []
        doubts: list[str] = []
        for one in self._in_use:
            if one.network.version != family:
                continue
            if isinstance(one.selector, SelectorError):
                doubts.append(f"{one.pool.subject}: nodeSelector: {printable(str(one.selector))}")
            elif one.selector.matches(node.metadata.labels):
                found.append(one.pool)
        return Selected(found, doubts)

    @cached_property
    def _in_use(self) -> Sequence[_Pool]:
        return [
            _Pool(pool, parse_network(pool.spec.cidr), _selector(pool))
            for pool in self.pools.complete_records
            if pool.is_for_pods and not pool.spec.disabled
        ]

    @cached_property
    def _labels(self) -> Sequence[str]:
        selectors = [one.selector for one in self._in_use if isinstance(one.selector, Selector)]
        return sorted(frozenset().union(*(selector.labels for selector in selectors)))

    @cached_property
    def _blocks(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for block in self.blocks.complete_records:
            if block.spec.is_routed:
                found[block.spec.node].append(block.spec.cidr)
        return found

    @cached_property
    def _index(self) -> PoolIndex[IPPool]:
        return PoolIndex(tuple((pool, (parse_network(pool.spec.cidr),)) for pool in self.pools.complete_records))


@view(IP_POOLS.reading, BLOCK_AFFINITIES.reading)
def pod_pools(pools: Reading[IPPool], blocks: Reading[BlockAffinity]) -> PodPools:
    """Look at Calico's pools.

    Raises:
        DoesNotApplyError: there are none, as where pods get their addresses from somebody else.
    """
    if pools.is_complete and not pools.objects:
        raise DoesNotApplyError(pools.reason or "Calico has no IPPool: pods get their addresses from elsewhere")
    return PodPools(pools, blocks)


def _selector(pool: IPPool) -> Selector | SelectorError:
    try:
        return parse(pool.spec.node_selector)
    except SelectorError as error:
        return error
