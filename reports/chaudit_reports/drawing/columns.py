"""The nodes as columns of a drawing: each by itself while they are few, and otherwise those alike together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from chaudit_network.exhibits.network import AddressEntry, NodeEntry

COLUMNS = 8
"""So many columns fit beside each other."""

Likeness = tuple[object, ...]


class NodeColumn(msgspec.Struct, frozen=True):
    """One node, or several alike; `by_network` are the addresses of the first of them."""

    nodes: tuple[NodeEntry, ...]
    by_network: Mapping[str, tuple[AddressEntry, ...]]

    @property
    def is_one(self) -> bool:
        """Whether it is a single node."""
        return len(self.nodes) == 1

    @property
    def title(self) -> str:
        """The node's name, or how many there are."""
        return self.nodes[0].name if self.is_one else f"{len(self.nodes):,} nodes"

    @property
    def roles(self) -> str:
        """The roles of all of them, as far as they are the same."""
        found = {node.roles for node in self.nodes}
        return ", ".join(found.pop()) or "no role" if len(found) == 1 else "different roles"

    @property
    def not_ready(self) -> int:
        """How many are not Ready."""
        return sum(not node.ready for node in self.nodes)


def columns_of(nodes: Sequence[NodeEntry]) -> tuple[NodeColumn, ...]:
    """Return the columns, those with roles first, then the largest; likeness is as fine as there is room for."""
    for likeness in (_by_name, _by_interfaces, _by_networks, _by_roles):
        groups = _gather(nodes, likeness)
        if len(groups) <= COLUMNS:
            break
    ranked = sorted(groups, key=lambda group: (not group[0].roles, group[0].roles, -len(group), group[0].name))
    if len(ranked) > COLUMNS:
        ranked = [*ranked[: COLUMNS - 1], [node for group in ranked[COLUMNS - 1 :] for node in group]]
    return tuple(_column(group) for group in ranked)


def _gather(nodes: Iterable[NodeEntry], likeness: Callable[[NodeEntry], Likeness]) -> list[list[NodeEntry]]:
    groups: dict[Likeness, list[NodeEntry]] = defaultdict(list)
    for node in nodes:
        groups[likeness(node)].append(node)
    return list(groups.values())


def _by_name(node: NodeEntry) -> Likeness:
    return (node.name,)


def _by_interfaces(node: NodeEntry) -> Likeness:
    return node.roles, node.ready, frozenset((one.network, one.interface) for one in node.addresses)


def _by_networks(node: NodeEntry) -> Likeness:
    return node.roles, node.ready, frozenset(one.network for one in node.addresses)


def _by_roles(node: NodeEntry) -> Likeness:
    return (node.roles,)


def _column(group: Sequence[NodeEntry]) -> NodeColumn:
    found: dict[str, list[AddressEntry]] = defaultdict(list)
    for address in group[0].addresses:
        found[address.network].append(address)
    return NodeColumn(tuple(group), {name: tuple(addresses) for name, addresses in found.items()})
