"""Kinds of MetalLB (`metallb.io`) and of FRR-K8s (`frrk8s.metallb.io`), the router it configures.

Both may hold passwords. These are forgotten as soon as they are decoded, so that no snapshot or report can tell them.
"""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source

FORGOTTEN = "(forgotten)"
"""What stands in a record for a text that was there, and that nobody needs to know."""


def _forget(record: Record, field: str) -> None:
    if getattr(record, field):
        msgspec.structs.force_setattr(record, field, FORGOTTEN)


class SecretReference(Record, frozen=True, gc=False):
    """A Secret by name; FRR-K8s writes `{}` where there is none."""

    name: str = ""


class BGPPeerSpec(Record, frozen=True, gc=False):
    """A neighbour by address, or whoever answers on an interface (unnumbered). Without AS number it is detected."""

    peer_address: str = ""
    interface: str = ""
    peer_asn: int = msgspec.field(default=0, name="peerASN")
    password: str = ""
    password_secret: SecretReference = SecretReference()

    def __post_init__(self) -> None:
        """Forget the password."""
        _forget(self, "password")


class BGPPeer(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """With whom nodes speak BGP. Calico has a kind of the same name, whose objects have no namespace."""

    spec: BGPPeerSpec


class Neighbor(Record, frozen=True, gc=False):
    """A neighbour by address, or whoever answers on an interface (unnumbered). Without AS number it is detected."""

    address: str = ""
    interface: str = ""
    asn: int = 0
    password: str = ""
    password_secret: SecretReference = SecretReference()

    def __post_init__(self) -> None:
        """Forget the password."""
        _forget(self, "password")


class Router(Record, frozen=True, gc=False):
    """One BGP router, of one VRF."""

    neighbors: tuple[Neighbor, ...] = ()


class RouterConfiguration(Record, frozen=True, gc=False):
    """The BGP routers of a node."""

    routers: tuple[Router, ...] = ()


class RawConfiguration(Record, frozen=True, gc=False):
    """Lines in FRR's own language, appended as they are; they can hold neighbours and passwords."""

    raw_config: str = ""

    def __post_init__(self) -> None:
        """Forget the lines."""
        _forget(self, "raw_config")


class FRRConfigurationSpec(Record, frozen=True, gc=False):
    """What FRR runs on selected nodes, merged with other such objects."""

    bgp: RouterConfiguration = RouterConfiguration()
    raw: RawConfiguration = RawConfiguration()


class FRRConfiguration(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Written by people, or by MetalLB: one `metallb-NODE` for each node, with the neighbours of its BGPPeers."""

    spec: FRRConfigurationSpec = FRRConfigurationSpec()


BGP_PEERS = Source(
    "metallb-bgp-peers",
    BGPPeer,
    served_as=(
        Resource("metallb.io", "v1beta2", "bgppeers", "BGPPeer"),
        Resource("metallb.io", "v1beta1", "bgppeers", "BGPPeer"),
    ),
)
FRR_CONFIGURATIONS = Source(
    "frr-configurations",
    FRRConfiguration,
    served_as=(Resource("frrk8s.metallb.io", "v1beta1", "frrconfigurations", "FRRConfiguration"),),
)
