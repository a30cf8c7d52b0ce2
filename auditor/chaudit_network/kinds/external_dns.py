"""What external-dns goes by: annotations of other kinds, and kinds of its own (`externaldns.k8s.io`).

The annotations' prefix is a setting. Its default was `external-dns.alpha.kubernetes.io/` up to version 0.21, and is
`external-dns.kubernetes.io/` since (https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/).
"""

from msgspec import field
from msgspec.structs import force_setattr

from chaudit import AnnotatedMeta, KubernetesObject, ObjectMeta, Record, Resource, Source

_GROUP = "externaldns.k8s.io"

HOSTNAME = "hostname"
TARGET = "target"
TTL = "ttl"
ACCESS = "access"
CONTROLLER = "controller"
HOSTNAME_SOURCE = "ingress-hostname-source"

_READ = frozenset({HOSTNAME, TARGET, TTL, ACCESS, CONTROLLER, HOSTNAME_SOURCE})
"""What annotations are called behind their prefix."""


def keep_dns_annotations(meta: AnnotatedMeta) -> None:
    """Forget all annotations but those that can be external-dns's, whatever its prefix: services have long ones."""
    kept = {key: value for key, value in meta.annotations.items() if key.rpartition("/")[2] in _READ}
    if len(kept) < len(meta.annotations):
        force_setattr(meta, "annotations", kept)


class DNSAnnotatedMeta(AnnotatedMeta, frozen=True, gc=False):
    """Metadata with external-dns's annotations, and no others."""

    def __post_init__(self) -> None:
        """Forget the others."""
        keep_dns_annotations(self)


class DNSMeta(ObjectMeta, frozen=True, gc=False):
    """Metadata with the generation of the spec, by which one can see that external-dns has come by."""

    generation: int = 0


class Endpoint(Record, frozen=True, gc=False):
    """Records of one name and type. A TTL of 0 leaves it to external-dns or to the provider."""

    dns_name: str = ""
    record_type: str = "A"
    record_ttl: int = field(default=0, name="recordTTL")
    set_identifier: str = ""
    targets: tuple[str, ...] = ()


class DNSEndpointSpec(Record, frozen=True, gc=False):
    """Records that somebody asks for."""

    endpoints: tuple[Endpoint, ...] = ()


class DNSEndpointStatus(Record, frozen=True, gc=False):
    """Which generation of the spec external-dns has seen."""

    observed_generation: int = 0


class DNSEndpoint(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Records that external-dns is to make, where it has the source `crd`."""

    metadata: DNSMeta
    spec: DNSEndpointSpec = DNSEndpointSpec()
    status: DNSEndpointStatus = DNSEndpointStatus()


class DNSRecordSpec(Record, frozen=True, gc=False):
    """Records that are there."""

    endpoint: Endpoint


class DNSRecord(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Records that external-dns has made, as it keeps account of them with its registry `crd`."""

    spec: DNSRecordSpec


DNS_ENDPOINTS = Source(
    "dns-endpoints", DNSEndpoint, served_as=(Resource(_GROUP, "v1alpha1", "dnsendpoints", "DNSEndpoint"),)
)
DNS_RECORDS = Source("dns-records", DNSRecord, served_as=(Resource(_GROUP, "v1alpha1", "dnsrecords", "DNSRecord"),))
