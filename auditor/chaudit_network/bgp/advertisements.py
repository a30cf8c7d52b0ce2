"""Advertisements: which nodes tell which neighbours outside of which prefix, and who they say is the way there.

Sessions that let the same routes out are one group, and nodes that cannot differ are one set, so that a cluster's size
does not multiply with its services.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from ipaddress import ip_network

import msgspec

from chaudit import CannotTellError, Subject
from chaudit_network.addresses import IPAddress, IPNetwork
from chaudit_network.bgp.filters import Candidate, Filters
from chaudit_network.bgp.node_sets import NodeSet, Overlaps
from chaudit_network.bgp.nodes import FAMILIES
from chaudit_network.bgp.peers import Peer, Speaker
from chaudit_network.bgp.routes import Audience, Route, ServiceName
from chaudit_network.bgp.sessions import Session
from chaudit_network.views.unread import Unread

_Policy = tuple[Speaker, frozenset[Audience], tuple[str, ...], bool, frozenset[int]]
"""What decides over which routes a session lets out: whose it is, audiences it is of, filters, iBGP, and families."""


class SessionGroup(msgspec.Struct, frozen=True, dict=True):
    """Sessions that let the same routes out: routes for all, and those for the `audiences` they are of."""

    speaker: Speaker
    audiences: frozenset[Audience]
    filters: tuple[str, ...]
    is_internal: bool
    families: frozenset[int]
    sessions: tuple[Session, ...]

    @cached_property
    def nodes(self) -> NodeSet:
        """The nodes that have one of them."""
        return frozenset(session.node for session in self.sessions)

    @cached_property
    def peers(self) -> tuple[Peer, ...]:
        """The neighbours, each once."""
        return tuple(dict.fromkeys(session.peer for session in self.sessions))

    @cached_property
    def called(self) -> frozenset[str]:
        """What the nodes call them."""
        return frozenset(peer.called for peer in self.peers)

    @cached_property
    def by_node(self) -> Mapping[str, Sequence[Session]]:
        """The sessions by node."""
        found: dict[str, list[Session]] = defaultdict(list)
        for session in self.sessions:
            found[session.node].append(session)
        return found


class Advertisement(msgspec.Struct, frozen=True):
    """A route as a group of neighbours hears it from some nodes; `doubt` says why it may not be let out."""

    route: Route
    group: SessionGroup
    nodes: NodeSet
    communities: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def prefix(self) -> IPNetwork:
        """What is told."""
        return self.route.prefix

    def sessions(self) -> Iterator[Session]:
        """Yield the sessions over which it goes."""
        for name in sorted(self.nodes):
            yield from self.group.by_node[name]

    def next_hops(self) -> Mapping[str, IPAddress | None]:
        """Return the way that each node names: the address from which it speaks, None where that is not known.

        A node is the way to what it tells itself, whatever the mode of its next hop; to carry the other family, it has
        an address of that family, which is not known either.
        """
        family = self.prefix.version
        found: dict[str, IPAddress | None] = {}
        for session in self.sessions():
            local = session.local if session.local and session.local.version == family else None
            found[session.node] = found.get(session.node) or local
        return found


class Advertisements(msgspec.Struct, frozen=True, dict=True):
    """All advertisements to the outside. `doubts` say why a service's own are not known, `unread` what else is not."""

    found: Sequence[Advertisement]
    groups: Sequence[SessionGroup]
    doubts: Mapping[ServiceName, str] = msgspec.field(default_factory=dict)
    unread: Sequence[Unread] = ()

    def __iter__(self) -> Iterator[Advertisement]:
        """Yield all advertisements."""
        return iter(self.found)

    def toward(self, address: IPAddress) -> Sequence[Advertisement]:
        """Return the advertisements by which routers find an address: those of the longest prefix that holds it."""
        lengths, by_prefix = self._by_length[address.version]
        for length in lengths:
            found = by_prefix.get(ip_network((address, length), strict=False))
            if found:
                return found
        return ()

    def of_prefix(self, prefix: IPNetwork) -> Sequence[Advertisement]:
        """Return the advertisements of exactly this prefix."""
        return self._by_length[prefix.version][1].get(prefix, ())

    def of_service(self, name: ServiceName) -> Sequence[Advertisement]:
        """Return the advertisements of a service's own addresses, apart from ranges that hold them.

        Raises:
            CannotTellError: they are not known.
        """
        if name in self.doubts:
            raise CannotTellError(self.doubts[name])
        return self._by_service.get(name, ())

    @property
    def unread_services(self) -> Iterator[Unread]:
        """The services of which it is not known what is told, where there is anybody to tell."""
        for (namespace, name), reason in self.doubts.items() if self.groups else ():
            yield Unread(Subject("Service", namespace, name), reason)

    @cached_property
    def _by_service(self) -> Mapping[ServiceName, Sequence[Advertisement]]:
        found: dict[ServiceName, list[Advertisement]] = defaultdict(list)
        for one in self.found:
            for name in one.route.services:
                found[name].append(one)
        return found

    @cached_property
    def _by_length(self) -> Mapping[int, tuple[Sequence[int], Mapping[IPNetwork, Sequence[Advertisement]]]]:
        found: dict[IPNetwork, list[Advertisement]] = defaultdict(list)
        for one in self.found:
            found[one.prefix].append(one)
        return {
            family: (
                sorted({prefix.prefixlen for prefix in found if prefix.version == family}, reverse=True),
                {prefix: told for prefix, told in found.items() if prefix.version == family},
            )
            for family in FAMILIES
        }


