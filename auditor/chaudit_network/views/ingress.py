"""By what HTTP enters the cluster, and the classes that say which controller is to let it in."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.kinds.gateway import GATEWAY_CLASSES, GATEWAYS, Gateway, GatewayClass
from chaudit_network.kinds.ingress import INGRESS_CLASSES, INGRESSES, Ingress, IngressClass
from chaudit_network.views.unread import Unread, unread


@view(INGRESSES.reading, GATEWAYS.reading)
def ingresses_and_gateways(
    ingresses: Reading[Ingress], gateways: Reading[Gateway]
) -> Sequence[Ingress | Gateway | Unread]:
    """Return all of both kinds, and what of them could not be read."""
    return (*unread(ingresses), *ingresses.objects, *unread(gateways), *gateways.objects)


class RouteClasses:
    """IngressClasses and GatewayClasses by name. A kind is looked at only when one of its names is asked for."""

    def __init__(self, ingress_classes: Reading[IngressClass], gateway_classes: Reading[GatewayClass]) -> None:
        self._ingress_classes = ingress_classes
        self._gateway_classes = gateway_classes

    @cached_property
    def of_ingresses(self) -> Mapping[str, IngressClass]:
        """All IngressClasses.

        Raises:
            CannotTellError: they could not all be read.
        """
        return {found.name: found for found in self._ingress_classes.complete_records}

    @cached_property
    def of_gateways(self) -> Mapping[str, GatewayClass]:
        """All GatewayClasses.

        Raises:
            CannotTellError: they could not all be read.
        """
        return {found.name: found for found in self._gateway_classes.complete_records}

    def of(self, ingress: Ingress) -> IngressClass | None:
        """Return the class of an Ingress, None where there is no IngressClass of the name it gives, or no default.

        Raises:
            CannotTellError: as for `default`.
        """
        name = ingress.class_name or ingress.class_annotation
        return self.of_ingresses.get(name) if name else self.default

    @property
    def default(self) -> IngressClass | None:
        """The class of Ingresses that name none.

        Raises:
            CannotTellError: the classes could not all be read, or several are marked as default: which one is then
                taken depends on the version of Kubernetes.
        """
        marked = sorted(found.name for found in self.of_ingresses.values() if found.is_default)
        if len(marked) > 1:
            raise CannotTellError(f"several IngressClasses are marked as default: {printable(', '.join(marked))}")
        return self.of_ingresses[marked[0]] if marked else None


route_classes = view(INGRESS_CLASSES.reading, GATEWAY_CLASSES.reading)(RouteClasses)
"""The view that answers with `RouteClasses`."""
