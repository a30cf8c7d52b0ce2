"""Whether routers outside hear only of the prefixes that they are meant to hear of."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress

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
    rule,
    view,
)
from chaudit_bgp.outside import NOBODY
from chaudit_bgp.words import hearers, listed
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.bgp.advertisements import Advertisement, Advertisements
from chaudit_network.bgp.filters import ACCEPT, Filters, bgp_filters, takes_all, within
from chaudit_network.bgp.passing import PassedOn, Passing
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.routes import Origin, Route, Routes
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.calico_policy import IP_POOLS, IPPool
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_passing import bgp_passing
from chaudit_network.views.bgp_routes import bgp_routes
from chaudit_network.views.unread import Unread, unread

_UNDECLARED = frozenset({Origin.PODS, Origin.CLUSTER_IPS})
"""What nobody outside needs to hear of unless somebody says so."""


class Exported(msgspec.Struct, frozen=True):
    """What is told of one thing: a range, a pool of pods, a service; or a filter that lets everything out."""

    subject: Subject
    told: list[Advertisement | PassedOn] = msgspec.field(default_factory=list)
    open_rules: tuple[str, ...] = ()

    @property
    def may_grow(self) -> bool:
        """Whether what was not read may tell more of it: another address of a service, another block of a pool."""
        return self.subject.kind in {"Service", "IPPool"}


@view(bgp_advertisements, bgp_routes, bgp_passing, bgp_filters, IP_POOLS.reading)
def exported(
    advertisements: Advertisements, routes: Routes, passing: Passing, filters: Filters, pools: Reading[IPPool]
) -> Sequence[Exported | Unread]:
    """Gather what is told to peers outside by what it is about, and what only nodes that heard of it pass on.

    Raises:
        DoesNotApplyError: there is no such peer.
    """
    if not advertisements.groups and not advertisements.unread:
        raise DoesNotApplyError(NOBODY)
    networks: list[tuple[IPNetwork, Subject]] = []
    for pool in pools.objects:
        with suppress(CannotTellError):  # a pool that is no network holds no block
            networks.append((parse_network(pool.spec.cidr), pool.subject))
    found: dict[Subject, Exported] = {}
    for one in (*advertisements, *_passed_on(routes, advertisements, passing)):
        for subject in _about(one.route, networks):
            found.setdefault(subject, Exported(subject)).told.append(one)
    gaps = [*advertisements.unread, *advertisements.unread_services]
    if any(group.filters for group in advertisements.groups):
        gaps += unread(filters.reading)
    return [*gaps, *found.values(), *_open_filters(advertisements, filters)]


def _passed_on(routes: Routes, advertisements: Advertisements, passing: Passing) -> Iterator[PassedOn]:
    """Yield what reaches peers outside only by way of other nodes than those that tell it."""
    for route in routes.found:
        if route.speaker is Speaker.CALICO and not advertisements.of_prefix(route.prefix):
            yield from passing.of(route)


def _about(route: Route, pools: Sequence[tuple[IPNetwork, Subject]]) -> Iterator[Subject]:
    if route.services:
        yield from (Subject("Service", namespace, name) for namespace, name in route.services)
    elif route.origin is Origin.PODS and route.speaker is Speaker.CALICO:
        own = (subject for network, subject in pools if within(route.prefix, network))
        yield next(own, Subject("Prefix", name=str(route.prefix)))
    else:
        yield Subject("Prefix", name=str(route.prefix))


def _open_filters(advertisements: Advertisements, filters: Filters) -> Iterator[Exported]:
    """Yield the filters that let everything out, past what Calico itself holds back, where none before decides."""
    rules: dict[str, list[str]] = defaultdict(list)
    for group in advertisements.groups if filters.reading.is_complete else ():
        for family in group.families:
            catching = (
                (name, f"rule {number} of exportV{family}", found.action)
                for name in group.filters
                for number, found in enumerate(filters.exports_of(name, family), start=1)
                if takes_all(found, is_internal=group.is_internal)
            )
            name, text, action = next(catching, ("", "", ""))
            if action == ACCEPT:
                rules[name].append(text)
    for name, texts in rules.items():
        yield Exported(Subject("BGPFilter", name=name), open_rules=tuple(dict.fromkeys(texts)))


@rule(
    "BGP-007",
    "Only intended prefixes are exported to external BGP peers",
    severity=Severity.HIGH,
    each=exported,
    using=(bgp_advertisements, INTENT),
    remediation="Say in `bgp.prefixes` of the intent file what may be told. Keep the rest in: narrow "
    "`serviceClusterIPs`, `serviceExternalIPs` and `serviceLoadBalancerIPs` of the BGPConfiguration, set "
    "`disableBGPExport` on IPPools, or name a BGPFilter with `exportV4` and `exportV6` that ends in a rejection.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips",
        "https://docs.tigera.io/calico/latest/reference/resources/bgpfilter",
        "https://metallb.io/configuration/_advanced_bgp_configuration/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S19"), NIST.at("AC-4", "SC-7")),
)
def exports_are_intended(judged: Exported | Unread, advertisements: Advertisements, intent: Intent) -> Verdicts:
    """Whatever is exported can be reached from wherever the routers carry it, without any service in between.

    Calico tells the ranges it is given as a whole, from every node, whether or not a service uses them; and the blocks
    of pod addresses, unless their pool is held back. What a filter accepts leaves past these rules: networks that the
    node is attached to, too.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
        return
    for text in judged.open_rules:
        yield Violation(f"{text} accepts every route of a node, past what Calico holds back itself")
    allowed = [parse_network(cidr) for cidr in intent.bgp.prefixes] if intent.bgp else []
    strays = [one for one in judged.told if not any(within(one.prefix, network) for network in allowed)]
    sure = [one for one in strays if not one.doubt]
    yield from (Unknown(f"{one.prefix} may be told: {one.doubt}") for one in strays if one.doubt)
    if not sure:
        yield from (Unknown(str(gap)) for gap in (advertisements.unread if judged.may_grow else ()))
        return
    prefixes = listed({str(one.prefix) for one in sure})
    peers = hearers(sure)
    if allowed or sure[0].route.origin in _UNDECLARED:
        permitted = f"bgp.prefixes allows {listed(allowed)}" if allowed else "bgp.prefixes of the intent allows none"
        yield Violation(f"{prefixes} ({sure[0].route.origin}) is told to {peers}: {permitted}")
    else:
        yield Unknown(
            f"whether {prefixes} may be told to {peers} is not declared: list it in bgp.prefixes of the intent"
        )
