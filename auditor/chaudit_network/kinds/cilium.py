"""Cilium's own view of nodes, where it is the CNI."""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source


class CiliumNodeAddress(Record, frozen=True, gc=False):
    """An address Cilium uses for a node; type InternalIP is the one its traffic comes from."""

    type: str = ""
    ip: str = ""


class CiliumIPAM(Record, frozen=True, gc=False):
    """The networks of a node's pods, where Cilium hands them out itself."""

    pod_cidrs: tuple[str, ...] = msgspec.field(default=(), name="podCIDRs")


class CiliumNodeSpec(Record, frozen=True, gc=False):
    """The addresses Cilium knows."""

    addresses: tuple[CiliumNodeAddress, ...] = ()
    ipam: CiliumIPAM = CiliumIPAM()


class CiliumNode(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Cilium's own view of a node, named like it."""

    spec: CiliumNodeSpec = CiliumNodeSpec()


CILIUM_NODES = Source("cilium-nodes", CiliumNode, served_as=(Resource("cilium.io", "v2", "ciliumnodes", "CiliumNode"),))
