"""Kinds of Cilium's BGP control plane (`cilium.io`).

See https://docs.cilium.io/en/stable/network/bgp-control-plane/.
"""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.label_selectors import LabelSelector

_GROUP = "cilium.io"


class CiliumPeerConfigRef(Record, frozen=True, gc=False):
    """The name of the `CiliumBGPPeerConfig` that holds a peer's settings."""

    name: str


class CiliumBGPPeer(Record, frozen=True, gc=False):
    """A neighbour, by address or found on the way to the default gateway. AS number 0 accepts any.

    Without reference to settings it has the defaults, which do not authenticate. `local_address` is known per node.
    """

    name: str
    peer_address: str = ""
    peer_asn: int = msgspec.field(default=0, name="peerASN")
    local_address: str = ""
    peer_config_ref: CiliumPeerConfigRef | None = None


class CiliumBGPInstance(Record, frozen=True, gc=False):
    """One virtual router of a node."""

    name: str = ""
    local_asn: int = msgspec.field(default=0, name="localASN")
    peers: tuple[CiliumBGPPeer, ...] = ()


class CiliumBGPClusterConfigSpec(Record, frozen=True, gc=False):
    """The virtual routers that selected nodes run: all of them, where nothing selects."""

    node_selector: LabelSelector = LabelSelector()
    bgp_instances: tuple[CiliumBGPInstance, ...] = ()


