"""What the ports of ingress controllers are for: by their names, or else by their numbers."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

from chaudit_network.kinds.core import Pod
from chaudit_network.kinds.services import ServicePort
from chaudit_network.views.controllers import Controller, option
from chaudit_network.views.known_controllers import INGRESS_NGINX


class Purpose(StrEnum):
    """What clients of a port want, in the words of a message. Only the first is for people outside."""

    HTTP = "HTTP"
    WEBHOOK = "the admission webhook"
    METRICS = "the metrics endpoint"


_NAMED: tuple[tuple[Purpose, frozenset[str]], ...] = (
    (Purpose.WEBHOOK, frozenset({"admission", "webhook"})),
    (
        Purpose.METRICS,
        frozenset({"admin", "cmetrics", "healthz", "metrics", "prometheus", "stat", "stats", "status", "traefik"}),
    ),
    (Purpose.HTTP, frozenset({"http", "http2", "https", "proxy", "web", "websecure"})),
)
"""Words in names of ports, as charts and manifests give them; `https-webhook` is none of HTTP's."""

_HTTP_PORTS = (80, 443)

_LISTENS: Mapping[str, tuple[int, Purpose]] = {
    "http-port": (80, Purpose.HTTP),
    "https-port": (443, Purpose.HTTP),
    "healthz-port": (10254, Purpose.METRICS),
}
"""What ingress-nginx listens on whether or not its pod declares it, with the option that says otherwise.

See https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/.
"""

_WEBHOOK = "validating-webhook"
"""The option with the address of its webhook, `:8443`; without it there is none."""


def purpose_of(name: str, number: int | str = 0) -> Purpose | None:
    """Return what a port is for; None where neither its name nor its number tells."""
    words = frozenset(re.split(r"[-_]", name.lower()))
    named = next((purpose for purpose, known in _NAMED if words & known), None)
    return named or (Purpose.HTTP if number in _HTTP_PORTS else None)


def purpose_of_service_port(port: ServicePort) -> Purpose | None:
    """Return what a service's port is for, by its own name or that of the pods' port."""
    target = port.target_port if isinstance(port.target_port, str) else ""
    return purpose_of(port.name) or purpose_of(target, port.port)


def purpose_at(pod: Pod, number: int) -> Purpose | None:
    """Return what a port is for that a pod declares."""
    return _declared(pod).get(number)


def listening(pod: Pod, product: Controller | None) -> Mapping[int, Purpose]:
    """Return the TCP ports of a pod on its host's network; where it declares none, HTTP's own are taken for it."""
    declared = _declared(pod)
    found = {number: purpose for number, purpose in declared.items() if purpose}
    if product is INGRESS_NGINX:
        return found | dict(_of_ingress_nginx(pod))
    return found if declared else dict.fromkeys(_HTTP_PORTS, Purpose.HTTP)


def _declared(pod: Pod) -> Mapping[int, Purpose | None]:
    return {
        port.container_port: purpose_of(port.name, port.container_port)
        for container in pod.spec.lasting_containers
        for port in container.ports
        if port.protocol == "TCP"
    }


def _of_ingress_nginx(pod: Pod) -> Iterator[tuple[int, Purpose]]:
    for name, (usual, purpose) in _LISTENS.items():
        given = option(pod, name)
        yield int(given) if given.isdigit() else usual, purpose
    webhook = option(pod, _WEBHOOK).rpartition(":")[2]
    if webhook.isdigit():
        yield int(webhook), Purpose.WEBHOOK
