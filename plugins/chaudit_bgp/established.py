"""Whether sessions are up, as far as anything fresh reports it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaudit import (
    CannotTellError,
    DoesNotApplyError,
    Reading,
    Severity,
    Subject,
    Unknown,
    Verdicts,
    Violation,
    rule,
    view,
)
from chaudit_bgp.words import listed
from chaudit_network.bgp.sessions import Session
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.calico_bgp import CALICO_NODE_STATUSES, CalicoNodeStatus
from chaudit_network.probes.node_status import NODE_STATUS
from chaudit_network.views.bgp_session_states import SessionStates, bgp_session_states
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.unread import Unread, unread


class RouterSessions(msgspec.Struct, frozen=True):
    """The sessions of all nodes with one neighbour outside."""

    name: str
    sessions: Sequence[Session]

    @property
    def subject(self) -> Subject:
        """The neighbour by its address, or by what else it is called."""
        return Subject("Peer", name=self.name)


class NodeSessions(msgspec.Struct, frozen=True):
    """The sessions of a node with other nodes, which somebody asked for the status of."""

    status: CalicoNodeStatus
    outside: frozenset[str]

    @property
    def subject(self) -> Subject:
        """The status."""
        return self.status.subject


@view(bgp_sessions, CALICO_NODE_STATUSES.reading, NODE_STATUS.reading)
def judged_sessions(
    sessions: Sessions, statuses: Reading[CalicoNodeStatus], asked: Reading[CalicoNodeStatus]
) -> Sequence[RouterSessions | NodeSessions | Unread]:
    """Return the sessions with each router outside, and those among nodes of which somebody asked for the status.

    Raises:
        DoesNotApplyError: there are none of either sort.
    """
    by_router: dict[str, list[Session]] = defaultdict(list)
    for session in sessions.external:
        by_router[session.peer.called].append(session)
    outside = frozenset(by_router)
    found: list[RouterSessions | NodeSessions | Unread] = [RouterSessions(name, own) for name, own in by_router.items()]
    found += [NodeSessions(status, outside) for status in (*statuses.objects, *asked.objects)]
    found += (*sessions.unread, *(gap for gap in unread(statuses) if not (gap.is_list and asked.is_loaded)))
    if not found:
        raise DoesNotApplyError("no BGP peer outside of the cluster is configured, and no CalicoNodeStatus asked for")
    return found


@rule(
    "BGP-003",
    "BGP sessions are established",
    severity=Severity.CRITICAL,
    each=judged_sessions,
    using=(bgp_session_states, bgp_sessions),
    remediation="Look into the router's log for why it refuses: reachability of port 179, AS numbers, passwords and "
    "hops must agree at both ends.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.tigera.io/calico/latest/reference/resources/caliconodestatus",
        "https://github.com/metallb/frr-k8s/blob/main/API-DOCS.md",
        "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-operation/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S18"),),
)
def sessions_are_established(
    judged: RouterSessions | NodeSessions | Unread, states: SessionStates, sessions: Sessions
) -> Verdicts:
    """A session that is not established carries no route: what the node announces is not reachable through it.

    Nothing is created in the cluster to learn the state, unless `--allow-node-status` permits it. Where no object
    reports it, or the one that does was not renewed lately, it is unknown.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
    elif isinstance(judged, NodeSessions):
        found = states.of_calico(judged.status).items()
        down = [(state.state, name) for name, state in found if not state.is_established and name not in judged.outside]
        for state, names in _grouped(down).items():
            yield Violation(f"the session is {state} with {listed(names)}, expected Established")
    else:
        yield from _with_router(judged.sessions, states)
        yield from (Unknown(str(gap)) for gap in sessions.unread)  # may be of sessions with this router


def _with_router(sessions: Sequence[Session], states: SessionStates) -> Verdicts:
    down: list[tuple[str, str]] = []
    gaps: list[tuple[str, str]] = []
    for session in sessions:
        try:
            state = states.of(session)
        except CannotTellError as gap:
            gaps.append((str(gap), session.node))
            continue
        if not state.is_established:
            down.append((state.state, session.node))
    for state_name, nodes in _grouped(down).items():
        yield Violation(f"the session is {state_name} on {listed(nodes)}, expected Established")
    for reason, nodes in _grouped(gaps).items():
        yield Unknown(f"{listed(nodes)}: {reason}")


def _grouped(found: Iterable[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """Return the second ones by the first."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for key, value in found:
        grouped[key or "in no state"].append(value)
    return grouped