def groups_of(sessions: Iterable[Session], routes: Iterable[Route]) -> Sequence[SessionGroup]:
    """Return the sessions in groups that let the same of these routes out."""
    audiences: dict[tuple[Speaker, str], set[Audience]] = defaultdict(set)
    for speaker, audience in {(route.speaker, route.audience) for route in routes if route.audience}:
        for name in audience:
            audiences[speaker, name].add(audience)
    found: dict[_Policy, list[Session]] = defaultdict(list)
    for session in sessions:
        peer = session.peer
        name = {
            Speaker.CALICO: "",
            Speaker.METALLB: session.configured_by.name,
            Speaker.FRR: peer.called,
            Speaker.CILIUM: peer.settings,
        }[peer.speaker]
        families = frozenset(FAMILIES if peer.is_dual or peer.address is None else (peer.address.version,))
        own = frozenset(audiences.get((peer.speaker, name), ()))
        found[peer.speaker, own, peer.filters, session.is_internal, families].append(session)
    return [SessionGroup(*policy, tuple(members)) for policy, members in found.items()]


class Exports(msgspec.Struct, dict=True):
    """Lets routes out over groups of sessions."""

    groups: Sequence[SessionGroup]
    filters: Filters
    _overlaps: Overlaps = msgspec.field(default_factory=Overlaps)

    def of(self, route: Route) -> Iterator[Advertisement]:
        """Yield a route as each group hears it that may, if one does."""
        for group in self._near(route):
            nodes = self._overlaps.of(route.nodes, group.nodes)
            if nodes and route.prefix.version in group.families:
                try:
                    communities = self._let_out(route, group)
                except CannotTellError as gap:
                    yield Advertisement(route, group, nodes, route.communities, str(gap))
                    continue
                if communities is not None:
                    yield Advertisement(route, group, nodes, communities)

    def _near(self, route: Route) -> Iterator[SessionGroup]:
        """Yield the groups that may hear a route, by way of its nodes where these are few."""
        groups = self._of_speaker.get(route.speaker, ())
        if len(route.nodes) < len(groups):
            near = {id(group): group for name in route.nodes for group in self._by_node.get(name, ())}
            groups = tuple(group for group in near.values() if group.speaker is route.speaker)
        return (group for group in groups if route.audience is None or route.audience in group.audiences)

    def _let_out(self, route: Route, group: SessionGroup) -> tuple[str, ...] | None:
        """Return the communities of a route that is let out, None where it is not.

        What a filter accepts leaves as it is: Calico's own rules, which tag routes and hold pools back, come after.
        """
        ruling = self.filters.of_export(group.filters, Candidate(route.prefix, group.is_internal))
        if ruling is None:
            return None if route.is_held_back else route.communities
        return ruling.communities if ruling.is_accepted else None

    @cached_property
    def _of_speaker(self) -> Mapping[Speaker, Sequence[SessionGroup]]:
        found: dict[Speaker, list[SessionGroup]] = defaultdict(list)
        for group in self.groups:
            found[group.speaker].append(group)
        return found

    @cached_property
    def _by_node(self) -> Mapping[str, Sequence[SessionGroup]]:
        found: dict[str, list[SessionGroup]] = defaultdict(list)
        for group in self.groups:
            for name in group.nodes:
                found[name].append(group)
        return found
