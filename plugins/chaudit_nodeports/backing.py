"""What stands behind an exposed service."""

from chaudit import Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import Service
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.services import exposed_services, exposures
from chaudit_network.views.unread import Unread

_SHOWN = 3
"""How many ways in the message names; the evidence has them all."""


@rule(
    "NPT-021",
    "Every exposed service has a usable endpoint",
    severity=Severity.LOW,
    each=exposed_services,
    using=(endpoints,),
    remediation="Delete the service if the application is gone; otherwise repair its pods or its selector. `kubectl "
    "get endpointslices -l kubernetes.io/service-name=NAME` shows what it has.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions",
        "https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-to-terminating-endpoints",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S7"),),
)
def exposed_services_have_a_usable_endpoint(service: Service | Unread, known: Endpoints) -> Verdicts:
    """A port that leads nowhere is either an outage that nobody noticed or a forgotten service.

    The forgotten one keeps its port open in every firewall, ready for whatever pod next matches its selector.
    """
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    backing = known.of(service)
    if not backing.usable:
        ways = [str(way) for way in exposures(service)] or ["its load balancer"]
        more = f" and {len(ways) - _SHOWN} more" if len(ways) > _SHOWN else ""
        yield Violation(
            f"no usable endpoint behind {', '.join(ways[:_SHOWN])}{more}: "
            + ("none of its endpoints is ready" if backing.listed else "no EndpointSlice lists one"),
            {"exposed_via": ways},
        )