class CiliumBGPClusterConfig(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """With whom nodes speak BGP."""

    spec: CiliumBGPClusterConfigSpec = CiliumBGPClusterConfigSpec()


class CiliumTransport(Record, frozen=True, gc=False):
    """The port of the neighbour."""

    peer_port: int = 0


class CiliumAddressFamily(Record, frozen=True, gc=False):
    """A family of addresses, and the labels of the CiliumBGPAdvertisements that tell what is said of it."""

    afi: str = ""
    safi: str = ""
    advertisements: LabelSelector | None = None


class CiliumBGPPeerConfigSpec(Record, frozen=True, gc=False):
    """Settings of sessions. The Secret lies in the namespace that Cilium is configured with."""

    auth_secret_ref: str = ""
    ebgp_multihop: int = 0
    transport: CiliumTransport = CiliumTransport()
    families: tuple[CiliumAddressFamily, ...] = ()


class CiliumBGPPeerConfig(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Settings that peers share."""

    spec: CiliumBGPPeerConfigSpec = CiliumBGPPeerConfigSpec()


class CiliumServiceOptions(Record, frozen=True, gc=False):
    """Which addresses of a service are told, and in prefixes of what length: hosts, where none is given."""

    addresses: tuple[str, ...] = ()
    aggregation_length_ipv4: int = msgspec.field(default=32, name="aggregationLengthIPv4")
    aggregation_length_ipv6: int = msgspec.field(default=128, name="aggregationLengthIPv6")


class CiliumCommunities(Record, frozen=True, gc=False):
    """Communities of all sorts."""

    standard: tuple[str, ...] = ()
    well_known: tuple[str, ...] = ()
    large: tuple[str, ...] = ()


class CiliumAttributes(Record, frozen=True, gc=False):
    """What routes are tagged with."""

    communities: CiliumCommunities = CiliumCommunities()


class CiliumAdvertisement(Record, frozen=True, gc=False):
    """One sort of route: PodCIDR, CiliumPodIPPool, Service or Interface. An absent selector selects no service."""

    advertisement_type: str = ""
    service: CiliumServiceOptions | None = None
    selector: LabelSelector | None = None
    attributes: CiliumAttributes = CiliumAttributes()


class CiliumBGPAdvertisementSpec(Record, frozen=True, gc=False):
    """Sorts of routes."""

    advertisements: tuple[CiliumAdvertisement, ...] = ()


class CiliumBGPAdvertisement(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """What is told to the peers whose settings select it by its labels."""

    spec: CiliumBGPAdvertisementSpec = CiliumBGPAdvertisementSpec()


class CiliumRouteCount(Record, frozen=True, gc=False):
    """How many routes of a family went to a peer, and came from it."""

    afi: str = ""
    safi: str = ""
    advertised: int = 0
    received: int = 0


class CiliumPeerStatus(Record, frozen=True, gc=False):
    """A session as the agent sees it; the state is in lower case: `established`."""

    name: str = ""
    peer_address: str = ""
    peering_state: str = ""
    route_count: tuple[CiliumRouteCount, ...] = ()


class CiliumInstanceStatus(Record, frozen=True, gc=False):
    """A virtual router as it runs."""

    name: str = ""
    peers: tuple[CiliumPeerStatus, ...] = ()


class CiliumBGPNodeConfigSpec(Record, frozen=True, gc=False):
    """The virtual routers of one node, each peer with its own address towards it."""

    bgp_instances: tuple[CiliumBGPInstance, ...] = ()


class CiliumBGPNodeStatus(Record, frozen=True, gc=False):
    """What the agent of the node reports."""

    bgp_instances: tuple[CiliumInstanceStatus, ...] = ()


class CiliumBGPNodeConfig(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """What one node is to run and how it goes, named like the node. The operator writes it."""

    spec: CiliumBGPNodeConfigSpec = CiliumBGPNodeConfigSpec()
    status: CiliumBGPNodeStatus = CiliumBGPNodeStatus()


class CiliumBGPNeighbor(Record, frozen=True, gc=False):
    """A neighbour in the older configuration, its address in CIDR form: `192.0.2.1/32`."""

    peer_address: str
    peer_asn: int = msgspec.field(default=0, name="peerASN")
    peer_port: int = 0
    auth_secret_ref: str = ""
    ebgp_multihop_ttl: int = msgspec.field(default=0, name="eBGPMultihopTTL")


class CiliumBGPVirtualRouter(Record, frozen=True, gc=False):
    """One virtual router of a node, in the older configuration."""

    local_asn: int = msgspec.field(default=0, name="localASN")
    export_pod_cidr: bool = msgspec.field(default=False, name="exportPodCIDR")
    service_selector: LabelSelector | None = None
    service_advertisements: tuple[str, ...] = ("LoadBalancerIP",)
    neighbors: tuple[CiliumBGPNeighbor, ...] = ()


class CiliumBGPPeeringPolicySpec(Record, frozen=True, gc=False):
    """The virtual routers that selected nodes run, in the older configuration."""

    node_selector: LabelSelector = LabelSelector()
    virtual_routers: tuple[CiliumBGPVirtualRouter, ...] = ()


class CiliumBGPPeeringPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The older configuration, before CiliumBGPClusterConfig."""

    spec: CiliumBGPPeeringPolicySpec = CiliumBGPPeeringPolicySpec()


def _served_as(plural: str, kind: str) -> tuple[Resource, ...]:
    return tuple(Resource(_GROUP, version, plural, kind) for version in ("v2", "v2alpha1"))


CILIUM_BGP_CLUSTER_CONFIGS = Source(
    "cilium-bgp-cluster-configs",
    CiliumBGPClusterConfig,
    _served_as("ciliumbgpclusterconfigs", "CiliumBGPClusterConfig"),
)
CILIUM_BGP_PEER_CONFIGS = Source(
    "cilium-bgp-peer-configs", CiliumBGPPeerConfig, _served_as("ciliumbgppeerconfigs", "CiliumBGPPeerConfig")
)
CILIUM_BGP_ADVERTISEMENTS = Source(
    "cilium-bgp-advertisements",
    CiliumBGPAdvertisement,
    _served_as("ciliumbgpadvertisements", "CiliumBGPAdvertisement"),
)
CILIUM_BGP_NODE_CONFIGS = Source(
    "cilium-bgp-node-configs", CiliumBGPNodeConfig, _served_as("ciliumbgpnodeconfigs", "CiliumBGPNodeConfig")
)
CILIUM_BGP_PEERING_POLICIES = Source(
    "cilium-bgp-peering-policies",
    CiliumBGPPeeringPolicy,
    served_as=(Resource(_GROUP, "v2alpha1", "ciliumbgppeeringpolicies", "CiliumBGPPeeringPolicy"),),
)
