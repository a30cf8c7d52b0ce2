"""Kinds of Cilium (`cilium.io`), where it is the CNI or speaks BGP."""

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
