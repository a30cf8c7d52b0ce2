"""Intent: what a cluster is meant to be, as its operators declare it in `chaudit.yaml`."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Annotated, Any

import msgspec

from chaudit.evidence.input import Facts, Input
from chaudit.severity import FailOn, Severity

IPNetwork = IPv4Network | IPv6Network
IPAddress = IPv4Address | IPv6Address


class CIDR(str):
    """A network in CIDR form without host bits, as written: `192.168.206.0/24`, `fd00::/64`."""

    __slots__ = ()


class Address(str):
    """An IPv4 or IPv6 address, as written."""

    __slots__ = ()


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A part of the intent file. A misspelt key is an error: silence would be taken for consent."""


class Network(_Section, frozen=True):
    """A named set of addresses: `oam`, `cluster-host`, `mgmt`.

    `external` marks a network that people outside can reach; `interfaces` are the names the hosts give to their
    attachments, where operators know them.
    """

    cidrs: tuple[CIDR, ...] = ()
    external: bool = False
    interfaces: tuple[str, ...] = ()


class ClusterHost(StrEnum):
    """Whether the cluster-host network is private to the nodes or the way by which clients come."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class Topology(_Section, frozen=True):
    """The shape of the cluster. `single_node` says that one node is all there is meant to be."""

    cluster_host: ClusterHost = ClusterHost.INTERNAL
    single_node: bool = False


class AllowedExposure(_Section, frozen=True):
    """A way in that is meant to be open to outsiders, for a reason.

    `service` is a shell-style pattern of `namespace/name`, of the pod where no service leads to it; `ports` are those
    that are open on the nodes, and `networks` those on whose addresses they may be. What is left out means all.
    """

    service: Annotated[str, msgspec.Meta(pattern="^[^/]+/[^/]+$")]
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    ports: tuple[Annotated[int, msgspec.Meta(ge=1, le=65535)], ...] = ()
    networks: tuple[str, ...] = ()

    def is_about(self, service: str, port: int) -> bool:
        """Whether it speaks of a port that is open to a service, `namespace/name`, on whatever network."""
        return fnmatchcase(service, self.service) and (not self.ports or port in self.ports)


class ExposureIntent(_Section, frozen=True):
    """What may be reached from outside."""

    allow: tuple[AllowedExposure, ...] = ()


class IngressIntent(_Section, frozen=True):
    """What is not known of ingress controllers, or not as they were installed.

    `controllers` are labels of their pods, by the `spec.controller` of their IngressClasses.
    """

    controllers: Mapping[str, Annotated[Mapping[str, str], msgspec.Meta(min_length=1)]] = {}


class LoadBalancer(_Section, frozen=True):
    """A load balancer outside the cluster that is highly available by itself.

    `statistics` is where HAProxy tells of its backends: a URL without credentials, or `unix:` and the path of its
    socket. `backend` is a shell-style pattern of the names of those backends that lead to the cluster.
    """

    address: Address
    statistics: Annotated[str, msgspec.Meta(pattern="^(https?://[^@/]+(/.*)?|unix:/.+)?$")] = ""
    backend: str = "*"


class Name(_Section, frozen=True):
    """A hostname published to the outside, and how many destinations it is meant to have.

    `load_balancers` may be given by their addresses alone; `balancers` are they in full.
    """

    host: str
    ports: tuple[Annotated[int, msgspec.Meta(ge=1, le=65535)], ...] = ()
    targets: Annotated[int, msgspec.Meta(ge=1)] = 2
    load_balancers: tuple[str | LoadBalancer, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a load balancer whose address is none."""
        _ = self.balancers

    @property
    def balancers(self) -> tuple[LoadBalancer, ...]:
        """The load balancers outside."""
        return tuple(
            LoadBalancer(Address(ip_address(one).compressed)) if isinstance(one, str) else one
            for one in self.load_balancers
        )


class Peer(_Section, frozen=True):
    """A BGP neighbour outside the cluster."""

    address: Address
    asn: Annotated[int, msgspec.Meta(ge=1, le=4294967295)] | None = None


class BGP(_Section, frozen=True):
    """Which routers the nodes are meant to peer with, and which prefixes they may advertise."""

    peers: tuple[Peer, ...] = ()
    prefixes: tuple[CIDR, ...] = ()


class RuleIntent(_Section, frozen=True):
    """What operators change about one rule: its severity, its settings, and whether nobody may waive its findings."""

    severity: Severity | None = None
    settings: Mapping[str, Any] = {}
    mandatory: bool | None = None


class SubjectSelector(_Section, frozen=True):
    """Which subjects of a rule; each part is a shell-style pattern, and all must match.

    `labels` are those of the object. `network` is that of every violation, as rules name it that judge networks.
    """

    kind: str = "*"
    namespace: str = "*"
    name: str = "*"
    port: str = "*"
    network: str = "*"
    labels: Mapping[str, str] = {}


class WaiverIntent(_Section, frozen=True):
    """A risk that somebody accepted, for a reason and until a day (the last one on which it holds, UTC)."""

    rule: str
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    owner: Annotated[str, msgspec.Meta(min_length=1)]
    expires: date
    ticket: str = ""
    subject: SubjectSelector = SubjectSelector()


class Gate(_Section, frozen=True):
    """Defaults of the options that decide the exit code; `families` of rules can have a threshold of their own.

    `longest_waiver` is how many days a waiver may still have before it: one that would hold for longer accepts nothing.
    """

    fail_on: FailOn | None = None
    families: Mapping[str, FailOn] = {}
    allow_unknown: bool | None = None
    strict_waivers: bool | None = None
    longest_waiver: Annotated[int, msgspec.Meta(ge=1)] | None = None


class Intent(_Section, frozen=True):
    """The whole file; everything is optional.

    `profile` names one profile or several, which say what the file does not.
    """

    profile: str | tuple[str, ...] = ()
    networks: Mapping[str, Network] = {}
    topology: Topology = Topology()
    exposure: ExposureIntent = ExposureIntent()
    ingress: IngressIntent = IngressIntent()
    names: tuple[Name, ...] = ()
    bgp: BGP | None = None
    rules: Mapping[str, RuleIntent] = {}
    waivers: tuple[WaiverIntent, ...] = ()
    gate: Gate = Gate()


class _IntentInput(Input[Intent]):
    name = "intent"
    needs = ()

    def resolve(self, facts: Facts) -> Intent:
        return facts.intent


INTENT: Input[Intent] = _IntentInput()
"""The intent as an input of views and rules."""
