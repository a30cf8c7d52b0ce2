"""Service, the kind that opens ports (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/)."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from chaudit import KubernetesObject, Record, Resource, Source
from chaudit_network.kinds.external_dns import DNSAnnotatedMeta


class ServiceMeta(DNSAnnotatedMeta, frozen=True, gc=False):
    """Metadata with the time of creation, which the API server always sets; files written by hand lack it."""

    creation_timestamp: Annotated[datetime, Meta(tz=True)] | None = None


class ServicePort(Record, frozen=True, gc=False):
    """A port of a service; `node_port` is 0 where none is open on the nodes.

    `app_protocol` says what is spoken there, as in `http`, `kubernetes.io/h2c` or `grpc`.
    """

    port: int
    name: str = ""
    protocol: str = "TCP"
    node_port: int = 0
    target_port: int | str = 0
    app_protocol: str = ""


class ServiceSpec(Record, frozen=True, gc=False):
    """What a service is meant to offer, and to whom. An absent type is ClusterIP."""

    type: str = "ClusterIP"
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] = field(default=(), name="clusterIPs")
    ports: tuple[ServicePort, ...] = ()
    external_ips: tuple[str, ...] = field(default=(), name="externalIPs")
    external_traffic_policy: str = ""
    health_check_node_port: int = 0
    allocate_load_balancer_node_ports: bool = True
    load_balancer_ip: str = field(default="", name="loadBalancerIP")
    load_balancer_class: str = ""
    publish_not_ready_addresses: bool = False
    ip_families: tuple[str, ...] = ()
    load_balancer_source_ranges: tuple[str, ...] = ()
    external_name: str = ""


class LoadBalancerIngress(Record, frozen=True, gc=False):
    """One way to a load balancer. kube-proxy takes the address for its own unless `ip_mode` is Proxy."""

    ip: str = ""
    hostname: str = ""
    ip_mode: str = "VIP"


class LoadBalancerStatus(Record, frozen=True, gc=False):
    """What the load balancer controller assigned."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Record, frozen=True, gc=False):
    """What became of a service."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Service(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 Service."""

    metadata: ServiceMeta
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()

    @property
    def is_load_balancer(self) -> bool:
        """Whether a load balancer controller is to give it an address."""
        return self.spec.type == "LoadBalancer"

    @property
    def is_local(self) -> bool:
        """Whether a node serves outsiders from its own endpoints only (externalTrafficPolicy Local)."""
        return self.spec.external_traffic_policy == "Local"

    @property
    def is_proxied(self) -> bool:
        """Whether kube-proxy serves it: a headless service, an ExternalName and one without ports it leaves alone."""
        return self.spec.type != "ExternalName" and self.spec.cluster_ip != "None" and bool(self.spec.ports)

    @property
    def ingress(self) -> tuple[LoadBalancerIngress, ...]:
        """The addresses and hostnames that the load balancer controller assigned."""
        return self.status.load_balancer.ingress


SERVICES = Source("services", Service, served_as=(Resource("", "v1", "services", "Service"),))
