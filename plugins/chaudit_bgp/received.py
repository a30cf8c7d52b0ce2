"""Whether routers heard what nodes tell them, and nothing else: their own tables against what the objects come to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import (
    INTENT,
    DoesNotApplyError,
    Intent,
    NotApplicable,
    Severity,
    Subject,
    Unknown,
    Verdicts,
    Violation,
    plural,
    rule,
    view,
)
from chaudit_bgp.words import listed
from chaudit_network.addresses import IPAddress, IPNetwork, holds, parse_network
from chaudit_network.bgp.advertisements import Advertisement, Advertisements
from chaudit_network.bgp.filters import within
from chaudit_network.bgp.node_sets import NodeSet
from chaudit_network.bgp.routes import Origin
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_received import Heard, Received, bgp_received
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.networks import CLUSTER_HOST, Networks, networks
from chaudit_network.views.unread import Unread

_ENOUGH = 2
_STARLINGX = "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html"
_FRR = "https://docs.frrouting.org/en/latest/bgp.html"
_MRT = "https://www.rfc-editor.org/rfc/rfc6396"

NextHops = Mapping[str, IPAddress | None]
"""The next hop that each node names, where it is known."""


class Expected(msgspec.Struct, frozen=True):
    """A prefix, and for each router the nodes that tell it, with the next hop where that is known.

    `doubts` say why more of them may tell it.
    """

    prefix: IPNetwork
    tellers: Mapping[str, NextHops]
    doubts: Sequence[str] = ()

    @property
    def subject(self) -> Subject:
        """The prefix."""
        return Subject("Prefix", name=str(self.prefix))


class HeardPrefix(msgspec.Struct, frozen=True):
    """A prefix that routers heard from the cluster."""

    prefix: IPNetwork
    ways: Sequence[Heard]

    @property
    def subject(self) -> Subject:
        """The prefix."""
        return Subject("Prefix", name=str(self.prefix))


@view(bgp_received, bgp_advertisements)
def expected_prefixes(received: Received, advertisements: Advertisements) -> Sequence[Expected | Unread]:
    """Return what each router should have heard, and the routers of which it is not known what they should have.

    Raises:
        DoesNotApplyError: no peer outside is configured.
    """
    if not advertisements.groups and not advertisements.unread:
        raise DoesNotApplyError("no BGP peer outside of the cluster is configured, and so nobody should hear anything")
    found: dict[IPNetwork, dict[str, NextHops]] = defaultdict(dict)
    doubts: dict[IPNetwork, list[str]] = defaultdict(list)
    gaps: list[Unread] = [*advertisements.unread, *advertisements.unread_services]
    for router in received.routers:
        peers = _peers_behind(router, advertisements)
        if not peers:
            reason = f"which peer it is is not known: probe with bgp-rib=ADDRESS@{router}"
            gaps.append(Unread(Subject("Peer", name=router), reason))
        tellers = _Tellers(peers)
        for one in advertisements if peers else ():
            if own := tellers.of(one):
                found[one.prefix][router] = {**others, **own} if (others := found[one.prefix].get(router)) else own
            elif one.doubt and not peers.isdisjoint(one.group.called):
                doubts[one.prefix].append(one.doubt)
    prefixes = dict.fromkeys((*found, *doubts))
    return [*gaps, *(Expected(prefix, found.get(prefix, {}), doubts.get(prefix, ())) for prefix in prefixes)]


def _peers_behind(router: str, advertisements: Advertisements) -> frozenset[str]:
    """Return what nodes call a router: the address that was given for it, or the only peer there is in a family."""
    peers = {peer for group in advertisements.groups for peer in group.peers}
    if router in {peer.called for peer in peers}:
        return frozenset({router})
    by_family = defaultdict(set)
    for peer in peers:
        by_family[peer.address.version if peer.address else 0].add(peer.called)
    only = all(len(called) == 1 for called in by_family.values())
    return frozenset(name for called in by_family.values() for name in called) if only else frozenset()


class _Tellers(msgspec.Struct):
    """Finds the nodes that surely tell one of the peers, with the next hop they name; the same nodes tell much."""

    peers: frozenset[str]
    _known: dict[tuple[int, NodeSet, int], NextHops] = msgspec.field(default_factory=dict)

    def of(self, one: Advertisement) -> NextHops:
        if one.doubt or self.peers.isdisjoint(one.group.called):
            return {}
        key = id(one.group), one.nodes, one.prefix.version
        if key not in self._known:
            hops = one.next_hops()
            own = {session.node for session in one.sessions() if session.peer.called in self.peers}
            self._known[key] = {node: hops[node] for node in sorted(own)}
        return self._known[key]


@rule(
    "BGP-014",
    "Routers heard what the nodes tell them",
    severity=Severity.HIGH,
    each=expected_prefixes,
    using=(bgp_received, bgp_advertisements),
    remediation="See whether the session is up, and whether the router filters what it takes: its own log says what it "
    "drops. Where it heard from fewer nodes than tell it, look into BIRD or FRR on those that are missing.",
    references=(_STARLINGX, _FRR, _MRT),
    controls=(CLUSTER_HOST_NETWORK.at("S18", "S19"),),
)
def router_heard_it(judged: Expected | Unread, received: Received, advertisements: Advertisements) -> Verdicts:
    """What a cluster is configured to announce is worth what routers make of it: filters drop routes, sessions fail.

    The table of a router is the proof. It is asked for with `--probe bgp-rib=...`, and the rule does not apply without.
    """
    if isinstance(judged, Unread):
        yield Unknown(judged.reason)
        return
    for router, tellers in judged.tellers.items():
        ways = received.by(router, judged.prefix)
        fresh, stale = ({way.next_hop for way in ways if way.is_stale is sort} for sort in (False, True))
        lost = [node for node, hop in tellers.items() if hop is not None and hop not in fresh]
        missing = [node for node in lost if tellers[node] not in stale]
        if not ways:
            yield Violation(f"{listed([router])} has not heard of it, which {listed(tellers)} should tell it")
        elif missing:
            yield Violation(f"{listed([router])} has not heard of it from {listed(missing)}")
        if kept := [node for node in lost if node not in missing]:
            yield Violation(f"{listed([router])} still sends to {listed(kept)}, though the session is gone")
    yield from (Unknown(f"it may be told: {doubt}") for doubt in judged.doubts)
    yield from (Unknown(str(gap)) for gap in advertisements.unread)  # others may tell it, or tell others


@view(bgp_received, bgp_sessions)
def heard_prefixes(received: Received, sessions: Sessions) -> Sequence[HeardPrefix | Unread]:
    """Return the prefixes that routers heard from the cluster, and what may tell that they heard more from it."""
    return [*(HeardPrefix(prefix, ways) for prefix, ways in received.heard.items()), *sessions.unread]


@rule(
    "BGP-015",
    "Routers heard only of intended prefixes",
    severity=Severity.HIGH,
    each=heard_prefixes,
    using=(INTENT,),
    remediation="Find out who tells it: a range or a pool of Calico (BGP-007 names them), a filter that accepts more "
    "than it should, a route that somebody added on a node. Or list the prefix in `bgp.prefixes` of the intent file.",
    references=(_STARLINGX, _FRR, _MRT),
    controls=(CLUSTER_HOST_NETWORK.at("S19"), NIST.at("AC-4", "SC-7")),
)
def heard_prefix_is_intended(judged: HeardPrefix | Unread, intent: Intent) -> Verdicts:
    """What a router heard can be reached by all to whom it tells it on, whatever the configuration says.

    Nodes also pass on what no object speaks of: networks of their other interfaces, routes left by what is gone.
    """
    allowed = [parse_network(cidr) for cidr in intent.bgp.prefixes] if intent.bgp else []
    if not allowed:
        yield NotApplicable("bgp.prefixes of the intent file says nothing of what may be heard")
    elif isinstance(judged, Unread):
        yield Unknown(str(judged))
    elif not any(within(judged.prefix, network) for network in allowed):
        routers, hops = listed({way.router for way in judged.ways}), listed({way.next_hop for way in judged.ways})
        yield Violation(f"{routers} heard of it by way of {hops}: bgp.prefixes allows {listed(allowed)}")


@rule(
    "BGP-016",
    "Routers heard of services by two ways over the cluster host network",
    severity=Severity.MEDIUM,
    each=heard_prefixes,
    using=(networks, bgp_advertisements, INTENT),
    remediation="Let two nodes at least announce the service, each from its address on the cluster host network: see "
    "BGP-009 and BGP-010. A way that is not valid leads to a next hop that the router cannot reach.",
    references=(_STARLINGX, _FRR, _MRT),
    controls=(CLUSTER_HOST_NETWORK.at("S19"),),
)
def heard_by_two_ways(
    judged: HeardPrefix | Unread, known: Networks, advertisements: Advertisements, intent: Intent
) -> Verdicts:
    """Routers share traffic among the next hops that they heard of; what they heard of by one is lost with it.

    The way to a service's own address is a node that tells it, not one that passes on what it heard. A next hop on
    another network than the nodes' own leads clients past the policy that was planned for them.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
        return
    network = known.named(CLUSTER_HOST)
    strays = {way.next_hop for way in judged.ways if way.is_direct and not holds(network.cidrs, way.next_hop)}
    if strays:
        yield Violation(f"the next hop {listed(strays)} is outside of {network}")
    if network.is_inferred:
        yield Unknown(f"{network} is only inferred from {network.origin}: declare networks.{CLUSTER_HOST}.cidrs")
    if not intent.topology.single_node and not _is_of_pods(judged.prefix, advertisements):
        too_few = list(_too_few(_leading_there(judged, advertisements)))
        yield from too_few or _hidden(judged.prefix, advertisements)


