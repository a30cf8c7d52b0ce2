"""Kinds of MetalLB that give addresses to services and say which nodes announce them, by ARP/NDP or BGP.

The speakers read them in their own namespace only. Selectors in a list are alternatives, and an empty list selects
everything (https://metallb.io/apis/).
"""

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.label_selectors import LabelSelector

_GROUP = "metallb.io"


class IPAddressPoolSpec(Record, frozen=True, gc=False):
    """Networks (`192.0.2.0/28`) and ranges (`192.0.2.1-192.0.2.9`)."""

    addresses: tuple[str, ...]
    auto_assign: bool = True


class IPAddressPool(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Addresses for services. They are announced only if an advertisement selects the pool."""

    spec: IPAddressPoolSpec


class L2AdvertisementSpec(Record, frozen=True, gc=False):
    """Which pools are announced by ARP and NDP, from which nodes and interfaces, for which services.

    One node announces an address at a time; all that are selected may.
    """

    ip_address_pools: tuple[str, ...] = ()
    ip_address_pool_selectors: tuple[LabelSelector, ...] = ()
    node_selectors: tuple[LabelSelector, ...] = ()
    service_selectors: tuple[LabelSelector, ...] = ()
    interfaces: tuple[str, ...] = ()


class L2Advertisement(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """How pools are announced on the link."""

    spec: L2AdvertisementSpec = L2AdvertisementSpec()


class BGPAdvertisementSpec(Record, frozen=True, gc=False):
    """Which pools are announced by BGP, from which nodes, to which peers, for which services.

    Each selected node announces every address, in a prefix of the aggregation length. Without `peers` all are told.
    Communities are given by value, or by a name that a Community object knows.
    """

    ip_address_pools: tuple[str, ...] = ()
    ip_address_pool_selectors: tuple[LabelSelector, ...] = ()
    node_selectors: tuple[LabelSelector, ...] = ()
    service_selectors: tuple[LabelSelector, ...] = ()
    peers: tuple[str, ...] = ()
    aggregation_length: int = 32
    aggregation_length_v6: int = 128
    communities: tuple[str, ...] = ()


class BGPAdvertisement(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """How pools are announced to routers."""

    spec: BGPAdvertisementSpec = BGPAdvertisementSpec()


class AnnouncementStatus(Record, frozen=True, gc=False):
    """A node that announces a service. `peers` are those it is configured for, whether or not their sessions are up."""

    node: str = ""
    service_name: str = ""
    service_namespace: str = ""
    peers: tuple[str, ...] = ()


class ServiceL2Status(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The one node that answers for a service on the link; another takes over when it fails."""

    status: AnnouncementStatus = AnnouncementStatus()


class ServiceBGPStatus(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """One of the nodes that announce a service to routers."""

    status: AnnouncementStatus = AnnouncementStatus()


IP_ADDRESS_POOLS = Source(
    "metallb-ip-address-pools",
    IPAddressPool,
    served_as=(Resource(_GROUP, "v1beta1", "ipaddresspools", "IPAddressPool"),),
)
L2_ADVERTISEMENTS = Source(
    "metallb-l2-advertisements",
    L2Advertisement,
    served_as=(Resource(_GROUP, "v1beta1", "l2advertisements", "L2Advertisement"),),
)
BGP_ADVERTISEMENTS = Source(
    "metallb-bgp-advertisements",
    BGPAdvertisement,
    served_as=(Resource(_GROUP, "v1beta1", "bgpadvertisements", "BGPAdvertisement"),),
)
SERVICE_L2_STATUSES = Source(
    "metallb-service-l2-statuses",
    ServiceL2Status,
    served_as=(Resource(_GROUP, "v1beta1", "servicel2statuses", "ServiceL2Status"),),
)
SERVICE_BGP_STATUSES = Source(
    "metallb-service-bgp-statuses",
    ServiceBGPStatus,
    served_as=(Resource(_GROUP, "v1beta1", "servicebgpstatuses", "ServiceBGPStatus"),),
)
