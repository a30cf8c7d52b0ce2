"""The communities with which Calico tags routes, by the prefixAdvertisements of its configuration."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.bgp.filters import within
from chaudit_network.bgp.routes import Route
from chaudit_network.kinds.calico_bgp import BGPConfigurationSpec

_Tags = Sequence[tuple[IPNetwork, Sequence[str]]]

_PARTS = frozenset({2, 3})


def tagged(
    routes: Iterable[Route], of_all: BGPConfigurationSpec, of_nodes: Mapping[str, BGPConfigurationSpec]
) -> Iterator[Route]:
    """Yield routes with their communities; a node with a configuration of its own has none of the others.

    Of a name that stands for no community nothing comes.

    Raises:
        CannotTellError: what should be tagged is no network.
    """
    default = _tags(of_all)
    own = {name: _tags(spec) for name, spec in of_nodes.items() if spec.prefix_advertisements is not None}
    for route in routes:
        few, many = (route.nodes, own.keys()) if len(route.nodes) < len(own) else (own.keys(), route.nodes)
        apart = [name for name in few if name in many]
        rest = route.nodes.difference(apart) if apart else route.nodes
        for nodes, tags in ((rest, default), *((frozenset({name}), own[name]) for name in sorted(apart))):
            if nodes:
                found = (value for network, values in tags if within(route.prefix, network) for value in values)
                yield replace(route, nodes=nodes, communities=tuple(dict.fromkeys(found)))


def _tags(spec: BGPConfigurationSpec) -> _Tags:
    values = {community.name: community.value for community in spec.communities}
    return [
        (parse_network(one.cidr), [value for name in one.communities if (value := community_of(name, values))])
        for one in spec.prefix_advertisements or ()
        if one.cidr
    ]


def community_of(text: str, values: Mapping[str, str]) -> str:
    """Return a community that is given by its value or by name, nothing for what is neither."""
    parts = text.split(":")
    is_value = len(parts) in _PARTS and all(part.isdecimal() for part in parts)
    return text if is_value else values.get(text, "")
