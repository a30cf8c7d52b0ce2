"""What the StarlingX deployment manager declares: the networks of the platform and the addresses of its controllers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPAddress, IPNetwork, parse_address, parse_network
from chaudit_network.kinds.starlingx import ADDRESS_POOLS, PLATFORM_NETWORKS, AddressPool, PlatformNetwork
from chaudit_network.views.unread import unread

CONTROLLERS = ("controller-0", "controller-1")
"""The names StarlingX gives its controllers, on a system of one node too: these are the names of the Nodes as well."""

_OF_ANOTHER_SYSTEM = "system-controller"
"""The type of the networks of the central cloud, as a subcloud knows them: nobody here has an address in them."""


class ControllerAddress(msgspec.Struct, frozen=True):
    """An address of a controller. A floating one is on the controller that is active."""

    address: IPAddress
    pool: str
    is_floating: bool


class Platform(msgspec.Struct, frozen=True):
    """The platform's networks by name, its controllers' addresses by node, and what could not be read or understood."""

    networks: Mapping[str, tuple[IPNetwork, ...]]
    controllers: Mapping[str, Sequence[ControllerAddress]]
    gaps: tuple[str, ...]


@view(PLATFORM_NETWORKS.reading, ADDRESS_POOLS.reading)
def platform(networks: Reading[PlatformNetwork], address_pools: Reading[AddressPool]) -> Platform:
    """Join networks to their pools, which live in the same namespace; a network is known with all its pools or not."""
    pools = {(pool.namespace, pool.name): pool for pool in address_pools.objects}
    cidrs: dict[str, tuple[IPNetwork, ...]] = defaultdict(tuple)
    controllers: dict[str, list[ControllerAddress]] = defaultdict(list)
    gaps = [str(gap) for reading in (networks, address_pools) for gap in unread(reading)]
    for network in networks.objects:
        keys = [(network.namespace, name) for name in network.spec.associated_address_pools]
        if missing := [name for namespace, name in keys if (namespace, name) not in pools]:
            if address_pools.is_complete:
                gaps.append(f"{network.subject}: there is no AddressPool {missing[0]}")
            continue
        try:
            joined = tuple(_subnet(pools[key]) for key in keys)
            held = [] if network.spec.type == _OF_ANOTHER_SYSTEM else [one for key in keys for one in _held(pools[key])]
        except CannotTellError as gap:
            gaps.append(str(gap))
            continue
        cidrs[network.spec.type] += joined
        for node, address in held:
            controllers[node].append(address)
    return Platform({name: found for name, found in cidrs.items() if found}, controllers, tuple(gaps))


def _subnet(pool: AddressPool) -> IPNetwork:
    try:
        return parse_network(f"{pool.spec.subnet}/{pool.spec.prefix}")
    except CannotTellError as gap:
        raise CannotTellError(f"{pool.subject}: {gap}") from gap


def _held(pool: AddressPool) -> Iterator[tuple[str, ControllerAddress]]:
    """Yield who has which address of a pool."""
    spec = pool.spec
    for text, nodes in (
        (spec.controller0_address, CONTROLLERS[:1]),
        (spec.controller1_address, CONTROLLERS[1:]),
        (spec.floating_address, CONTROLLERS),
    ):
        if not text:
            continue
        try:
            address = ControllerAddress(parse_address(text), pool.name, is_floating=nodes == CONTROLLERS)
        except CannotTellError as gap:
            raise CannotTellError(f"{pool.subject}: {gap}") from gap
        for node in nodes:
            yield node, address
