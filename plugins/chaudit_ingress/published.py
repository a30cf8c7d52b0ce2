"""To whom the addresses belong under which Ingresses and Gateways are published."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import msgspec

from chaudit import INTENT, CannotTellError, Intent, Reading, printable, view
from chaudit_network.addresses import IPAddress, parse_address
from chaudit_network.kinds.core import Pod
from chaudit_network.kinds.ingress import Ingress
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.controller_pods import ControllerPods, controller_pods
from chaudit_network.views.controllers import option
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.ingress import RouteClasses, route_classes
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses

_GIVEN = "publish-status-address"
"""The option of ingress-nginx with addresses to publish, whatever it has itself."""


class Published(msgspec.Struct, dict=True):
    """Answers for one address, or one Ingress, at a time."""

    services: Reading[Service]
    nodes: NodeAddresses
    intent: Intent
    classes: RouteClasses
    pods: ControllerPods
    endpoints: Endpoints

    def leads_elsewhere(self, text: str) -> str:
        """Return where an address or a hostname leads if not into the cluster, empty if it does.

        Raises:
            CannotTellError: services, nodes or controllers were not read, or a node may have the address without
                anybody knowing; to where a hostname leads is not to be seen.
        """
        if _canonical(text) in self._ways_in:
            return ""
        try:
            address = parse_address(text)
        except CannotTellError as error:
            if text in self._given:
                return ""
            raise CannotTellError(f"to where hostname {printable(text)} leads is not known") from error
        if self.nodes.owners(address):
            return ""
        if owner := self._cluster_ips.get(address):
            return f"the cluster IP of service {owner}, which is for pods and nodes"
        if str(address) in self._given:
            return ""
        if gap := next((one.gap for one in self.nodes if one.gap), ""):
            raise CannotTellError(f"{address} is of no known node, service or declared load balancer, but {gap}")
        return "an address of no node, service or declared load balancer"

    def has_node_ports_only(self, ingress: Ingress) -> bool:
        """Whether the Ingress's controller is there, but without an address of its own that it could publish.

        Raises:
            CannotTellError: its class, the controllers or what leads to them were not read, or not all of these.
        """
        pods = {(pod.namespace, pod.name): pod for pod in self._controllers(ingress)}
        namespaces = {namespace for namespace, _ in pods}
        if not pods or any(pod.spec.host_network for pod in pods.values()):
            return False
        _ = self.pods.all_members  # another of its pods may be on the network of its host
        balancers = (
            one for one in self.services.complete_records if one.is_load_balancer and one.namespace in namespaces
        )
        targets = (one.target_ref for service in balancers for one in self.endpoints.of(service).listed)
        return not any(target and (target.namespace, target.name) in pods for target in targets)

    def _controllers(self, ingress: Ingress) -> Sequence[Pod]:
        if found := self.classes.of(ingress):
            return self.pods.serving(found.spec.controller)
        by_name = ingress.class_annotation
        return [one.pod for one in self.pods.members if by_name and one.controller.class_of(one.pod) == by_name]

    @cached_property
    def _ways_in(self) -> frozenset[str]:
        """The addresses and hostnames of load balancers, and external IPs."""
        texts = [str(address) for name in self.intent.names for address in name.load_balancers]
        texts += [text for service in self.services.records for text in _addresses(service)]
        return frozenset(map(_canonical, texts))

    @cached_property
    def _cluster_ips(self) -> Mapping[IPAddress, str]:
        found: dict[IPAddress, str] = {}
        for service in self.services.records:
            with suppress(CannotTellError):
                found[parse_address(service.spec.cluster_ip)] = printable(f"{service.namespace}/{service.name}")
        return found

    @cached_property
    def _given(self) -> frozenset[str]:
        texts = {option(member.pod, _GIVEN) for member in self.pods.members}
        return frozenset(_canonical(one.strip()) for text in texts for one in text.split(",") if one.strip())


published = view(SERVICES.reading, node_addresses, INTENT, route_classes, controller_pods, endpoints)(Published)
"""The view that answers with `Published`."""


def _addresses(service: Service) -> Iterator[str]:
    if service.is_proxied:
        yield from (text for way in service.ingress for text in (way.ip, way.hostname) if text)
        yield from service.spec.external_ips


def _canonical(text: str) -> str:
    """Return an address as RFC 5952 writes it, and a hostname as it is."""
    try:
        return str(parse_address(text))
    except CannotTellError:
        return text
