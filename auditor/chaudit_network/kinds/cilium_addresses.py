"""Kinds of Cilium that give addresses to services and say which nodes announce them on the link (ARP/NDP).

A selector of services may also name their namespace and name, by the labels `io.kubernetes.service.namespace` and
`io.kubernetes.service.name` (https://docs.cilium.io/en/stable/network/lb-ipam/).
"""

from msgspec import field

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.label_selectors import LabelSelector

_GROUP = "cilium.io"


class AddressBlock(Record, frozen=True, gc=False):
    """A network, or a range from `start` to `stop`; without `stop` it is one address."""

    cidr: str = ""
    start: str = ""
    stop: str = ""


class CiliumLoadBalancerIPPoolSpec(Record, frozen=True, gc=False):
    """Addresses for services; older versions call the blocks `cidrs`."""

    blocks: tuple[AddressBlock, ...] = ()
    cidrs: tuple[AddressBlock, ...] = ()


class CiliumLoadBalancerIPPool(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A pool of load balancer addresses, cluster-scoped."""

    spec: CiliumLoadBalancerIPPoolSpec = CiliumLoadBalancerIPPoolSpec()


class CiliumL2AnnouncementPolicySpec(Record, frozen=True, gc=False):
    """Which services are announced on the link, from which nodes, and whether with their load balancer addresses.

    Without a selector all are meant.
    """

    service_selector: LabelSelector = LabelSelector()
    node_selector: LabelSelector = LabelSelector()
    load_balancer_ips: bool = field(default=False, name="loadBalancerIPs")


class CiliumL2AnnouncementPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """How services are announced on the link. It takes effect only where Cilium is configured to announce."""

    spec: CiliumL2AnnouncementPolicySpec = CiliumL2AnnouncementPolicySpec()


CILIUM_LOAD_BALANCER_IP_POOLS = Source(
    "cilium-load-balancer-ip-pools",
    CiliumLoadBalancerIPPool,
    served_as=tuple(
        Resource(_GROUP, version, "ciliumloadbalancerippools", "CiliumLoadBalancerIPPool")
        for version in ("v2", "v2alpha1")
    ),
)
CILIUM_L2_ANNOUNCEMENT_POLICIES = Source(
    "cilium-l2-announcement-policies",
    CiliumL2AnnouncementPolicy,
    served_as=tuple(
        Resource(_GROUP, version, "ciliuml2announcementpolicies", "CiliumL2AnnouncementPolicy")
        for version in ("v2", "v2alpha1")
    ),
)
