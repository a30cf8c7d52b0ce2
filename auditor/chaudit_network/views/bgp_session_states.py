"""How sessions are, as routers on the nodes last reported it: only where objects say so, and only while they are fresh.

Only the probe `node-status` creates objects to learn it. What a daemon wrote stays when the daemon is gone, so that of
a node that is not Ready nothing is believed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, Subject, view
from chaudit_network.addresses import parse_address
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.sessions import Session
from chaudit_network.kinds.calico_bgp import CALICO_NODE_STATUSES, CalicoNodeStatus
from chaudit_network.kinds.cilium_bgp import CILIUM_BGP_NODE_CONFIGS, CiliumBGPNodeConfig
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.frr import BGP_SESSION_STATES, BGPSessionState
from chaudit_network.probes.node_status import NODE_STATUS

ESTABLISHED = "established"

NOT_THERE = "not there"
"""The state of a session that is configured, and that the router does not have."""

_BGP = "BGP"
_PERIODS = 2
"""How many periods of renewal may pass before a report is stale."""


class SessionState(msgspec.Struct, frozen=True):
    """The state of one session, in the words of the router, and the object that reports it."""

    state: str
    reported_by: Subject

    @property
    def is_established(self) -> bool:
        """Whether routes are exchanged; routers differ in how they write it."""
        return self.state.lower() == ESTABLISHED


_States = Mapping[str, SessionState]
"""The states of a node's sessions by address, or by interface or name where the neighbour has none."""


class SessionStates(msgspec.Struct, frozen=True, dict=True):
    """What is reported of all sessions."""

    nodes: Reading[Node]
    by_calico: Reading[CalicoNodeStatus]
    by_frr: Reading[BGPSessionState]
    by_cilium: Reading[CiliumBGPNodeConfig]
    asked: Reading[CalicoNodeStatus]

    def of(self, session: Session) -> SessionState:
        """Return the state of a session; `NOT_THERE` where the router has none such.

        Raises:
            CannotTellError: nothing fresh reports it; the reason says how it would come to be known.
        """
        if session.node not in self._ready:
            raise CannotTellError("the node is not Ready: what its router reported may be old")
        states, subject = self._reported(session)
        return states.get(session.peer.called) or SessionState(NOT_THERE, subject)

    def of_calico(self, status: CalicoNodeStatus) -> _States:
        """Return the states that a CalicoNodeStatus reports, by address.

        Raises:
            CannotTellError: it does not report sessions, or not lately.
        """
        spec, written = status.spec, status.status
        read_at = self.asked.read_at or self.by_calico.read_at
        if _BGP in spec.classes and written.last_updated is None and written.bgp is None:
            raise CannotTellError(f"calico-node has not filled {status.subject}")
        if _BGP not in spec.classes or written.bgp is None:
            raise CannotTellError(f"{status.subject} reports no sessions: its spec.classes must hold {_BGP}")
        if written.last_updated is None or read_at is None:
            raise CannotTellError(f"{status.subject} does not say when it was last renewed")
        if not _is_fresh(written.last_updated, spec.update_period_seconds, read_at):
            every = f"every {spec.update_period_seconds} s" if spec.update_period_seconds else "never"
            raise CannotTellError(
                f"{status.subject} is stale: last renewed {written.last_updated:%Y-%m-%d %H:%M:%S} UTC, to be {every}"
            )
        peers = (*written.bgp.peers_v4, *written.bgp.peers_v6)
        return {_plain(peer.peer_ip): SessionState(peer.state, status.subject) for peer in peers}

    def _reported(self, session: Session) -> tuple[_States, Subject]:
        match session.speaker:
            case Speaker.CALICO:
                return self._by_calico(session.node)
            case Speaker.CILIUM:
                return self._by_cilium(session.node)
        return self._by_frr(session.node)

    def _by_calico(self, node: str) -> tuple[_States, Subject]:
        found = self._calico_statuses.get(node, ())
        if not found:
            _ = self.by_calico.records
            if not self.asked.is_absent:
                raise CannotTellError(self.asked.reason or "calico-node there was not asked")
        gap = (
            "no CalicoNodeStatus reports on it: --allow-node-status lets chaudit create one; else create one with "
            "spec.node, spec.classes [BGP] and spec.updatePeriodSeconds, or run `calicoctl node status` there"
        )
        for status in found:
            try:
                return self.of_calico(status), status.subject
            except CannotTellError as doubt:
                gap = str(doubt)
        raise CannotTellError(gap)

    def _by_frr(self, node: str) -> tuple[_States, Subject]:
        _ = self.by_frr.records
        if node not in self._frr_states:
            raise CannotTellError(
                "no BGPSessionState reports on it: MetalLB has them in FRR-K8s mode only; else "
                "run `vtysh -c 'show bgp summary'` in the speaker there"
            )
        return self._frr_states[node], Subject("Node", name=node)

    def _by_cilium(self, node: str) -> tuple[_States, Subject]:
        _ = self.by_cilium.records
        found = self._cilium_nodes.get(node)
        if found is None or not found.status.bgp_instances:
            raise CannotTellError("no CiliumBGPNodeConfig reports on it: run `cilium bgp peers` to see its sessions")
        peers = [peer for instance in found.status.bgp_instances for peer in instance.peers]
        told = [(peer, SessionState(peer.peering_state, found.subject)) for peer in peers]
        by_name = {peer.name: state for peer, state in told}
        return by_name | {_plain(peer.peer_address): state for peer, state in told}, found.subject

    @cached_property
    def _ready(self) -> frozenset[str]:
        return frozenset(node.name for node in self.nodes.records if node.is_ready)

    @cached_property
    def _calico_statuses(self) -> Mapping[str, list[CalicoNodeStatus]]:
        found: dict[str, list[CalicoNodeStatus]] = {}
        for status in (*self.asked.objects, *self.by_calico.objects):
            found.setdefault(status.spec.node, []).append(status)
        return found

    @cached_property
    def _cilium_nodes(self) -> Mapping[str, CiliumBGPNodeConfig]:
        return {found.name: found for found in self.by_cilium.objects}

    @cached_property
    def _frr_states(self) -> Mapping[str, dict[str, SessionState]]:
        found: dict[str, dict[str, SessionState]] = {}
        for one in self.by_frr.objects:
            status = one.status
            found.setdefault(status.node, {})[_plain(status.peer)] = SessionState(status.bgp_status, one.subject)
        return found


bgp_session_states = view(
    NODES.reading,
    CALICO_NODE_STATUSES.reading,
    BGP_SESSION_STATES.reading,
    CILIUM_BGP_NODE_CONFIGS.reading,
    NODE_STATUS.reading,
)(SessionStates)
"""The view that answers with `SessionStates`."""


def _is_fresh(written: datetime, period: int, now: datetime) -> bool:
    """Whether a report is not older than it may be; one that is written once is never known to hold still."""
    return period > 0 and now - written <= timedelta(seconds=_PERIODS * period)


def _plain(text: str) -> str:
    """Return an address in its one spelling; an interface as it is."""
    try:
        return str(parse_address(text))
    except CannotTellError:
        return text
