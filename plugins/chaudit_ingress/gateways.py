"""What the conditions of Gateways and their classes say about whether somebody serves them."""

from chaudit import Unknown, Verdicts, Violation, printable
from chaudit_network.kinds.gateway import Gateway, GatewayClass
from chaudit_network.views.ingress import RouteClasses


def gateway_is_programmed(gateway: Gateway, classes: RouteClasses) -> Verdicts:
    """Judge a Gateway by its class and its conditions, which only a running controller sets."""
    name = gateway.spec.gateway_class_name
    if name not in classes.of_gateways:
        yield Violation(f"spec.gatewayClassName is '{printable(name)}', but there is no GatewayClass of this name")
        return
    yield from _condition_is_true(classes.of_gateways[name], "Accepted", f"GatewayClass {printable(name)}: ")
    yield from _condition_is_true(gateway, "Accepted")
    yield from _condition_is_true(gateway, "Programmed")


def _condition_is_true(owner: Gateway | GatewayClass, wanted: str, prefix: str = "") -> Verdicts:
    """Take a condition at its word unless it is about an earlier generation (GEP-1364).

    Status Unknown, with which the CRDs begin, says that no controller has come by.
    """
    found = next((condition for condition in owner.conditions if condition.type == wanted), None)
    if found is None:
        yield Unknown(f"{prefix}there is no condition {wanted}")
        return
    said = f"{prefix}condition {wanted} is {printable(found.status)} ({printable(found.reason)})"
    if 0 < found.observed_generation < owner.metadata.generation:
        yield Unknown(
            f"{said} for generation {found.observed_generation}, but the object is at {owner.metadata.generation}"
        )
    elif found.status == "False":
        yield Violation(f"{said}, expected True")
    elif found.status != "True":
        yield Unknown(said)
