"""Routes: what nodes have to tell their neighbours, before anybody says which of these may hear it."""

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import ip_network

import msgspec

from chaudit_network.addresses import IPAddress, IPNetwork
from chaudit_network.bgp.node_sets import NodeSet
from chaudit_network.bgp.peers import Speaker
from chaudit_network.views.unread import Unread

ServiceName = tuple[str, str]
"""Namespace and name of a service."""

Audience = frozenset[str]
"""The neighbours a route is for, by name: BGPPeers of MetalLB, neighbours of FRR, settings of Cilium's peers."""

Telling = tuple[ServiceName, NodeSet]
"""A service, and the nodes that tell an address of it."""


class Origin(StrEnum):
    """What a route leads to."""

    PODS = "pods"
    CLUSTER_IPS = "cluster IPs"
    EXTERNAL_IPS = "external IPs"
    LOAD_BALANCER_IPS = "load balancer IPs"
    CONFIGURED = "a configured prefix"


class Route(msgspec.Struct, frozen=True):
    """A prefix, and the nodes that tell it with themselves as the way.

    `services` are those whose own address it is; a range, which is told whether or not a service uses it, has none.
    `audience` are the groups of neighbours it is for, None where it is for all. What is held back leaves a node only by
    a filter that says so.
    """

    prefix: IPNetwork
    origin: Origin
    speaker: Speaker
    nodes: NodeSet
    services: tuple[ServiceName, ...] = ()
    communities: tuple[str, ...] = ()
    audience: Audience | None = None
    is_held_back: bool = False

    @property
    def is_host(self) -> bool:
        """Whether it leads to a single address."""
        return self.prefix.prefixlen == self.prefix.max_prefixlen


class Routes(msgspec.Struct, frozen=True):
    """The routes of one speaker; `doubts` say of which services they are not known, and `unread` what else is not."""

    found: Sequence[Route] = ()
    doubts: Sequence[tuple[ServiceName, str]] = ()
    unread: Sequence[Unread] = ()


def named(told: Sequence[Telling]) -> tuple[ServiceName, ...]:
    """Return the services whose addresses are told, each once."""
    return tuple(dict.fromkeys(name for name, _ in told))


def host_route(address: IPAddress) -> IPNetwork:
    """Return the prefix of one address."""
    return ip_network(address)
