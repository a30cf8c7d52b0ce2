"""EndpointSlice, the kind that says which endpoints a service has and how they are."""

from msgspec import field

from chaudit import KubernetesObject, Record, Resource, Source

SERVICE_NAME = "kubernetes.io/service-name"
"""The label with the name of the service, in the slice's namespace, that a slice belongs to."""


class EndpointConditions(Record, frozen=True, gc=False):
    """How an endpoint is. What is not said means ready, serving and not terminating.

    So say the API (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/) and
    kube-proxy.
    """

    ready: bool = True
    serving: bool = True
    terminating: bool = False


class Topology(Record, frozen=True, gc=False):
    """Where an endpoint is, in the words of `discovery.k8s.io/v1beta1`."""

    hostname: str = field(default="", name="kubernetes.io/hostname")


class EndpointPort(Record, frozen=True, gc=False):
    """A port of all endpoints of a slice, under the name that the service's port has."""

    name: str = ""
    port: int = 0
    protocol: str = "TCP"


class TargetReference(Record, frozen=True, gc=False):
    """The object behind an endpoint, mostly a Pod."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class Endpoint(Record, frozen=True, gc=False):
    """One backend: a pod, or an address that somebody wrote down."""

    addresses: tuple[str, ...] = ()
    target_ref: TargetReference | None = None
    conditions: EndpointConditions = EndpointConditions()
    node_name: str = ""
    topology: Topology = Topology()

    @property
    def node(self) -> str:
        """The node it is on, empty where the slice does not say; old `v1beta1` has it in the topology only."""
        return self.node_name or self.topology.hostname


class EndpointSlice(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """discovery.k8s.io EndpointSlice, a part of one service's endpoints in one address family."""

    address_type: str = ""
    ports: tuple[EndpointPort, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()

    @property
    def service_name(self) -> str:
        """The name of its service, empty for a slice that belongs to none."""
        return self.metadata.labels.get(SERVICE_NAME, "")


ENDPOINT_SLICES = Source(
    "endpoint-slices",
    EndpointSlice,
    served_as=tuple(
        Resource("discovery.k8s.io", version, "endpointslices", "EndpointSlice") for version in ("v1", "v1beta1")
    ),
)
