"""Whether every pool of service addresses is announced, and by one speaker."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import DoesNotApplyError, Reading, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_bgp.words import listed
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.bgp.calico_routes import ServiceRanges
from chaudit_network.bgp.filters import within
from chaudit_network.bgp.metallb_routes import selects_pool
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.pools import networks_of
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.kinds.metallb_addresses import (
    BGP_ADVERTISEMENTS,
    IP_ADDRESS_POOLS,
    L2_ADVERTISEMENTS,
    BGPAdvertisement,
    IPAddressPool,
    L2Advertisement,
)
from chaudit_network.views.bgp_routes import service_ranges
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.unread import Unread, unread

_FOR_SERVICES = "LoadBalancer"


class SharedPeer(msgspec.Struct, frozen=True):
    """A router with which several speakers of one node hold sessions."""

    name: str
    speakers: Mapping[str, frozenset[Speaker]]

    @property
    def subject(self) -> Subject:
        """The router."""
        return Subject("Peer", name=self.name)


class Announcing(msgspec.Struct, frozen=True):
    """What announces pools: advertisements of MetalLB, and ranges of Calico."""

    by_bgp: Reading[BGPAdvertisement]
    by_l2: Reading[L2Advertisement]
    ranges: ServiceRanges | Unread

    def by_metallb(self, pool: IPAddressPool) -> bool:
        """Whether an advertisement selects a pool, for whatever services.

        Raises:
            CannotTellError: not all were read.
        """
        return self.by_metallb_bgp(pool) or any(selects_pool(one, pool) for one in self.by_l2.complete_records)

    def by_metallb_bgp(self, pool: IPAddressPool) -> bool:
        """Whether an advertisement by BGP selects a pool.

        Raises:
            CannotTellError: not all were read.
        """
        return any(selects_pool(one, pool) for one in self.by_bgp.complete_records)

    def by_calico(self, networks: Sequence[IPNetwork]) -> Sequence[IPNetwork]:
        """Return the ranges of Calico's in which the networks are, or which are in them; Unread ones are none."""
        if isinstance(self.ranges, Unread):
            return ()
        return [
            one
            for one in self.ranges.load_balancer_ips
            if any(within(network, one) or within(one, network) for network in networks)
        ]


announcing = view(BGP_ADVERTISEMENTS.reading, L2_ADVERTISEMENTS.reading, service_ranges)(Announcing)
"""The view that answers with `Announcing`."""


@view(IP_ADDRESS_POOLS.reading, IP_POOLS.reading, bgp_sessions)
def service_pools(
    pools: Reading[IPAddressPool], calico: Reading[IPPool], sessions: Sessions
) -> Sequence[IPAddressPool | IPPool | SharedPeer | Unread]:
    """Return the pools of service addresses, and the routers that hear several speakers of one node.

    Raises:
        DoesNotApplyError: there are none of either.
    """
    found: list[IPAddressPool | IPPool | SharedPeer | Unread] = [*pools.objects, *unread(pools), *unread(calico)]
    found += (pool for pool in calico.objects if _FOR_SERVICES in pool.spec.allowed_uses)
    found += (*_shared(sessions), *sessions.unread)
    if not found:
        raise DoesNotApplyError("there is no pool of service addresses, and no router hears two speakers of one node")
    return found


def _shared(sessions: Sessions) -> Iterator[SharedPeer]:
    speakers: dict[str, dict[str, set[Speaker]]] = defaultdict(lambda: defaultdict(set))
    for session in sessions.external:
        speakers[session.peer.called][session.node].add(session.speaker)
    for name, by_node in speakers.items():
        shared = {node: frozenset(found) for node, found in by_node.items() if len(found) > 1}
        if shared:
            yield SharedPeer(name, shared)


@rule(
    "BGP-011",
    "Every pool of service addresses is announced, and by one speaker",
    severity=Severity.MEDIUM,
    each=service_pools,
    using=(announcing,),
    remediation="Select the pool with a BGPAdvertisement or an L2Advertisement of MetalLB, or list its networks in "
    "`serviceLoadBalancerIPs` of Calico's BGPConfiguration, and not both. Let one of the two peer with the router: "
    "where Calico does, MetalLB gives out addresses only.",
    references=(
        "https://metallb.io/configuration/calico/",
        "https://metallb.io/configuration/#announce-the-service-ips",
        "https://docs.tigera.io/calico/latest/networking/ipam/service-loadbalancer",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S18"),),
)
def pool_is_announced_once(judged: IPAddressPool | IPPool | SharedPeer | Unread, announced: Announcing) -> Verdicts:
    """A pool that nobody announces gives services addresses to which no packet comes.

    A router takes one session from an address: of two speakers on a node the second is refused, time and again. What
    both announce is reached by ways that neither knows of.
    """
    match judged:
        case Unread():
            yield Unknown(str(judged))
        case SharedPeer():
            for node, speakers in judged.speakers.items():
                yield Violation(
                    f"{listed(speakers)} each hold a session with it on node {listed([node])}, expected one"
                )
        case IPPool():
            yield from _calico_pool(judged, announced)
        case IPAddressPool():
            yield from _metallb_pool(judged, announced)


def _metallb_pool(pool: IPAddressPool, announced: Announcing) -> Verdicts:
    networks = networks_of(pool)
    by_calico = announced.by_calico(networks)
    rest = [network for network in networks if not any(within(network, one) for one in by_calico)]
    if by_calico and announced.by_metallb_bgp(pool):
        message = f"MetalLB announces it by BGP, and so does Calico with {listed(by_calico)}"
        yield Violation(message, severity=Severity.LOW)
    if rest and not announced.by_metallb(pool):
        yield _silent(announced, f"no advertisement of MetalLB selects it, and no range of Calico's has {listed(rest)}")
    elif isinstance(announced.ranges, Unread):
        yield Unknown(str(announced.ranges))


def _calico_pool(pool: IPPool, announced: Announcing) -> Verdicts:
    network = parse_network(pool.spec.cidr)
    if not any(within(network, one) for one in announced.by_calico([network])):
        yield _silent(announced, f"no range in serviceLoadBalancerIPs has {network}")


def _silent(announced: Announcing, message: str) -> Violation | Unknown:
    """Return that a pool is not announced, unless Calico might do it by what was not read."""
    return Unknown(str(announced.ranges)) if isinstance(announced.ranges, Unread) else Violation(message)
