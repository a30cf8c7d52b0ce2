"""Kinds of `networking.k8s.io` that route HTTP from outside: Ingress and the class that ties it to a controller."""

from chaudit import AnnotatedMeta, KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.services import LoadBalancerStatus

_GROUP = "networking.k8s.io"
_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_DEFAULT_ANNOTATION = "ingressclass.kubernetes.io/is-default-class"


class BackendPort(Record, frozen=True, gc=False):
    """A port of a service, by number or by name."""

    number: int = 0
    name: str = ""


class ServiceBackend(Record, frozen=True, gc=False):
    """A service of the Ingress's own namespace, and one of its ports."""

    name: str
    port: BackendPort = BackendPort()


class IngressBackend(Record, frozen=True, gc=False):
    """Where requests go: in v1 to `service`, in v1beta1 to `service_name`, or to an object of another kind."""

    service: ServiceBackend | None = None
    service_name: str = ""
    service_port: int | str = 0

    @property
    def target(self) -> tuple[str, int | str] | None:
        """The name of a service, and the number or name of its port; None where it is no service."""
        if self.service:
            return self.service.name, self.service.port.number or self.service.port.name
        return (self.service_name, self.service_port) if self.service_name else None


class HTTPPath(Record, frozen=True, gc=False):
    """Requests for a path, and where they go."""

    path: str = ""
    backend: IngressBackend = IngressBackend()


class HTTPRule(Record, frozen=True, gc=False):
    """The paths of a host."""

    paths: tuple[HTTPPath, ...] = ()


class IngressRule(Record, frozen=True, gc=False):
    """Routes of one host, `*.example.org` for all of a domain, or of all hosts where it is empty.

    Without paths, requests go to the default backend.
    """

    host: str = ""
    http: HTTPRule = HTTPRule()


class IngressTLS(Record, frozen=True, gc=False):
    """Hosts that are served with a certificate; all that the controller has one for, where it names none."""

    hosts: tuple[str, ...] = ()


class IngressSpec(Record, frozen=True, gc=False):
    """Which class of controllers is to serve the Ingress, and what. v1beta1 calls the default backend `backend`."""

    ingress_class_name: str = ""
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTLS, ...] = ()
    default_backend: IngressBackend | None = None
    backend: IngressBackend | None = None


class IngressStatus(Record, frozen=True, gc=False):
    """Where the controller says that it serves the Ingress."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Ingress(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """One set of HTTP routes; the same objects in v1 (since Kubernetes 1.19) and v1beta1."""

    metadata: AnnotatedMeta
    spec: IngressSpec = IngressSpec()
    status: IngressStatus = IngressStatus()

    @property
    def default_backend(self) -> IngressBackend | None:
        """Where requests go that no path takes."""
        return self.spec.default_backend or self.spec.backend

    @property
    def class_name(self) -> str:
        """The class by the field meant for it, empty where it is not set."""
        return self.spec.ingress_class_name

    @property
    def class_annotation(self) -> str:
        """The class by the deprecated annotation, which controllers may know without any IngressClass."""
        return self.metadata.annotations.get(_CLASS_ANNOTATION, "")


class IngressClassSpec(Record, frozen=True, gc=False):
    """The name under which a controller looks for its classes: `k8s.io/ingress-nginx`."""

    controller: str = ""


class IngressClass(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A class of Ingresses, cluster-scoped."""

    metadata: AnnotatedMeta
    spec: IngressClassSpec = IngressClassSpec()

    @property
    def is_default(self) -> bool:
        """Whether Ingresses without a class get this one; only the text `true` says so."""
        return self.metadata.annotations.get(_DEFAULT_ANNOTATION) == "true"


INGRESSES = Source(
    "ingresses",
    Ingress,
    served_as=(
        Resource(_GROUP, "v1", "ingresses", "Ingress"),
        Resource(_GROUP, "v1beta1", "ingresses", "Ingress"),
    ),
)
INGRESS_CLASSES = Source(
    "ingress-classes",
    IngressClass,
    served_as=(
        Resource(_GROUP, "v1", "ingressclasses", "IngressClass"),
        Resource(_GROUP, "v1beta1", "ingressclasses", "IngressClass"),
    ),
)
