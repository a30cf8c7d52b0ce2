"""Candidates: the addresses and TCP ports at which an exposure can be tried, and the bound of whom to try at all.

Whoever may write services can name any address of the world in them. An address counts as the cluster's own if a node
has it, or if it lies in a network that administrators named: in the intent file, in StarlingX, or as a pool of MetalLB.
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv6Address
from itertools import zip_longest

import msgspec

from chaudit import INTENT, Intent, view
from chaudit_network.addresses import IPAddress, IPNetwork, holds, parse_address, parse_network
from chaudit_network.bgp.pools import PoolIndex
from chaudit_network.exposure.model import ExposureGroup, ExposureModel
from chaudit_network.exposure.placement import Places
from chaudit_network.exposure.verdict import Reach
from chaudit_network.exposure.view import exposure, places
from chaudit_network.kinds.metallb_addresses import IPAddressPool
from chaudit_network.views.bgp_routes import MetalLBOffer, metallb_offer
from chaudit_network.views.networks import Networks, networks


class Candidate(msgspec.Struct, frozen=True):
    """An address and a TCP port to try."""

    address: str
    port: int


class OwnAddresses(msgspec.Struct, frozen=True):
    """Which addresses are the cluster's own."""

    places: Places
    networks: Networks
    declared: frozenset[IPAddress]
    prefixes: Sequence[IPNetwork]
    pools: PoolIndex[IPAddressPool]

    def __contains__(self, address: IPAddress) -> bool:
        """Whether a probe may contact the address; never one that means something else on each machine."""
        if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            return False
        if address in self.places.by_address or address in self.declared:
            return True
        is_named = self.networks.of(address) is not None or self.pools.of(address) is not None
        return is_named or holds(self.prefixes, address)


@view(INTENT, places, networks, metallb_offer)
def own_addresses(intent: Intent, where: Places, known: Networks, offer: MetalLBOffer) -> OwnAddresses:
    """Gather what the cluster's nodes have and its administrators name."""
    balancers = frozenset(parse_address(one.address) for name in intent.names for one in name.balancers)
    prefixes = intent.bgp.prefixes if intent.bgp else ()
    return OwnAddresses(where, known, balancers, [parse_network(prefix) for prefix in prefixes], offer.pools)


class Candidates(msgspec.Struct, frozen=True):
    """All candidates, once each: what may be open to somebody before what is closed to everybody.

    Among these, one place of every way in comes before a second place of any, so that a limit leaves no way in out.
    """

    groups: Sequence[ExposureGroup]
    own: OwnAddresses

    def __iter__(self) -> Iterator[Candidate]:
        """Yield them in their order."""
        tcp = [group for group in self.groups if group.way.protocol == "TCP"]
        closed = [all(one.verdict is Reach.CLOSED for one in group.verdicts.values()) for group in tcp]
        seen: set[tuple[IPAddress, int]] = set()
        for wanted in (False, True):
            chosen = [group for group, is_closed in zip(tcp, closed, strict=True) if is_closed is wanted]
            for address, port in _turns(chosen):
                if (address, port) not in seen and address in self.own:
                    seen.add((address, port))
                    yield Candidate(str(address), port)


def _turns(groups: Sequence[ExposureGroup]) -> Iterator[tuple[IPAddress, int]]:
    for turn in zip_longest(*(group.places for group in groups)):
        for group, place in zip(groups, turn, strict=True):
            if place is not None:
                yield place.address, group.way.port


@view(exposure, own_addresses)
def candidates(model: ExposureModel, own: OwnAddresses) -> Iterable[Candidate]:
    """Find whom to try."""
    return Candidates(model.groups, own)
