"""What configures sessions with routers outside, as the subjects of rules."""

from chaudit import DoesNotApplyError, Subject, view
from chaudit_network.bgp.peers import Peering, Peerings
from chaudit_network.views.bgp_peerings import external_peerings
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.unread import Unread

NOBODY = "no BGP peer outside of the cluster is configured"

PeerOf = tuple[Subject, str]
"""A peer by the object that configures it and its name there."""


@view(external_peerings)
def external_sessions(peerings: Peerings) -> tuple[Peering | Unread, ...]:
    """Return what configures sessions with the outside.

    Raises:
        DoesNotApplyError: nothing does.
    """
    sessions = tuple(peerings)
    if not sessions:
        raise DoesNotApplyError(NOBODY)
    return sessions


@view(bgp_sessions)
def internal_peers(sessions: Sessions) -> frozenset[PeerOf]:
    """Return the peers outside that are of the same AS as every node that speaks with them (iBGP)."""
    internal = {(one.configured_by, one.peer.name) for one in sessions.external if one.is_internal}
    return frozenset(
        internal - {(one.configured_by, one.peer.name) for one in sessions.external if not one.is_internal}
    )
