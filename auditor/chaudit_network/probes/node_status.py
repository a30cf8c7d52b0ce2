"""The probe `node-status`: what calico-node says of its BGP sessions when an object asks it to."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from chaudit import Asking, DoesNotApplyError, Probe, ProbeError, Reading, Writer, decode_object, view
from chaudit_network.bgp.peers import Speaker
from chaudit_network.kinds.calico_bgp import CALICO_NODE_STATUSES, CalicoNodeStatus
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions

_AT_ONCE = 8
"""Calico recommends fewer than ten at a time."""

_PATIENCE_S = 15.0
"""How long to wait for the nodes of one batch; they take a second or two."""

_PERIOD_S = 3600
"""How often calico-node is to renew what it says: not before the object is gone."""

_LONGEST_NAME = 253


@view(bgp_sessions, NODES.reading)
def nodes_with_sessions(sessions: Sessions, nodes: Reading[Node]) -> Sequence[str]:
    """Select the Ready nodes whose calico-node speaks BGP with somebody outside; on others it cannot answer."""
    speaking = {session.node for session in sessions.external if session.speaker is Speaker.CALICO}
    if not speaking:
        raise DoesNotApplyError("Calico speaks BGP with nobody outside of the cluster")
    return [node.name for node in nodes.records if node.is_ready and node.name in speaking]


def ask(targets: Sequence[str], asking: Asking) -> Iterable[CalicoNodeStatus]:
    """Ask the nodes a few at a time; of one that does not answer the status stays empty.

    Raises:
        ProbeError: objects could not be created or read.
    """
    for first in range(0, len(targets), _AT_ONCE):
        yield from _batch(targets[first : first + _AT_ONCE], asking)


def name_of(node: str) -> str:
    """Return the name of the object that asks a node; always the same, so that findings about it are, too."""
    name = f"chaudit-{node}"
    return name if len(name) <= _LONGEST_NAME else f"chaudit-{hashlib.sha256(node.encode()).hexdigest()}"


def _batch(nodes: Sequence[str], asking: Asking) -> Iterator[CalicoNodeStatus]:
    writer = _writer(asking)
    asked: list[str] = []
    try:
        for node in nodes:
            asking.wait()
            asked.append(name_of(node))
            writer.create(asked[-1], {"node": node, "classes": ["BGP"], "updatePeriodSeconds": _PERIOD_S})
        yield from _answers(asked, asking).values()
    finally:
        for name in asked:
            writer.delete(name)


def _answers(names: Sequence[str], asking: Asking) -> Mapping[str, CalicoNodeStatus]:
    """Look until all are filled, or nobody can be waited for any longer."""
    end = time.monotonic() + _PATIENCE_S
    found = {name: _read(name, asking) for name in names}
    while time.monotonic() < end and (silent := [name for name in names if not found[name].status.last_updated]):
        found |= {name: _read(name, asking) for name in silent}
    return found


def _read(name: str, asking: Asking) -> CalicoNodeStatus:
    asking.wait()
    writer = _writer(asking)
    try:
        return decode_object(writer.read(name), CalicoNodeStatus)
    except msgspec.DecodeError as error:
        raise ProbeError(f"CalicoNodeStatus {name} is malformed: {error}") from error


def _writer(asking: Asking) -> Writer:
    if asking.writer is None:
        raise ProbeError("it may not write")
    return asking.writer


NODE_STATUS = Probe(
    "node-status",
    CalicoNodeStatus,
    nodes_with_sessions,
    ask,
    "what calico-node says of its BGP sessions",
    writes=CALICO_NODE_STATUSES.served_as,
)
"""Asks calico-node, which takes to create objects for a moment."""
