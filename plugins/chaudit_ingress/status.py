"""Whether clients are sent to addresses of the cluster."""

from collections.abc import Sequence

from chaudit import CannotTellError, NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_ingress.published import Published, published
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.gateway import Gateway
from chaudit_network.kinds.ingress import Ingress
from chaudit_network.views.ingress import ingresses_and_gateways
from chaudit_network.views.unread import Unread


@rule(
    "ING-009",
    "Ingresses and Gateways are published under addresses of the cluster",
    severity=Severity.LOW,
    each=ingresses_and_gateways,
    using=(published,),
    remediation="Let the controller publish the address that clients use: that of its load balancer "
    "(ingress-nginx: `--publish-service`) or of its nodes, or one that is told it (`--publish-status-address`). "
    "Declare load balancers in front of the cluster in `names[].load-balancers` of the intent file.",
    references=(
        "https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/#IngressStatus",
        "https://kubernetes.github.io/ingress-nginx/deploy/baremetal/",
        "https://gateway-api.sigs.k8s.io/api-types/gateway/#gateway-status",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9", "S10"),),
)
def addresses_are_of_the_cluster(route: Ingress | Gateway | Unread, known: Published) -> Verdicts:
    """external-dns and people take the address from the status, and send clients there.

    A cluster IP is reached by nobody outside, and an address of another cluster, or of a load balancer that is gone,
    by the wrong one. A controller that is reached by node ports alone may have nothing to publish.
    """
    if isinstance(route, Unread):
        yield Unknown(route.reason)
        return
    addresses = _addresses(route)
    for text in addresses:
        try:
            if elsewhere := known.leads_elsewhere(text):
                yield Violation(f"the status names {printable(text)}: {elsewhere}", {"address": text})
        except CannotTellError as gap:
            yield from map(Unknown, gap.reasons)
    if addresses:
        return
    if isinstance(route, Ingress) and known.has_node_ports_only(route):
        yield NotApplicable("its controller is reached by node ports alone, so that there is no address to publish")
    else:
        yield Violation("the status names no address")


def _addresses(route: Ingress | Gateway) -> Sequence[str]:
    if isinstance(route, Gateway):
        return [one.value for one in route.status.addresses if one.value]
    return [text for way in route.status.load_balancer.ingress for text in (way.ip, way.hostname) if text]
