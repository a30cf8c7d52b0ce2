"""ServiceCIDR, the kind that says from which networks cluster IPs are given (Kubernetes 1.33 and later)."""

from chaudit import KubernetesObject, Record, Resource, Source


class ServiceCIDRSpec(Record, frozen=True, gc=False):
    """One network, or one of each family."""

    cidrs: tuple[str, ...] = ()


class ServiceCIDR(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Networks of cluster IPs; there may be several such objects."""

    spec: ServiceCIDRSpec = ServiceCIDRSpec()


SERVICE_CIDRS = Source(
    "service-cidrs",
    ServiceCIDR,
    served_as=tuple(
        Resource("networking.k8s.io", version, "servicecidrs", "ServiceCIDR") for version in ("v1", "v1beta1")
    ),
)
