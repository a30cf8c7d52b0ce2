"""Whether services that are meant to be reached by BGP can be, by way of more than one node."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import (
    INTENT,
    CannotTellError,
    DoesNotApplyError,
    Intent,
    Reading,
    Severity,
    Subject,
    Unknown,
    Verdicts,
    Violation,
    plural,
    rule,
    view,
)
from chaudit_bgp.outside import NOBODY
from chaudit_bgp.words import listed
from chaudit_network.addresses import IPAddress, holds, parse_address, parse_network
from chaudit_network.bgp.advertisements import Advertisement, Advertisements
from chaudit_network.bgp.calico_routes import ServiceRanges
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.routes import ServiceName
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.metallb_addresses import SERVICE_BGP_STATUSES, ServiceBGPStatus
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_routes import MetalLBOffer, metallb_offer, service_ranges
from chaudit_network.views.unread import Unread, unread

_ENOUGH = 2


class Published(msgspec.Struct, frozen=True):
    """A service, and those of its addresses that are meant to be told by BGP; `gaps` are why others may be."""

    service: Service
    addresses: tuple[IPAddress, ...]
    gaps: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """The service."""
        return self.service.subject


@view(SERVICES.reading, bgp_advertisements, service_ranges, metallb_offer, INTENT)
def published_services(
    services: Reading[Service],
    advertisements: Advertisements,
    ranges: ServiceRanges | Unread,
    offer: MetalLBOffer,
    intent: Intent,
) -> Sequence[Published | Unread]:
    """Select the services with an address that is meant to be told, or is told in any case.

    Meant are those in ranges of Calico's, in pools that MetalLB announces by BGP, and among the prefixes of the intent.

    Raises:
        DoesNotApplyError: there is no peer outside, nor an intent to tell anybody.
        CannotTellError: the services were not read.
    """
    if not advertisements.groups and not advertisements.unread and intent.bgp is None:
        raise DoesNotApplyError(NOBODY)
    declared = tuple(map(parse_network, intent.bgp.prefixes)) if intent.bgp else ()
    known = ranges if isinstance(ranges, ServiceRanges) else ServiceRanges((), (), ())
    unseen = [*([ranges] if isinstance(ranges, Unread) else ()), *offer.unread]
    gaps = tuple(dict.fromkeys(map(str, unseen)))
    found: list[Published | Unread] = []
    is_any_left_out = False
    for service in services.records:
        try:
            balanced = [parse_address(way.ip) for way in service.ingress if way.ip] if service.is_load_balancer else []
            external = [parse_address(text) for text in service.spec.external_ips if text]
        except CannotTellError as gap:
            found.append(Unread(service.subject, str(gap)))
            continue
        meant = [
            *(one for one in balanced if holds(known.load_balancer_ips, one) or offer.announces(service, one)),
            *(one for one in external if holds(known.external_ips, one)),
            *(one for one in (*balanced, *external) if holds(declared, one) or advertisements.toward(one)),
        ]
        is_left_out = set(meant) != {*balanced, *external}
        is_any_left_out = is_any_left_out or (is_left_out and service.is_proxied)
        doubts = gaps if is_left_out else ()
        if (meant or doubts) and service.is_proxied:
            found.append(Published(service, tuple(dict.fromkeys(meant)), doubts))
    perhaps_told = advertisements.unread if is_any_left_out else ()
    return [*found, *dict.fromkeys((*unread(services), *perhaps_told))]


class Reported(msgspec.Struct, frozen=True):
    """The nodes that report to announce a service, by its name, and the reports that were not understood."""

    nodes: Mapping[ServiceName, frozenset[str]]
    unread: tuple[Unread, ...]


@view(SERVICE_BGP_STATUSES.reading)
def reported_nodes(statuses: Reading[ServiceBGPStatus]) -> Reported:
    """Read what MetalLB's speakers report."""
    found: dict[ServiceName, set[str]] = defaultdict(set)
    for one in statuses.objects:
        found[one.status.service_namespace, one.status.service_name].add(one.status.node)
    return Reported({name: frozenset(nodes) for name, nodes in found.items()}, tuple(unread(statuses)))


@rule(
    "BGP-009",
    "Published services are advertised by at least two nodes",
    severity=Severity.HIGH,
    each=published_services,
    using=(bgp_advertisements, reported_nodes, INTENT),
    remediation="Run endpoints on two nodes at least, or use `externalTrafficPolicy: Cluster`; let two nodes "
    "at least peer with routers, and take the label "
    "`node.kubernetes.io/exclude-from-external-load-balancers` off those that should announce.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips",
        "https://metallb.io/usage/#traffic-policies",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S19"),),
)
def service_has_two_ways(
    judged: Published | Unread,
    advertisements: Advertisements,
    reported: Reported,
    intent: Intent,
) -> Verdicts:
    """Routers share traffic among the nodes that announce an address; with one such node its loss is an outage.

    A service with externalTrafficPolicy Local is announced only by nodes that have an endpoint. Without any, its range
    still draws traffic to every node, and there it is dropped.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
        return
    name = judged.service.namespace, judged.service.name
    _ = advertisements.of_service(name)
    yield from (Unknown(f"whether all its addresses are meant to be told is not known: {gap}") for gap in judged.gaps)
    for address in judged.addresses:
        told = advertisements.toward(address)
        problem = _problem(judged.service, address, told, reported, intent)
        is_final = not problem and told[0].route.is_host  # no longer prefix can draw the traffic elsewhere
        if advertisements.unread and not is_final:
            yield from (Unknown(str(gap)) for gap in advertisements.unread)
        elif problem:
            yield problem


def _problem(
    service: Service,
    address: IPAddress,
    told: Sequence[Advertisement],
    reported: Reported,
    intent: Intent,
) -> Violation | Unknown | None:
    own = [one for one in told if (service.namespace, service.name) in one.route.services]
    if service.is_local and told and not own:
        ranges = listed({one.prefix for one in told})
        return Violation(f"{address}: no node has a ready endpoint to announce it, while {ranges} draws its traffic")
    enough = 1 if intent.topology.single_node else _ENOUGH
    sure: set[str] = set()
    unsure = [one for one in told if one.route.speaker is Speaker.METALLB] if reported.unread else []
    for node in _nodes(service, [one for one in told if not one.doubt and one not in unsure], reported):
        sure.add(node)
        if len(sure) >= enough:
            return None
    doubts = [one for one in told if one.doubt]
    if doubts:
        return Unknown(f"{address}: {doubts[0].prefix} may be told: {doubts[0].doubt}")
    if unsure:
        return Unknown(f"{address}: {unsure[0].prefix} may be told: {reported.unread[0]}")
    if not sure:
        return Violation(f"{address}: no node announces it to the outside, expected {plural(enough, 'node')} at least")
    return Violation(f"{address}: only {listed(sure)} announces it, expected {enough} nodes at least")


def _nodes(service: Service, told: Sequence[Advertisement], reported: Reported) -> Iterator[str]:
    """Yield the nodes that announce; of MetalLB's only those that report it, where any node reports anything."""
    for one in told:
        if one.route.speaker is Speaker.METALLB and reported.nodes:
            yield from one.nodes & reported.nodes.get((service.namespace, service.name), frozenset())
        else:
            yield from one.nodes