def _is_of_pods(prefix: IPNetwork, advertisements: Advertisements) -> bool:
    """Whether a prefix is a block of pod addresses, to which its own node is the only way."""
    return any(one.route.origin is Origin.PODS for one in advertisements.of_prefix(prefix))


def _leading_there(judged: HeardPrefix, advertisements: Advertisements) -> Sequence[Heard]:
    """Return the ways to a prefix; to a service's own address, of nodes only those that tell it or may do so."""
    told = [one for one in advertisements.of_prefix(judged.prefix) if one.route.services]
    tellers = {name for one in told for name in one.nodes}
    return [way for way in judged.ways if not tellers or not way.nodes or tellers.intersection(way.nodes)]


def _hidden(prefix: IPNetwork, advertisements: Advertisements) -> Iterator[Unknown]:
    """Yield why it is not known whether a single address is a service's own, which not all nodes lead to."""
    if prefix.prefixlen == prefix.max_prefixlen and not advertisements.of_prefix(prefix):
        yield from (Unknown(str(gap)) for gap in advertisements.unread)
        yield from map(Unknown, dict.fromkeys(advertisements.doubts.values()))


def _too_few(ways: Sequence[Heard]) -> Iterator[Violation]:
    by_router: dict[str, set[IPAddress]] = defaultdict(set)
    for way in ways:
        by_router[way.router].update({way.next_hop} if way.is_valid and not way.is_stale else ())
    for router, hops in by_router.items():
        if len(hops) < _ENOUGH:
            seen = f"{plural(len(hops), 'valid way')}{f', {listed(hops)}' if hops else ''}"
            yield Violation(f"{listed([router])} has {seen}, expected {_ENOUGH} at least")
