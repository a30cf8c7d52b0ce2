"""Kinds of Calico that decide which packets pass (https://docs.tigera.io/calico/latest/reference/resources/)."""

import msgspec

from chaudit import KubernetesObject, Record, Source
from chaudit_network.kinds.calico import served_as

DEFAULT_TIER = "default"
"""The tier of a policy that names none."""


class EndpointPort(Record, frozen=True, gc=False):
    """A named port of a host endpoint."""

    name: str
    port: int
    protocol: int | str = "TCP"


class HostEndpointSpec(Record, frozen=True, gc=False):
    """Which interface of which node: by name, `*` for all, or empty for the one that owns an expected IP."""

    node: str = ""
    interface_name: str = ""
    expected_ips: tuple[str, ...] = msgspec.field(default=(), name="expectedIPs")
    profiles: tuple[str, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class HostEndpoint(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """An interface of a node, made subject to policy."""

    spec: HostEndpointSpec = HostEndpointSpec()


class ServiceReference(Record, frozen=True, gc=False):
    """A service whose endpoints are meant."""

    name: str = ""
    namespace: str = ""


class ServiceAccounts(Record, frozen=True, gc=False):
    """Pods by their service accounts."""

    names: tuple[str, ...] = ()
    selector: str = ""


class EntityRule(Record, frozen=True, gc=False):
    """One side of a rule; everything that is said must hold, and an empty list says nothing."""

    nets: tuple[str, ...] = ()
    not_nets: tuple[str, ...] = ()
    selector: str = ""
    not_selector: str = ""
    namespace_selector: str = ""
    ports: tuple[int | str, ...] = ()
    not_ports: tuple[int | str, ...] = ()
    services: ServiceReference | None = None
    service_accounts: ServiceAccounts | None = None


class ICMP(Record, frozen=True, gc=False):
    """An ICMP type and code."""

    type: int | None = None
    code: int | None = None


class HTTPMatch(Record, frozen=True, gc=False):
    """A match on layer 7; that it is there is all that matters here."""


class PolicyRule(Record, frozen=True, gc=False):
    """One rule: Allow, Deny, Log or Pass for packets that match all of it."""

    action: str
    ip_version: int | None = None
    protocol: int | str | None = None
    not_protocol: int | str | None = None
    icmp: ICMP | None = None
    not_icmp: ICMP | None = msgspec.field(default=None, name="notICMP")
    source: EntityRule = EntityRule()
    destination: EntityRule = EntityRule()
    http: HTTPMatch | None = None


class PolicySpec(Record, frozen=True, gc=False):
    """What a policy applies to, in which class and order, and its rules. No order means last."""

    tier: str = DEFAULT_TIER
    order: float | None = None
    selector: str = ""
    namespace_selector: str = ""
    service_account_selector: str = ""
    types: tuple[str, ...] = ()
    ingress: tuple[PolicyRule, ...] = ()
    egress: tuple[PolicyRule, ...] = ()
    do_not_track: bool = False
    pre_dnat: bool = msgspec.field(default=False, name="preDNAT")
    apply_on_forward: bool = False


class GlobalNetworkPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Policy for host endpoints, and for pods of all namespaces."""

    spec: PolicySpec = PolicySpec()


class NetworkPolicy(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Calico's own policy for the pods of one namespace."""

    spec: PolicySpec = PolicySpec()


class TierSpec(Record, frozen=True, gc=False):
    """Where a tier stands, and what becomes of packets that its policies select but do not decide."""

    order: float | None = None
    default_action: str = "Deny"


class Tier(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A group of policies that is evaluated before or after others."""

    spec: TierSpec = TierSpec()


class NetworkSetSpec(Record, frozen=True, gc=False):
    """Addresses under labels."""

    nets: tuple[str, ...] = ()


class GlobalNetworkSet(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Networks that rules find by label."""

    spec: NetworkSetSpec = NetworkSetSpec()


class NetworkSet(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Networks that rules of one namespace find by label."""

    spec: NetworkSetSpec = NetworkSetSpec()


class ProtoPort(Record, frozen=True, gc=False):
    """A failsafe port, open from `net` or from everywhere."""

    port: int
    protocol: str = "tcp"
    net: str = ""


class FelixConfigurationSpec(Record, frozen=True, gc=False):
    """How Felix programs a node. A list that is absent has Felix's default; an empty one means none."""

    node_selector: str = ""
    bpf_enabled: bool | None = None
    chain_insert_mode: str = ""
    default_endpoint_to_host_action: str = ""
    failsafe_inbound_host_ports: tuple[ProtoPort, ...] | None = None
    failsafe_outbound_host_ports: tuple[ProtoPort, ...] | None = None
    kube_node_port_ranges: tuple[int | str, ...] | None = None
    interface_exclude: str = ""
    iptables_filter_allow_action: str = ""
    iptables_mangle_allow_action: str = ""


class FelixConfiguration(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Settings of Felix: `default` for all nodes, `node.NAME` for one, any other name for those that it selects."""

    spec: FelixConfigurationSpec = FelixConfigurationSpec()


class IPPoolSpec(Record, frozen=True, gc=False):
    """Addresses for pods."""

    cidr: str = ""
    nat_outgoing: bool = False
    disabled: bool = False
    disable_bgp_export: bool = msgspec.field(default=False, name="disableBGPExport")
    ipip_mode: str = ""
    vxlan_mode: str = ""
    node_selector: str = ""
    allowed_uses: tuple[str, ...] = ()


class IPPool(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A range of addresses: of pods unless its uses say otherwise."""

    spec: IPPoolSpec = IPPoolSpec()

    @property
    def is_for_pods(self) -> bool:
        """Whether pods may get addresses from it; without uses they may."""
        return not self.spec.allowed_uses or "Workload" in self.spec.allowed_uses

    @property
    def is_for_load_balancers(self) -> bool:
        """Whether services may."""
        return "LoadBalancer" in self.spec.allowed_uses


HOST_ENDPOINTS = Source("host-endpoints", HostEndpoint, served_as("hostendpoints", "HostEndpoint"))
GLOBAL_NETWORK_POLICIES = Source(
    "global-network-policies", GlobalNetworkPolicy, served_as("globalnetworkpolicies", "GlobalNetworkPolicy")
)
CALICO_NETWORK_POLICIES = Source(
    "calico-network-policies", NetworkPolicy, served_as("networkpolicies", "NetworkPolicy")
)
TIERS = Source("tiers", Tier, served_as("tiers", "Tier"))
GLOBAL_NETWORK_SETS = Source(
    "global-network-sets", GlobalNetworkSet, served_as("globalnetworksets", "GlobalNetworkSet")
)
NETWORK_SETS = Source("network-sets", NetworkSet, served_as("networksets", "NetworkSet"))
FELIX_CONFIGURATIONS = Source(
    "felix-configurations", FelixConfiguration, served_as("felixconfigurations", "FelixConfiguration")
)
IP_POOLS = Source("ip-pools", IPPool, served_as("ippools", "IPPool"))
