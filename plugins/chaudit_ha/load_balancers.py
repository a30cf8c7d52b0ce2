"""Whether load balancers came to be."""

from datetime import UTC, timedelta
from typing import Annotated

import msgspec

from chaudit import (
    NotApplicable,
    Reading,
    Settings,
    Severity,
    Unknown,
    Verdicts,
    Violation,
    plural,
    printable,
    rule,
)
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.services import load_balancers
from chaudit_network.views.unread import Unread


class Grace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How long a load balancer may take to get its address, in minutes."""

    grace_minutes: Annotated[int, msgspec.Meta(ge=0)] = 10


@rule(
    "HA-005",
    "Every LoadBalancer service has an address",
    severity=Severity.HIGH,
    each=load_balancers,
    using=(SERVICES.reading, Settings(Grace)),
    remediation="Install or repair the load balancer controller (MetalLB, Calico, Cilium, the cloud's), give it a pool "
    "with free addresses of the service's families, and see that one controller serves its `loadBalancerClass`. "
    "`kubectl describe service` shows what the controller says.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
        "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10", "S16"),),
)
def load_balancers_have_an_address(service: Service | Unread, services: Reading[Service], settings: Grace) -> Verdicts:
    """Without an address there is no load balancer, and all there is to see of it is a field that stays empty.

    Clients then come by node ports of single nodes, or not at all, while the manifests promise high availability.
    """
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    if any(way.ip or way.hostname for way in service.ingress):
        return
    created = service.metadata.creation_timestamp
    if created is None or services.read_at is None:
        yield Unknown("no address in status.loadBalancer.ingress; how long that has been so is not known")
        return
    age = max(services.read_at - created, timedelta())
    grace = plural(settings.grace_minutes, "minute")
    if age <= timedelta(minutes=settings.grace_minutes):
        minutes = plural(age // timedelta(minutes=1), "minute")
        yield NotApplicable(f"created {minutes} ago, and an address may take {grace}")
        return
    wanted = printable(service.spec.load_balancer_class)
    since = f"{created.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield Violation(
        f"no address in status.loadBalancer.ingress, expected one within {grace} of {since}"
        + (f"; it asks for loadBalancerClass {wanted}" if wanted else ""),
        {"created": since, "load_balancer_class": wanted},
    )
