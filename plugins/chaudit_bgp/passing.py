"""Whether nodes without an endpoint draw the traffic of services that only nodes with one can serve."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from chaudit import DoesNotApplyError, Reading, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_bgp.outside import NOBODY
from chaudit_bgp.words import listed
from chaudit_network.bgp.advertisements import Advertisements
from chaudit_network.bgp.passing import Passing
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.routes import Route, Routes, ServiceName
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_passing import bgp_passing
from chaudit_network.views.bgp_routes import bgp_routes
from chaudit_network.views.unread import Unread


class LocalService(msgspec.Struct, frozen=True):
    """A service that Calico tells from the nodes with an endpoint, and the routes to its addresses."""

    service: Service
    routes: Sequence[Route]

    @property
    def subject(self) -> Subject:
        """The service."""
        return self.service.subject


@view(SERVICES.reading, bgp_routes, bgp_advertisements)
def told_local_services(
    services: Reading[Service], routes: Routes, advertisements: Advertisements
) -> Sequence[LocalService | Unread]:
    """Select the services with externalTrafficPolicy Local that Calico's nodes tell one by one.

    Raises:
        DoesNotApplyError: there is no peer outside.
    """
    if not advertisements.groups and not advertisements.unread:
        raise DoesNotApplyError(NOBODY)
    told: dict[ServiceName, list[Route]] = defaultdict(list)
    for route in routes.found:
        if route.speaker is Speaker.CALICO:
            for name in route.services:
                told[name].append(route)
    local = {(one.namespace, one.name): one for one in services.objects if one.is_local}
    doubts = [Unread(local[name].subject, reason) for name, reason in routes.doubts if name in local]
    found = (LocalService(one, told[name]) for name, one in local.items() if name in told)
    return [*advertisements.unread, *doubts, *found]


@rule(
    "BGP-017",
    "Services with externalTrafficPolicy Local are announced by nodes with an endpoint only",
    severity=Severity.HIGH,
    each=told_local_services,
    using=(bgp_passing, bgp_advertisements),
    remediation="Set `nodeToNodeMeshEnabled: false` where routers carry routes between the nodes as well; or let the "
    "BGPPeers of the routers keep the next hop of what was heard (`nextHopMode: Keep`, or `keepOriginalNextHop`); or "
    "name a BGPFilter there whose `exportV4` and `exportV6` reject `source: RemotePeers`.",
    references=(
        "https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips",
        "https://github.com/projectcalico/calico/issues/7512",
        "https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy",
        "https://www.rfc-editor.org/rfc/rfc4271#section-9.2",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S19"),),
)
def only_nodes_with_endpoints_announce(
    judged: LocalService | Unread, passing: Passing, advertisements: Advertisements
) -> Verdicts:
    """A node without an endpoint drops what comes for such a service; so only the others are to announce it.

    But where nodes also exchange routes with one another, in Calico's mesh, and routers are of another autonomous
    system, each node passes on what the others told it and names itself as the way. Routers then share traffic among
    all nodes, and what those without an endpoint get of it is lost.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
        return
    passed_on = [one for route in judged.routes for one in passing.of(route)]
    for one in passed_on:
        prefix, peers, nodes = one.route.prefix, listed(one.group.called), listed(one.nodes)
        if one.doubt:
            yield Unknown(f"{prefix} may be passed on to {peers} by {nodes}: {one.doubt}")
        else:
            yield Violation(f"{prefix} is passed on to {peers} by nodes without an endpoint: {nodes}")
    if not passed_on:
        yield from (Unknown(str(gap)) for gap in advertisements.unread)
