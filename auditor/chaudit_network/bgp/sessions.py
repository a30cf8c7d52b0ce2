"""Sessions: which node speaks with which neighbour, as it is configured. Whether one is up is another matter."""

from enum import StrEnum

import msgspec

from chaudit import Subject, printable
from chaudit_network.addresses import IPAddress
from chaudit_network.bgp.peers import Peer, Speaker


class Scope(StrEnum):
    """For whom a session is configured: for all nodes among themselves, for all nodes, or for this one."""

    MESH = "mesh"
    GLOBAL = "global"
    NODE = "node"


class Session(msgspec.Struct, frozen=True):
    """One node and one neighbour. `peer_node` is the neighbour's name where it is a node itself.

    `local` is the address the node speaks from, None where the way to the neighbour decides that; `local_asn` is the AS
    it speaks for, None where that is not said. A passive node waits for the neighbour to call. To a client, a route
    reflector tells what it heard from others.
    """

    node: str
    peer: Peer
    configured_by: Subject
    scope: Scope
    local: IPAddress | None
    local_asn: int | None
    peer_node: str = ""
    is_passive: bool = False
    is_client: bool = False

    @property
    def speaker(self) -> Speaker:
        """Whose router speaks."""
        return self.peer.speaker

    @property
    def is_internal(self) -> bool:
        """Whether both ends are of one AS (iBGP)."""
        return self.peer.asn is not None and self.peer.asn == self.local_asn

    def __str__(self) -> str:
        return f"{printable(self.node)} with {self.peer}"
