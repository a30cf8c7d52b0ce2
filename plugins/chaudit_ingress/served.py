"""Whether somebody serves the Ingresses and Gateways."""

from chaudit import Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_ingress.gateways import gateway_is_programmed
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.gateway import Gateway
from chaudit_network.kinds.ingress import Ingress, IngressClass
from chaudit_network.views.controller_pods import ControllerPods, controller_pods
from chaudit_network.views.ingress import RouteClasses, ingresses_and_gateways, route_classes
from chaudit_network.views.unread import Unread

_ANNOTATION = "annotation kubernetes.io/ingress.class"


@rule(
    "ING-002",
    "Every Ingress and Gateway is served by a running controller",
    severity=Severity.HIGH,
    each=ingresses_and_gateways,
    using=(route_classes, controller_pods),
    remediation="Install the controller that the class is for or get its pods ready; or set `spec.ingressClassName` "
    "(`spec.gatewayClassName`) to a class that exists, rather than the annotation `kubernetes.io/ingress.class`.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class",
        "https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/",
        "https://gateway-api.sigs.k8s.io/geps/gep-1364/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9"),),
)
def ingress_or_gateway_is_served(
    route: Ingress | Gateway | Unread, classes: RouteClasses, pods: ControllerPods
) -> Verdicts:
    """An Ingress is a wish: without a running controller that takes it up, nothing answers and nothing complains.

    The application is down for everyone outside although its pods are healthy, and whoever installs a controller later
    opens routes that nobody remembers.
    """
    match route:
        case Ingress():
            yield from _ingress_is_served(route, classes, pods)
        case Gateway():
            yield from gateway_is_programmed(route, classes)
        case Unread():
            yield Unknown(route.reason)


def _ingress_is_served(ingress: Ingress, classes: RouteClasses, pods: ControllerPods) -> Verdicts:
    name = ingress.class_name or ingress.class_annotation
    if found := classes.of(ingress):
        yield from _class_is_served(found, pods)
    elif ingress.class_name:
        if not pods.unregistered(name).ready:
            yield Violation(f"spec.ingressClassName is '{printable(name)}', but there is no IngressClass of this name")
    elif name:
        yield from _annotation_is_served(name, pods)
    elif not pods.classless.ready:
        yield Unknown(
            "names no class, and no IngressClass is marked as default: "
            "no known controller that serves Ingresses without class has a ready pod, another may"
        )


def _class_is_served(found: IngressClass, pods: ControllerPods) -> Verdicts:
    controller = found.spec.controller
    tally = pods.named(controller)
    if not tally.ready:
        yield Violation(
            f"IngressClass {printable(found.name)} is for controller {printable(controller)}, but {tally.lack}",
            {"ingress_class": found.name, "controller": controller, "pods": tally.total},
        )


def _annotation_is_served(name: str, pods: ControllerPods) -> Verdicts:
    """Judge a class that no IngressClass has: the older way, in which controllers knew their class by themselves."""
    tally = pods.going_by(name)
    if tally is None:
        yield Unknown(
            f"{_ANNOTATION} is '{printable(name)}': there is no IngressClass of this name, "
            "and which controller goes by it is not known"
        )
    elif not tally.ready:
        yield Violation(
            f"{_ANNOTATION} is '{printable(name)}': there is no IngressClass of this name, and {tally.lack}"
        )
