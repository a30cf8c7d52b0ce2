"""With which routers outside the nodes speak BGP, whether they do, and what they tell them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Exhibit, Shown, Subject, view
from chaudit_network.bgp.advertisements import Advertisement, Advertisements, SessionGroup
from chaudit_network.bgp.peers import Password, Speaker
from chaudit_network.bgp.routes import Origin
from chaudit_network.bgp.sessions import Session
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_session_states import SessionStates, bgp_session_states
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.networks import Networks, networks

_NAMED = 8
"""So many nodes that tell a prefix are named, and of more only the number is given."""

UNKNOWN = "unknown"
"""The state of a session of which nothing fresh is reported."""


class SessionsEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The nodes whose sessions with one router are in one state, in the router's words, or `unknown` for a reason."""

    state: str
    established: bool
    nodes: tuple[str, ...]
    because: str = ""


class RouterEntry(msgspec.Struct, frozen=True):
    """A router outside, by what it is called, as one speaker's objects configure it.

    AS numbers are null where any is accepted, or where none is said; `network` is empty where it is not known.
    """

    name: str
    network: str
    asn: int | None
    local_asns: tuple[int, ...]
    speaker: Speaker
    password: Password
    bfd: bool
    configured_by: tuple[Subject, ...]
    sessions: tuple[SessionsEntry, ...]


class PrefixEntry(msgspec.Struct, frozen=True):
    """A prefix, the services whose own address it is, and how many nodes tell it, by name while they are few."""

    prefix: str
    services: tuple[Subject, ...]
    count: int
    nodes: tuple[str, ...]


class AdvertisedEntry(msgspec.Struct, frozen=True):
    """Prefixes that lead to the same sort of thing and are told to the same routers.

    `doubt` says why they may not be let out.
    """

    origin: Origin
    speaker: Speaker
    routers: tuple[str, ...]
    communities: tuple[str, ...]
    doubt: str
    prefixes: tuple[PrefixEntry, ...]


class Peering(msgspec.Struct, frozen=True):
    """The routers outside, and what they are told."""

    routers: tuple[RouterEntry, ...]
    advertised: tuple[AdvertisedEntry, ...]


@view(bgp_sessions, bgp_session_states, bgp_advertisements, networks)
def bgp(sessions: Sessions, states: SessionStates, advertisements: Advertisements, where: Networks) -> Shown[Peering]:
    """Gather sessions by router, and advertisements by who hears them.

    Raises:
        DoesNotApplyError: nobody outside is spoken with.
    """
    if not sessions.external and not sessions.unread:
        raise DoesNotApplyError("no BGP peer outside of the cluster is configured")
    by_router: dict[tuple[str, Speaker], list[Session]] = defaultdict(list)
    for session in sessions.external:
        by_router[session.peer.called, session.speaker].append(session)
    routers = tuple(_router(own, states, where) for own in by_router.values())
    doubts = [f"Service {'/'.join(name)}: {why}" for name, why in advertisements.doubts.items()]
    gaps = dict.fromkeys([*map(str, sessions.unread), *map(str, advertisements.unread), *doubts])
    return Shown(Peering(routers, tuple(_advertised(advertisements))), tuple(gaps))


BGP = Exhibit("bgp", "BGP sessions with routers outside, and what is told over them", Peering, bgp)


def _router(own: Sequence[Session], states: SessionStates, where: Networks) -> RouterEntry:
    peer = own[0].peer
    network = where.of(peer.address) if peer.address else None
    passwords = {session.peer.password for session in own}
    return RouterEntry(
        name=peer.called,
        network=network.name if network else "",
        asn=peer.asn,
        local_asns=tuple(sorted({session.local_asn for session in own if session.local_asn})),
        speaker=peer.speaker,
        password=passwords.pop() if len(passwords) == 1 else Password.UNKNOWN,
        bfd=all(session.peer.bfd_profile for session in own),
        configured_by=tuple(dict.fromkeys(session.configured_by for session in own)),
        sessions=tuple(_sessions(own, states)),
    )


def _sessions(own: Sequence[Session], states: SessionStates) -> Iterable[SessionsEntry]:
    found: dict[tuple[str, bool, str], list[str]] = defaultdict(list)
    for session in own:
        try:
            state = states.of(session)
        except CannotTellError as gap:
            found[UNKNOWN, False, str(gap)].append(session.node)
        else:
            found[state.state, state.is_established, ""].append(session.node)
    return (
        SessionsEntry(state, established, tuple(sorted(nodes)), because)
        for (state, established, because), nodes in found.items()
    )


def _advertised(advertisements: Advertisements) -> Iterable[AdvertisedEntry]:
    """Put together what is told alike: a route is told to several groups of routers, and many routes to the same."""
    names: Mapping[int, tuple[str, ...]] = {id(group): _called(group) for group in advertisements.groups}
    routes: dict[int, list[Advertisement]] = defaultdict(list)
    for one in advertisements:
        routes[id(one.route)].append(one)
    found: dict[tuple[object, ...], list[Sequence[Advertisement]]] = defaultdict(list)
    for told in routes.values():
        heard = tuple((id(one.group), one.communities, one.doubt) for one in told)
        found[told[0].route.origin, told[0].route.speaker, heard].append(told)
    for alike in found.values():
        first = alike[0]
        yield AdvertisedEntry(
            origin=first[0].route.origin,
            speaker=first[0].route.speaker,
            routers=tuple(dict.fromkeys(name for one in first for name in names[id(one.group)])),
            communities=tuple(dict.fromkeys(community for one in first for community in one.communities)),
            doubt="; ".join(dict.fromkeys(one.doubt for one in first if one.doubt)),
            prefixes=tuple(map(_prefix, alike)),
        )


def _called(group: SessionGroup) -> tuple[str, ...]:
    return tuple(dict.fromkeys(peer.called for peer in group.peers))


def _prefix(told: Sequence[Advertisement]) -> PrefixEntry:
    nodes = told[0].nodes if len(told) == 1 else frozenset[str]().union(*(one.nodes for one in told))
    route = told[0].route
    return PrefixEntry(
        prefix=str(route.prefix),
        services=tuple(Subject("Service", *name) for name in route.services),
        count=len(nodes),
        nodes=tuple(sorted(nodes)) if len(nodes) <= _NAMED else (),
    )
