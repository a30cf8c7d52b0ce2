"""Kinds of Cilium (`cilium.io`), where it is the CNI or speaks BGP."""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source


class CiliumNodeAddress(Record, frozen=True, gc=False):
    """An address Cilium uses for a node; type InternalIP is the one its traffic comes from."""

    type: str = ""
    ip: str = ""


class CiliumNodeSpec(Record, frozen=True, gc=False):
    """The addresses Cilium knows."""

    addresses: tuple[CiliumNodeAddress, ...] = ()


class CiliumNode(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Cilium's own view of a node, named like it."""

    spec: CiliumNodeSpec = CiliumNodeSpec()


CILIUM_NODES = Source("cilium-nodes", CiliumNode, served_as=(Resource("cilium.io", "v2", "ciliumnodes", "CiliumNode"),))


class CiliumPeerConfigRef(Record, frozen=True, gc=False):
    """The name of the `CiliumBGPPeerConfig` that holds a peer's settings."""

    name: str


class CiliumBGPPeer(Record, frozen=True, gc=False):
    """A neighbour, by address or found on the way to the default gateway. AS number 0 accepts any.

    Without reference to settings it has the defaults, which do not authenticate.
    """

    name: str
    peer_address: str = ""
    peer_asn: int = msgspec.field(default=0, name="peerASN")
    peer_config_ref: CiliumPeerConfigRef | None = None


class CiliumBGPInstance(Record, frozen=True, gc=False):
    """One virtual router of a node."""

    peers: tuple[CiliumBGPPeer, ...] = ()


class CiliumBGPClusterConfigSpec(Record, frozen=True, gc=False):
    """The virtual routers that selected nodes run."""

    bgp_instances: tuple[CiliumBGPInstance, ...] = ()


class CiliumBGPClusterConfig(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """With whom nodes speak BGP."""

    spec: CiliumBGPClusterConfigSpec = CiliumBGPClusterConfigSpec()


class CiliumBGPPeerConfigSpec(Record, frozen=True, gc=False):
    """Settings of sessions. The Secret lies in the namespace that Cilium is configured with."""

    auth_secret_ref: str = ""


class CiliumBGPPeerConfig(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Settings that peers share."""

    spec: CiliumBGPPeerConfigSpec = CiliumBGPPeerConfigSpec()


class CiliumBGPNeighbor(Record, frozen=True, gc=False):
    """A neighbour in the older configuration, its address in CIDR form: `192.0.2.1/32`."""

    peer_address: str
    peer_asn: int = msgspec.field(default=0, name="peerASN")
    auth_secret_ref: str = ""


class CiliumBGPVirtualRouter(Record, frozen=True, gc=False):
    """One virtual router of a node, in the older configuration."""

    neighbors: tuple[CiliumBGPNeighbor, ...] = ()


class CiliumBGPPeeringPolicySpec(Record, frozen=True, gc=False):
    """The virtual routers that selected nodes run, in the older configuration."""

    virtual_routers: tuple[CiliumBGPVirtualRouter, ...] = ()


class CiliumBGPPeeringPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The older configuration, before CiliumBGPClusterConfig."""

    spec: CiliumBGPPeeringPolicySpec = CiliumBGPPeeringPolicySpec()


CILIUM_BGP_CLUSTER_CONFIGS = Source(
    "cilium-bgp-cluster-configs",
    CiliumBGPClusterConfig,
    served_as=(
        Resource("cilium.io", "v2", "ciliumbgpclusterconfigs", "CiliumBGPClusterConfig"),
        Resource("cilium.io", "v2alpha1", "ciliumbgpclusterconfigs", "CiliumBGPClusterConfig"),
    ),
)
CILIUM_BGP_PEER_CONFIGS = Source(
    "cilium-bgp-peer-configs",
    CiliumBGPPeerConfig,
    served_as=(
        Resource("cilium.io", "v2", "ciliumbgppeerconfigs", "CiliumBGPPeerConfig"),
        Resource("cilium.io", "v2alpha1", "ciliumbgppeerconfigs", "CiliumBGPPeerConfig"),
    ),
)
CILIUM_BGP_PEERING_POLICIES = Source(
    "cilium-bgp-peering-policies",
    CiliumBGPPeeringPolicy,
    served_as=(Resource("cilium.io", "v2alpha1", "ciliumbgppeeringpolicies", "CiliumBGPPeeringPolicy"),),
)
