"""Kinds of FRR-K8s (`frrk8s.metallb.io`), which configures a router on each node for MetalLB and for others.

See https://github.com/metallb/frr-k8s/blob/main/API-DOCS.md.
"""

import msgspec

from chaudit import KubernetesObject, ObjectMeta, Record, Resource, Source
from chaudit_network.kinds.forgetting import forget
from chaudit_network.kinds.label_selectors import LabelSelector
from chaudit_network.kinds.metallb import SecretReference

_GROUP = "frrk8s.metallb.io"


class AllowedPrefixes(Record, frozen=True, gc=False):
    """Which of the router's prefixes a neighbour is told: `all`, or those listed."""

    mode: str = "filtered"
    prefixes: tuple[str, ...] = ()


class Advertised(Record, frozen=True, gc=False):
    """What a neighbour is told."""

    allowed: AllowedPrefixes = AllowedPrefixes()


class ReceivedPrefix(Record, frozen=True, gc=False):
    """A prefix, and how much longer the accepted ones may be."""

    prefix: str = ""


class AllowedFromNeighbor(Record, frozen=True, gc=False):
    """What is accepted from a neighbour: `all`, or the prefixes listed."""

    mode: str = "filtered"
    prefixes: tuple[ReceivedPrefix, ...] = ()


class Received(Record, frozen=True, gc=False):
    """What is accepted from a neighbour."""

    allowed: AllowedFromNeighbor = AllowedFromNeighbor()


class Neighbor(Record, frozen=True, gc=False):
    """A neighbour by address, or whoever answers on an interface (unnumbered). Without AS number it is detected."""

    address: str = ""
    interface: str = ""
    asn: int = 0
    dynamic_asn: str = msgspec.field(default="", name="dynamicASN")
    local_asn: int = msgspec.field(default=0, name="localASN")
    port: int = 0
    source_address: str = msgspec.field(default="", name="sourceaddress")
    password: str = ""
    password_secret: SecretReference = SecretReference()
    bfd_profile: str = ""
    ebgp_multi_hop: bool = False
    disable_mp: bool = msgspec.field(default=False, name="disableMP")
    dual_stack_address_family: bool = False
    to_advertise: Advertised = Advertised()
    to_receive: Received = Received()

    def __post_init__(self) -> None:
        """Forget the password."""
        forget(self, "password")


class Router(Record, frozen=True, gc=False):
    """One BGP router, of one VRF, and the prefixes it has to tell."""

    asn: int = 0
    vrf: str = ""
    neighbors: tuple[Neighbor, ...] = ()
    prefixes: tuple[str, ...] = ()


class RouterConfiguration(Record, frozen=True, gc=False):
    """The BGP routers of a node."""

    routers: tuple[Router, ...] = ()


class RawConfiguration(Record, frozen=True, gc=False):
    """Lines in FRR's own language, appended as they are; they can hold neighbours and passwords."""

    raw_config: str = ""

    def __post_init__(self) -> None:
        """Forget the lines."""
        forget(self, "raw_config")


class FRRConfigurationSpec(Record, frozen=True, gc=False):
    """What FRR runs on selected nodes, merged with other such objects."""

    bgp: RouterConfiguration = RouterConfiguration()
    raw: RawConfiguration = RawConfiguration()
    node_selector: LabelSelector = LabelSelector()


class FRRConfiguration(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Written by people, or by MetalLB: one `metallb-NODE` for each node, with the neighbours of its BGPPeers."""

    spec: FRRConfigurationSpec = FRRConfigurationSpec()


class SessionStatus(Record, frozen=True, gc=False):
    """How a session is: `bgpStatus` is `Established` in FRR's own words, `peer` an address or an interface."""

    node: str = ""
    peer: str = ""
    vrf: str = ""
    bgp_status: str = ""
    bfd_status: str = ""


class BGPSessionState(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """One session of one node, written by FRR-K8s as long as it runs there."""

    metadata: ObjectMeta
    status: SessionStatus = SessionStatus()


FRR_CONFIGURATIONS = Source(
    "frr-configurations",
    FRRConfiguration,
    served_as=(Resource(_GROUP, "v1beta1", "frrconfigurations", "FRRConfiguration"),),
)
BGP_SESSION_STATES = Source(
    "frr-bgp-session-states",
    BGPSessionState,
    served_as=(Resource(_GROUP, "v1beta1", "bgpsessionstates", "BGPSessionState"),),
)
