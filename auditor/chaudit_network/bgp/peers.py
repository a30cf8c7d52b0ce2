"""BGP neighbours in one shape, whichever project's objects configure them."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from chaudit import CannotTellError, KubernetesObject, Reading, Subject, printable
from chaudit_network.addresses import IPAddress
from chaudit_network.kinds.label_selectors import LabelSelector
from chaudit_network.views.unread import Unread, unread

R = TypeVar("R", bound=KubernetesObject)


ON_INTERFACE = "on interface "
"""How the name of a neighbour begins that is told by the interface behind which it is."""


class Password(StrEnum):
    """How the password of a session (TCP MD5, RFC 2385) is given: by reference to a Secret, or readable in place."""

    REFERENCED = "referenced"
    READABLE = "readable"
    NONE = "none"
    UNKNOWN = "unknown"


class Speaker(StrEnum):
    """Whose routers speak."""

    CALICO = "Calico"
    METALLB = "MetalLB"
    FRR = "FRR-K8s"
    CILIUM = "Cilium"


class NextHop(StrEnum):
    """What a node says of the way to a prefix: what BGP says by itself, always itself, or what it was told."""

    AUTO = "Auto"
    SELF = "Self"
    KEEP = "Keep"


class Peer(msgspec.Struct, frozen=True):
    """One neighbour as one object configures it.

    `address` is None where the object does not say it: a neighbour on an interface, or one that is discovered. So is
    `asn` where any is accepted. `doubt` says why the password is not known.

    `port` is 0 for BGP's own. `hops` bounds the way of packets, 0 where nothing is said: to Calico those from farther
    away are forged (GTSM, RFC 5082), to Cilium a neighbour so far away is allowed. `filters`
    are BGPFilters of Calico by name, `settings` a CiliumBGPPeerConfig. `local_asn` and `source` are the node's side,
    where the object says them. `is_dual` says that a session carries prefixes of both families, not of its own only.
    """

    name: str
    address: IPAddress | None
    asn: int | None
    password: Password
    doubt: str = ""
    speaker: Speaker = Speaker.CALICO
    port: int = 0
    local_asn: int | None = None
    source: IPAddress | None = None
    hops: int = 0
    bfd_profile: str = ""
    filters: tuple[str, ...] = ()
    next_hop: NextHop = NextHop.AUTO
    settings: str = ""
    is_dual: bool = False

    @property
    def called(self) -> str:
        """What the router calls it: its address, or the interface behind which it is, or its name."""
        return str(self.address) if self.address else self.name.removeprefix(ON_INTERFACE)

    def __str__(self) -> str:
        """Return name, address and AS number as far as they are known and differ: `tor-1 192.0.2.1 AS 64500`."""
        address = "" if self.address is None or str(self.address) == self.name else str(self.address)
        return printable(" ".join(filter(None, (self.name, address, f"AS {self.asn}" if self.asn else ""))))


class Peering(msgspec.Struct, frozen=True):
    """An object that configures neighbours, and those of them that are of interest.

    It does so on the nodes that one of the selectors means, on all where there is none. Calico selects by other means.
    """

    subject: Subject
    peers: tuple[Peer, ...]
    node_selectors: tuple[LabelSelector, ...] = ()


class Peerings(msgspec.Struct, frozen=True):
    """All objects that configure neighbours, and what could not be read or understood."""

    found: tuple[Peering, ...] = ()
    unread: tuple[Unread, ...] = ()

    def __iter__(self) -> Iterator[Peering | Unread]:
        """Yield everything there is something to say about."""
        yield from self.unread
        yield from self.found

    @property
    def peers(self) -> Iterator[tuple[Subject, Peer]]:
        """All peers, each with the object that configures it."""
        return ((peering.subject, peer) for peering in self.found for peer in peering.peers)

    def __add__(self, other: "Peerings") -> "Peerings":
        """Return the peerings of both."""
        return Peerings(self.found + other.found, self.unread + other.unread)

    def only(self, wanted: Callable[[Peer], bool]) -> "Peerings":
        """Return the peerings with only these peers, without objects that have none of them."""
        kept = (replace(found, peers=tuple(filter(wanted, found.peers))) for found in self.found)
        return Peerings(tuple(peering for peering in kept if peering.peers), self.unread)


def peerings_of(
    reading: Reading[R],
    peers_of: Callable[[R], Iterable[Peer]],
    selectors_of: Callable[[R], tuple[LabelSelector, ...]] = lambda _: (),
) -> Peerings:
    """Return what a reading configures; an object whose peers `peers_of` cannot tell is unread."""
    found: list[Peering] = []
    gaps = list(unread(reading))
    for record in reading.objects:
        try:
            found.append(Peering(record.subject, tuple(peers_of(record)), selectors_of(record)))
        except CannotTellError as gap:
            gaps.append(Unread(record.subject, str(gap)))
    return Peerings(tuple(found), tuple(gaps))
