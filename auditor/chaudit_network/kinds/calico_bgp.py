"""Kinds of Calico that say how nodes speak BGP: configuration, peers, filters, and how it goes.

See https://docs.tigera.io/calico/latest/reference/resources/. Autonomous system numbers may be written as numbers or
in dotted notation (`1.10`, RFC 5396).
"""

from datetime import datetime
from typing import Annotated

import msgspec

from chaudit import KubernetesObject, Record, Source
from chaudit_network.kinds.calico import served_as

ASNumber = int | str


class SecretKeySelector(Record, frozen=True, gc=False):
    """One key of a Secret in the namespace of calico-node."""

    name: str = ""


class BGPPassword(Record, frozen=True, gc=False):
    """Where the password of sessions is kept; Calico knows no other place than a Secret."""

    secret_key_ref: SecretKeySelector | None = None

    @property
    def is_given(self) -> bool:
        """Whether it refers to a Secret."""
        return bool(self.secret_key_ref and self.secret_key_ref.name)


class BGPPeerSpec(Record, frozen=True, gc=False):
    """A neighbour of selected nodes: of `node`, else of those that `node_selector` selects, else of all.

    `peer_ip` may end in a port (`192.0.2.1:1790`, `[fd00::1]:179`). It is empty where the neighbours are other nodes
    or local workloads, found by selector. `ttl_security` counts the hops to the neighbour.
    """

    node: str = ""
    node_selector: str = ""
    peer_ip: str = msgspec.field(default="", name="peerIP")
    as_number: ASNumber = 0
    local_as_number: ASNumber = msgspec.field(default=0, name="localASNumber")
    peer_selector: str = ""
    local_workload_selector: str = ""
    password: BGPPassword | None = None
    source_address: str = "UseNodeIP"
    ttl_security: int = 0
    filters: tuple[str, ...] = ()
    keep_original_next_hop: bool = False
    next_hop_mode: str = ""
    reverse_peering: str = "Auto"


class BGPPeer(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """With whom nodes speak BGP. MetalLB has a kind of the same name, whose objects have a namespace."""

    spec: BGPPeerSpec = BGPPeerSpec()


class CIDRBlock(Record, frozen=True, gc=False):
    """Addresses that may be advertised, empty where nothing is said."""

    cidr: str = ""


class Community(Record, frozen=True, gc=False):
    """A name for a community: `aa:nn`, or `aa:nn:mm` for a large one."""

    name: str = ""
    value: str = ""


class PrefixAdvertisement(Record, frozen=True, gc=False):
    """Communities, by name or by value, for all prefixes within a CIDR."""

    cidr: str = ""
    communities: tuple[str, ...] = ()


class BGPConfigurationSpec(Record, frozen=True, gc=False):
    """Of one that is not `default`, only `prefix_advertisements` and `listen_port` count."""

    as_number: ASNumber = 0
    node_to_node_mesh_enabled: bool = True
    node_mesh_password: BGPPassword | None = None
    listen_port: int = 0
    bind_mode: str = "None"
    communities: tuple[Community, ...] = ()
    prefix_advertisements: tuple[PrefixAdvertisement, ...] | None = None
    service_cluster_ips: tuple[CIDRBlock, ...] = msgspec.field(default=(), name="serviceClusterIPs")
    service_external_ips: tuple[CIDRBlock, ...] = msgspec.field(default=(), name="serviceExternalIPs")
    service_load_balancer_ips: tuple[CIDRBlock, ...] = msgspec.field(default=(), name="serviceLoadBalancerIPs")
    service_load_balancer_aggregation: str = "Enabled"


class BGPConfiguration(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Settings of BGP: `default` for all nodes, `node.NAME` for one. Without `default` its defaults hold."""

    spec: BGPConfigurationSpec = BGPConfigurationSpec()


class PrefixLengths(Record, frozen=True, gc=False):
    """Bounds of a prefix length, each where it is given."""

    min: int | None = None
    max: int | None = None


class CommunityMatch(Record, frozen=True, gc=False):
    """Communities of which a route carries at least one."""

    values: tuple[str, ...] = ()


class AddCommunity(Record, frozen=True, gc=False):
    """A community to tag a route with."""

    value: str = ""


class FilterOperation(Record, frozen=True, gc=False):
    """What is done to an accepted route, as far as it matters to others."""

    add_community: AddCommunity | None = None


class FilterRule(Record, frozen=True, gc=False):
    """One rule of a filter. All that is given must match, and what is not given matches everything."""

    action: str = ""
    cidr: str = ""
    match_operator: str = ""
    prefix_length: PrefixLengths | None = None
    source: str = ""
    interface: str = ""
    peer_type: str = ""
    priority: int | None = None
    as_path_prefix: tuple[ASNumber, ...] = msgspec.field(default=(), name="asPathPrefix")
    communities: CommunityMatch | None = None
    operations: tuple[FilterOperation, ...] = ()


class BGPFilterSpec(Record, frozen=True, gc=False):
    """Rules by direction and address family. The first match decides."""

    export_v4: tuple[FilterRule, ...] = ()
    export_v6: tuple[FilterRule, ...] = ()
    import_v4: tuple[FilterRule, ...] = ()
    import_v6: tuple[FilterRule, ...] = ()


class BGPFilter(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Which routes sessions let in and out, for the BGPPeers that name it."""

    spec: BGPFilterSpec = BGPFilterSpec()


class NodeStatusSpec(Record, frozen=True, gc=False):
    """Whose status is asked for, what of it, and how often it is renewed: once only where the period is 0."""

    node: str = ""
    classes: tuple[str, ...] = ()
    update_period_seconds: int = 0


class CalicoPeerStatus(Record, frozen=True, gc=False):
    """A session as BIRD sees it."""

    peer_ip: str = msgspec.field(default="", name="peerIP")
    type: str = ""
    state: str = ""


class NodeBGPStatus(Record, frozen=True, gc=False):
    """All sessions of a node by address family."""

    peers_v4: tuple[CalicoPeerStatus, ...] = ()
    peers_v6: tuple[CalicoPeerStatus, ...] = ()


class NodeStatus(Record, frozen=True, gc=False):
    """What calico-node wrote last, and when. A daemon that is gone leaves it as it was."""

    last_updated: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    bgp: NodeBGPStatus | None = None


class CalicoNodeStatus(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A request to calico-node to tell how it is doing. Somebody has to create it."""

    spec: NodeStatusSpec = NodeStatusSpec()
    status: NodeStatus = NodeStatus()


BGP_PEERS = Source("calico-bgp-peers", BGPPeer, served_as("bgppeers", "BGPPeer"))
BGP_CONFIGURATIONS = Source(
    "calico-bgp-configurations", BGPConfiguration, served_as("bgpconfigurations", "BGPConfiguration")
)
BGP_FILTERS = Source("calico-bgp-filters", BGPFilter, served_as("bgpfilters", "BGPFilter"))
CALICO_NODE_STATUSES = Source(
    "calico-node-statuses", CalicoNodeStatus, served_as("caliconodestatuses", "CalicoNodeStatus")
)
