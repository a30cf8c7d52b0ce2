"""The pods of ingress controllers, counted by what they serve."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property

import msgspec

from chaudit import INTENT, CannotTellError, Intent, Reading, printable, view
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.kinds.services import Service
from chaudit_network.views.controllers import Controller, Marks
from chaudit_network.views.endpoints import ServiceEndpoints
from chaudit_network.views.known_controllers import KNOWN_CONTROLLERS

_ENDED = {"Succeeded", "Failed"}


class Tally(msgspec.Struct):
    """How many pods there are for something, and how many of them are ready."""

    ready: int = 0
    total: int = 0

    def add(self, pod: Pod) -> None:
        """Count one pod in."""
        self.total += 1
        self.ready += pod.is_ready

    @property
    def lack(self) -> str:
        """What is missing as long as no pod is ready."""
        return f"no pod that serves it is ready (of {self.total})" if self.total else "no pod serves it"


class Member(msgspec.Struct, frozen=True):
    """A pod of a controller, or one that carries the controller's traffic in its stead."""

    controller: Controller
    pod: Pod
    is_proxy: bool


class _Served(msgspec.Struct):
    """Tallies by `spec.controller`, by class, by class that needs no IngressClass, and for Ingresses without class."""

    names: dict[str, Tally] = msgspec.field(default_factory=lambda: defaultdict(Tally))
    classes: dict[str, Tally] = msgspec.field(default_factory=lambda: defaultdict(Tally))
    unregistered: dict[str, Tally] = msgspec.field(default_factory=lambda: defaultdict(Tally))
    classless: Tally = msgspec.field(default_factory=Tally)


class ControllerPods:
    """Answers whether a controller runs; pods are gone through once, when the first Ingress asks.

    Every answer raises `CannotTellError` if pods could not be read, or if none is ready but one was malformed.
    """

    def __init__(self, pods: Reading[Pod], intent: Intent) -> None:
        self._pods = pods
        declared = intent.ingress.controllers
        self.controllers: Sequence[Controller] = (
            *(Controller(name, Marks(labels=(labels,))) for name, labels in sorted(declared.items())),
            *(known for known in KNOWN_CONTROLLERS if known.name not in declared),
        )

    def product(self, controller: str) -> Controller | None:
        """Return the product whose classes name this `spec.controller`."""
        return next((known for known in self.controllers if known.owns(controller)), None)

    def named(self, controller: str) -> Tally:
        """Count the pods that serve the classes of this `spec.controller`.

        Raises:
            CannotTellError: its pods are not known.
        """
        product = self.product(controller)
        name = product.name if product and not product.name_option else controller
        if not product and name not in self._served.names:
            raise CannotTellError(
                f"which pods are those of controller '{printable(controller)}' is not known: "
                "give their labels in ingress.controllers of the intent file"
            )
        return self._settled(self._served.names.get(name, Tally()))

    def serving(self, controller: str) -> Sequence[Pod]:
        """Return the pods that serve the classes of this `spec.controller`, and those that carry their traffic."""
        product = self.product(controller)
        return [
            one.pod
            for one in self.members
            if one.controller.name_of(one.pod) == controller
            or (one.controller is product and (one.is_proxy or not product.name_option))
        ]

    def going_by(self, class_name: str) -> Tally | None:
        """Count the pods that serve a class by the deprecated annotation, or None if no known controller does."""
        if class_name not in self._served.classes and all(known.class_name != class_name for known in self.controllers):
            return None
        return self._settled(self._served.classes.get(class_name, Tally()))

    def unregistered(self, class_name: str) -> Tally:
        """Count the pods that serve a class by its mere name, without any IngressClass."""
        return self._settled(self._served.unregistered.get(class_name, Tally()))

    @property
    def classless(self) -> Tally:
        """The pods that serve Ingresses without class."""
        return self._settled(self._served.classless)

    @cached_property
    def members(self) -> Sequence[Member]:
        """Every pod of a controller, but those that have run to their end, which serve nothing."""
        found: list[Member] = []
        alike: dict[Hashable, Sequence[tuple[Controller, bool]]] = {}  # most pods are copies of others
        for pod in self._pods.records:
            if pod.status.phase not in _ENDED:
                key = self._traits(pod)
                if key not in alike:
                    alike[key] = [*self._roles(pod)]
                found += [Member(controller, pod, is_proxy) for controller, is_proxy in alike[key]]
        return found

    @property
    def all_members(self) -> Sequence[Member]:
        """The same, for conclusions that one left out would overturn.

        Raises:
            CannotTellError: the pods were not read, or one was malformed.
        """
        _ = self._pods.complete_records
        return self.members

    def is_let_in(self, service: Service, backing: ServiceEndpoints) -> bool:
        """Whether a service is the way in to a controller: by a pod behind it, or by labels as charts give them.

        Raises:
            CannotTellError: the pods were not read, or one behind it was malformed.
        """
        labels = service.metadata.labels
        if any(one.marks.are_among(labels) or one.proxies.are_among(labels) for one in self.controllers):
            return True
        targets = {(target.namespace, target.name) for one in backing.listed if (target := one.target_ref)}
        if not targets.isdisjoint(self._names):
            return True
        for rejected in self._pods.rejected:
            if (rejected.subject.namespace, rejected.subject.name) in targets:
                raise CannotTellError(f"pods: {rejected.subject} is behind it, and malformed: {rejected.reason}")
        return False

    @cached_property
    def _names(self) -> frozenset[tuple[str, str]]:
        return frozenset((member.pod.namespace, member.pod.name) for member in self.members)

    def _traits(self, pod: Pod) -> Hashable:
        """Return what a pod's roles follow from: the labels in question, and its containers, one object a template."""
        labels = [one for one in pod.metadata.labels.items() if one in self._asked or (one[0], "") in self._asked]
        return tuple(labels), id(pod.spec.containers)

    @cached_property
    def _asked(self) -> frozenset[tuple[str, str]]:
        return frozenset(label for one in self.controllers for label in one.marks.asked | one.proxies.asked)

    def _roles(self, pod: Pod) -> Iterator[tuple[Controller, bool]]:
        for controller in self.controllers:
            if controller.marks.are_on(pod):
                yield controller, False
            elif controller.proxies.are_on(pod):
                yield controller, True

    @cached_property
    def _served(self) -> _Served:
        served = _Served()
        for member in self.members:
            if member.is_proxy:
                continue
            known, pod = member.controller, member.pod
            served.names[known.name_of(pod)].add(pod)
            if goes_by := known.class_of(pod):
                served.classes[goes_by].add(pod)
                if known.knows_unregistered:
                    served.unregistered[goes_by].add(pod)
            if known.serves_classless(pod):
                served.classless.add(pod)
        return served

    def _settled(self, tally: Tally) -> Tally:
        if not tally.ready and self._pods.rejected:
            raise CannotTellError(f"pods: {self._pods.rejected[0].subject} is malformed and may be one that serves it")
        return tally


controller_pods = view(PODS.reading, INTENT)(ControllerPods)
"""The view that answers with `ControllerPods`."""
