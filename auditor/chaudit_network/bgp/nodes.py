"""Nodes as the BGP speakers see them, found by name, by address and by label."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit_network.addresses import IPAddress, parse_interface
from chaudit_network.bgp.asn import parse_asn
from chaudit_network.kinds.calico import AS_NUMBER, NODE_ADDRESS_ANNOTATIONS, ROUTE_REFLECTOR_CLUSTER_ID
from chaudit_network.kinds.core import EXCLUDED_FROM_LOAD_BALANCERS, Node
from chaudit_network.kinds.label_selectors import LabelSelector
from chaudit_network.selectors import parse
from chaudit_network.selectors.expressions import And, Expression
from chaudit_network.selectors.terms import Comparison, Operator

FAMILIES = (4, 6)


class BGPNode(msgspec.Struct, frozen=True):
    """A node with the addresses that Calico speaks from, by family. `asn` is 0 where that of the cluster holds.

    One with a `cluster_id` is a route reflector (RFC 4456).
    """

    name: str
    labels: Mapping[str, str]
    addresses: Mapping[int, IPAddress]
    asn: int = 0
    cluster_id: str = ""

    @property
    def is_excluded_by_calico(self) -> bool:
        """Whether Calico announces no service from it; the value must be exactly `true`."""
        return self.labels.get(EXCLUDED_FROM_LOAD_BALANCERS) == "true"

    @property
    def is_excluded(self) -> bool:
        """Whether the others announce no service from it; the value does not matter."""
        return EXCLUDED_FROM_LOAD_BALANCERS in self.labels


def bgp_node(node: Node) -> BGPNode:
    """Return what the annotations of a node say of it; calico-node writes them, and people.

    Raises:
        CannotTellError: one of them cannot be understood.
    """
    texts = (node.annotations.get(key, "") for key in NODE_ADDRESS_ANNOTATIONS)
    addresses: dict[int, IPAddress] = {}
    for address in (parse_interface(text).ip for text in texts if text):
        addresses[address.version] = address
    return BGPNode(
        node.name,
        node.metadata.labels,
        addresses,
        parse_asn(node.annotations.get(AS_NUMBER, "")),
        node.annotations.get(ROUTE_REFLECTOR_CLUSTER_ID, ""),
    )


class BGPNodes(msgspec.Struct, dict=True):
    """All nodes whose annotations could be read."""

    nodes: Sequence[BGPNode]
    _selected: dict[object, frozenset[str]] = msgspec.field(default_factory=dict)

    def __iter__(self) -> Iterator[BGPNode]:
        """Yield the nodes by name."""
        return iter(self.nodes)

    @cached_property
    def by_name(self) -> Mapping[str, BGPNode]:
        """The nodes by name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all nodes."""
        return frozenset(self.by_name)

    @cached_property
    def by_address(self) -> Mapping[IPAddress, Sequence[BGPNode]]:
        """The nodes by each address that Calico speaks from."""
        found: dict[IPAddress, list[BGPNode]] = defaultdict(list)
        for node in self.nodes:
            for address in node.addresses.values():
                found[address].append(node)
        return found

    def matching(self, selector: str) -> frozenset[str]:
        """Return the names of the nodes that a selector of Calico means; each selector is looked for once.

        Raises:
            SelectorError: Calico would refuse it.
        """
        expression = parse(selector).expression
        if expression not in self._selected:
            candidates = self._candidates(expression)
            found = frozenset(node.name for node in candidates if expression.matches(node.labels))
            self._selected[expression] = self._shared(found)
        return self._selected[expression]

    def selected(self, selectors: Sequence[LabelSelector]) -> frozenset[str]:
        """Return the names of the nodes that one of the label selectors means; all where there is none."""
        if not selectors:
            return self.names
        key = tuple(map(repr, selectors))
        if key not in self._selected:
            candidates = self._that_may_match(selectors)
            found = (node.name for node in candidates if any(one.matches(node.labels) for one in selectors))
            self._selected[key] = self._shared(frozenset(found))
        return self._selected[key]

    def _shared(self, names: frozenset[str]) -> frozenset[str]:
        """Return the one set of all names in the place of its equals, so that they are told to be equal at once."""
        return self.names if names == self.names else names

    def _candidates(self, expression: Expression) -> Iterable[BGPNode]:
        """Return the nodes that may match: those with one label where a value of it is asked for."""
        for condition in expression.operands if isinstance(expression, And) else (expression,):
            match condition:
                case Comparison(label, Operator.EQUALS, value):
                    return self._by_label.get((label, value), ())
        return self.nodes

    def _that_may_match(self, selectors: Sequence[LabelSelector]) -> Iterable[BGPNode]:
        if any(not selector.match_labels for selector in selectors):
            return self.nodes
        labels = (next(iter(selector.match_labels.items())) for selector in selectors)
        return (node for label in labels for node in self._by_label.get(label, ()))

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str], Sequence[BGPNode]]:
        found: dict[tuple[str, str], list[BGPNode]] = defaultdict(list)
        for node in self.nodes:
            for label in node.labels.items():
                found[label].append(node)
        return found
