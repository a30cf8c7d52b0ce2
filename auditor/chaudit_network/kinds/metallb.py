"""Kinds of MetalLB (`metallb.io`) that say with whom its speakers speak BGP (https://metallb.io/apis/)."""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.forgetting import forget
from chaudit_network.kinds.label_selectors import LabelSelector

_GROUP = "metallb.io"


class SecretReference(Record, frozen=True, gc=False):
    """A Secret by name; FRR-K8s writes `{}` where there is none."""

    name: str = ""


class BGPPeerSpec(Record, frozen=True, gc=False):
    """A neighbour by address, or whoever answers on an interface (unnumbered). Without AS number it is detected.

    `node_selectors` are alternatives; without any, all nodes are meant.
    """

    my_asn: int = msgspec.field(default=0, name="myASN")
    local_asn: int = msgspec.field(default=0, name="localASN")
    peer_address: str = ""
    interface: str = ""
    peer_asn: int = msgspec.field(default=0, name="peerASN")
    dynamic_asn: str = msgspec.field(default="", name="dynamicASN")
    peer_port: int = 0
    source_address: str = ""
    node_selectors: tuple[LabelSelector, ...] = ()
    password: str = ""
    password_secret: SecretReference = SecretReference()
    bfd_profile: str = ""
    ebgp_multi_hop: bool = False
    vrf: str = ""
    disable_mp: bool = msgspec.field(default=False, name="disableMP")
    dual_stack_address_family: bool = False

    def __post_init__(self) -> None:
        """Forget the password."""
        forget(self, "password")


class BGPPeer(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """With whom nodes speak BGP. Calico has a kind of the same name, whose objects have no namespace."""

    spec: BGPPeerSpec


class BFDProfile(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """How fast a dead neighbour is noticed, for the peers that name it."""


class CommunityAlias(Record, frozen=True, gc=False):
    """A name for a community."""

    name: str = ""
    value: str = ""


class CommunitySpec(Record, frozen=True, gc=False):
    """Names for communities, good in every advertisement."""

    communities: tuple[CommunityAlias, ...] = ()


class Community(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Names for communities."""

    spec: CommunitySpec = CommunitySpec()


BGP_PEERS = Source(
    "metallb-bgp-peers",
    BGPPeer,
    served_as=(
        Resource(_GROUP, "v1beta2", "bgppeers", "BGPPeer"),
        Resource(_GROUP, "v1beta1", "bgppeers", "BGPPeer"),
    ),
)
BFD_PROFILES = Source(
    "metallb-bfd-profiles", BFDProfile, served_as=(Resource(_GROUP, "v1beta1", "bfdprofiles", "BFDProfile"),)
)
COMMUNITIES = Source(
    "metallb-communities", Community, served_as=(Resource(_GROUP, "v1beta1", "communities", "Community"),)
)
