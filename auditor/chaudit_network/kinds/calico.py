"""Kinds of Calico, in whichever of its API groups the cluster serves them.

Calico keeps one set of objects that may be visible twice: aggregated as `projectcalico.org/v3` and stored as
`crd.projectcalico.org/v1`; since v3.32 the former can be CRDs themselves
(https://docs.tigera.io/calico/latest/operations/native-v3-crds).
"""

from chaudit import Resource

IPV4_ADDRESS = "projectcalico.org/IPv4Address"
IPV6_ADDRESS = "projectcalico.org/IPv6Address"

AS_NUMBER = "projectcalico.org/ASNumber"
ROUTE_REFLECTOR_CLUSTER_ID = "projectcalico.org/RouteReflectorClusterID"

NODE_ADDRESS_ANNOTATIONS = (IPV4_ADDRESS, IPV6_ADDRESS)
"""Annotations of a Node with the address that Calico uses for it, with prefix length: `192.168.206.2/24`."""


def served_as(plural: str, kind: str) -> tuple[Resource, ...]:
    """Return the API versions of one Calico kind, the published one first."""
    return (
        Resource("projectcalico.org", "v3", plural, kind),
        Resource("crd.projectcalico.org", "v1", plural, kind),
    )
