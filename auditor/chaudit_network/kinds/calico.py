"""Kinds of Calico, in whichever of its API groups the cluster serves them.

Calico keeps one set of objects that may be visible twice: aggregated as `projectcalico.org/v3` and stored as
`crd.projectcalico.org/v1`; since v3.32 the former can be CRDs themselves
(https://docs.tigera.io/calico/latest/operations/native-v3-crds).
"""

import msgspec

from chaudit import KubernetesObject, Record, Resource, Source

IPV4_ADDRESS = "projectcalico.org/IPv4Address"
IPV6_ADDRESS = "projectcalico.org/IPv6Address"

NODE_ADDRESS_ANNOTATIONS = (IPV4_ADDRESS, IPV6_ADDRESS)
"""Annotations of a Node with the address that Calico uses for it, with prefix length: `192.168.206.2/24`."""


def served_as(plural: str, kind: str) -> tuple[Resource, ...]:
    """Return the API versions of one Calico kind, the published one first."""
    return (
        Resource("projectcalico.org", "v3", plural, kind),
        Resource("crd.projectcalico.org", "v1", plural, kind),
    )


class SecretKeySelector(Record, frozen=True, gc=False):
    """One key of a Secret in the namespace of calico-node."""

    name: str = ""


class BGPPassword(Record, frozen=True, gc=False):
    """Where the password of sessions is kept; Calico knows no other place than a Secret."""

    secret_key_ref: SecretKeySelector | None = None


class BGPPeerSpec(Record, frozen=True, gc=False):
    """A neighbour of selected nodes.

    `peer_ip` may end in a port (`192.0.2.1:1790`, `[fd00::1]:179`). It is empty where the neighbours are other nodes
    or local workloads, found by selector.
    """

    peer_ip: str = msgspec.field(default="", name="peerIP")
    as_number: int = 0
    password: BGPPassword | None = None


class BGPPeer(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """With whom nodes speak BGP. MetalLB has a kind of the same name, whose objects have a namespace."""

    spec: BGPPeerSpec = BGPPeerSpec()


BGP_PEERS = Source("calico-bgp-peers", BGPPeer, served_as=served_as("bgppeers", "BGPPeer"))
