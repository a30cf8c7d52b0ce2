"""Ways in: what services and pods ask to be open, before anybody knows on which nodes and addresses it is."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from chaudit import CannotTellError, Subject, printable
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.kinds.core import ContainerPort, Pod
from chaudit_network.kinds.services import Service, ServicePort
from chaudit_network.views.unread import Unread

_FAMILIES = {"IPv4": 4, "IPv6": 6}


class Via(StrEnum):
    """By what a way in comes about."""

    NODE_PORT = "NodePort"
    HOST_PORT = "HostPort"
    HOST_NETWORK = "HostNetwork"
    HEALTH_CHECK_NODE_PORT = "HealthCheckNodePort"
    EXTERNAL_IP = "ExternalIP"
    LOAD_BALANCER_IP = "LoadBalancerIP"


class WayIn(msgspec.Struct, frozen=True):
    """One port to come in by.

    With `address` it is that of the service, wherever it leads; without, it is on the nodes' own addresses. `node`
    says that it is on one node only. `families` are the address families in which it exists.
    """

    via: Via
    port: int
    protocol: str
    target: Subject
    families: frozenset[int]
    address: IPAddress | None = None
    node: str = ""
    service: Service | None = None
    service_port: ServicePort | None = None
    pod: Pod | None = None

    @property
    def is_to_a_process(self) -> bool:
        """Whether it ends at a process of the host, so that packets are not forwarded to a pod."""
        return self.via in {Via.HOST_NETWORK, Via.HEALTH_CHECK_NODE_PORT}


def ways_to_service(service: Service) -> Iterator[WayIn | Unread]:
    """Yield the ways in to a service, whatever its type is called, and what of them cannot be understood.

    A load balancer address with ipMode Proxy, or only a hostname, is not the nodes' to answer for.

    Raises:
        CannotTellError: the service has a family that is none.
    """
    if not service.is_proxied:
        return
    families = families_of(service)
    for port in service.spec.ports:
        target = Subject("Service", service.namespace, service.name, f"{port.port}/{port.protocol}")
        if port.node_port:
            yield WayIn(
                Via.NODE_PORT, port.node_port, port.protocol, target, families, service=service, service_port=port
            )
        for via, address in _addresses(service):
            if isinstance(address, Unread):
                yield address
            elif address.version in families:
                yield WayIn(
                    via, port.port, port.protocol, target, frozenset({address.version}), address,
                    service=service, service_port=port,
                )  # fmt: skip
    if service.spec.health_check_node_port:
        target = Subject("Service", service.namespace, service.name)
        both = frozenset({4, 6})  # old kube-proxies listen in both, whatever the service's own are
        yield WayIn(
            Via.HEALTH_CHECK_NODE_PORT, service.spec.health_check_node_port, "TCP", target, both, service=service
        )


def ways_to_pod(pod: Pod) -> Iterator[WayIn | Unread]:
    """Yield the host ports of a running pod, and the ports it declares on the host's network.

    A declared port is a hint: a process may listen on others, or not at all.
    """
    if pod.status.phase != "Running" or not pod.spec.node_name:
        return
    for container in pod.spec.lasting_containers:
        for port in container.ports:
            if not (pod.spec.host_network or port.host_port):
                continue
            target = Subject("Pod", pod.namespace, pod.name, f"{port.container_port}/{port.protocol}")
            if pod.spec.host_network:
                yield WayIn(
                    Via.HOST_NETWORK, port.container_port, port.protocol, target, frozenset({4, 6}),
                    node=pod.spec.node_name, pod=pod,
                )  # fmt: skip
            else:
                yield from _host_port(pod, port, target)


def families_of(service: Service) -> frozenset[int]:
    """Return the service's families; an old server does not name them, and its only one is that of the cluster IP.

    Raises:
        CannotTellError: it names one that is none.
    """
    if unknown := [name for name in service.spec.ip_families if name not in _FAMILIES]:
        raise CannotTellError(f"'{printable(unknown[0])}' is not an address family")
    named = frozenset(_FAMILIES[name] for name in service.spec.ip_families)
    return named or frozenset({6 if ":" in service.spec.cluster_ip else 4})


def _host_port(pod: Pod, port: ContainerPort, target: Subject) -> Iterator[WayIn | Unread]:
    try:
        families = frozenset(parse_address(own.ip).version for own in pod.status.pod_ips)
        address = parse_address(port.host_ip) if port.host_ip else None
    except CannotTellError as gap:
        yield Unread(target, str(gap))
        return
    yield WayIn(
        via=Via.HOST_PORT,
        port=port.host_port,
        protocol=port.protocol,
        target=target,
        families=families & {address.version} if address else families,
        address=None if address is None or address.is_unspecified else address,
        node=pod.spec.node_name,
        pod=pod,
    )


def _addresses(service: Service) -> Iterator[tuple[Via, IPAddress | Unread]]:
    named = [(Via.EXTERNAL_IP, address) for address in service.spec.external_ips]
    named += [(Via.LOAD_BALANCER_IP, way.ip) for way in service.ingress if way.ip and way.ip_mode != "Proxy"]
    for via, text in named:
        try:
            yield via, parse_address(text)
        except CannotTellError as gap:
            yield via, Unread(service.subject, str(gap))
