"""What stands before ingress controllers: who reaches which of their ports, at the addresses of which network."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import view
from chaudit_ingress.ports import Purpose, listening, purpose_at, purpose_of_service_port
from chaudit_network.exposure.edge import Edge, Opening, edge
from chaudit_network.exposure.model import ExposureGroup
from chaudit_network.exposure.place_sets import Place
from chaudit_network.exposure.placement import Entrance
from chaudit_network.exposure.sources import EXTERNAL
from chaudit_network.exposure.verdict import Verdict
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.ways import Via
from chaudit_network.kinds.core import Pod
from chaudit_network.policy.matching import Packet
from chaudit_network.views.endpoints import Endpoints, endpoints
from chaudit_network.views.ingress_controllers import IngressController

_Met = tuple[str, Purpose, Entrance, Place, Mapping[str, Verdict]]
"""A port in words, what it is for, where it is met, and what holds there for each class of sources."""


class Front(msgspec.Struct):
    """The ports of one purpose of which the same holds for the same sources, at addresses of one network.

    `is_outside` says whether outsiders arrive there, or may; else the sources are the network's own hosts.
    """

    purpose: Purpose
    is_outside: bool
    opening: Opening
    ports: list[str] = msgspec.field(default_factory=list)

    def __str__(self) -> str:
        """Return `HTTP (80/TCP, 443/TCP) is open to mgmt at mgmt address 192.168.204.3 of controller-0 (...)`."""
        return f"{self.purpose} ({', '.join(self.ports)}) is {self.opening}"


class Fronts(msgspec.Struct, dict=True):
    """Answers for one controller at a time."""

    edge: Edge
    ways: Ways
    behind: Endpoints

    def of(self, controller: IngressController) -> Sequence[Front]:
        """Return what is known to stand before a controller.

        Raises:
            CannotTellError: whether a service leads to it was not read.
        """
        openings: dict[object, tuple[Purpose, bool, Opening, str]] = {}
        for port, purpose, entrance, place, verdicts in self._met(controller):
            for source in self._askers(entrance):
                if source in verdicts:
                    verdict = verdicts[source]
                    where = entrance.network, entrance.family, verdict.verdict
                    new = purpose, entrance.is_edge, Opening(*where, place, verdict.because), port
                    _, _, opening, _ = openings.setdefault((port, *where), new)
                    if source not in opening.sources:
                        opening.sources.append(source)
        found: dict[object, Front] = {}
        for purpose, is_outside, opening, port in openings.values():
            alike = purpose, opening.network, opening.family, opening.reach, tuple(opening.sources)
            found.setdefault(alike, Front(purpose, is_outside, opening)).ports.append(port)
        return list(found.values())

    def gaps(self, controller: IngressController) -> Iterator[str]:
        """Yield why more may stand before a controller."""
        yield from self.edge.all_gaps
        if controller.doubt:
            yield controller.doubt
        for gap in (*self.ways.services, *self.ways.addresses):
            if gap.is_list or gap.subject.namespace == controller.subject.namespace:
                yield str(gap)
        for pod in controller.pods:
            if (
                pod.spec.host_network
                and pod.spec.node_name
                and not self.edge.model.places.by_node.get(pod.spec.node_name)
            ):
                yield f"no address of node {pod.spec.node_name} is known"

    def _met(self, controller: IngressController) -> Iterator[_Met]:
        for pod in controller.pods:
            if pod.spec.host_network:
                yield from self._on_its_host(pod, controller)
        leading = self._leading_to(controller)
        for group in self._groups.get(controller.subject.namespace, ()):
            purpose = self._purpose(group, controller, leading)
            if purpose and group.way.protocol == "TCP":
                port = f"{group.way.port}/TCP {group.way.via}"
                yield port, purpose, group.entrance, group.places.first, group.verdicts

    def _on_its_host(self, pod: Pod, controller: IngressController) -> Iterator[_Met]:
        """Yield what becomes of packets for the pod's own processes: host policy alone judges them."""
        model = self.edge.model
        for entrance, place in model.places.by_node.get(pod.spec.node_name, ()):
            for number, purpose in sorted(listening(pod, controller.product).items()):
                packet = Packet(place.address, "TCP", number)
                verdicts = {
                    source.name: model.journeys.host_guards.passing(entrance.guards, packet, (), source)
                    for source in model.sources
                    if source.has(packet.family)
                }
                yield f"{number}/TCP", purpose, entrance, place, verdicts

    def _purpose(self, group: ExposureGroup, controller: IngressController, leading: frozenset[str]) -> Purpose | None:
        """Return what a way in to the controller is for; None for another way, or where that is not known."""
        way = group.way
        if way.service_port and way.target.name in leading:
            return purpose_of_service_port(way.service_port)
        if way.pod and way.via is Via.HOST_PORT and way.pod in controller.pods:
            return purpose_at(way.pod, int(way.target.port.partition("/")[0]))
        return None

    def _leading_to(self, controller: IngressController) -> frozenset[str]:
        """Return the names of the exposed services of the controller's namespace behind which one of its pods is."""
        namespace = controller.subject.namespace
        pods = {pod.name for pod in controller.pods}
        services = {
            group.way.service.name: group.way.service for group in self._groups.get(namespace, ()) if group.way.service
        }
        return frozenset(
            name
            for name, service in services.items()
            if any(one.target_ref and one.target_ref.name in pods for one in self.behind.of(service).listed)
        )

    def _askers(self, entrance: Entrance) -> Sequence[str]:
        """Return the classes of sources that arrive at an address: outsiders, or the hosts of its network."""
        if entrance.is_edge:
            return EXTERNAL, *sorted(self.edge.external)
        return (entrance.network,) if entrance.network else ()

    @cached_property
    def _groups(self) -> Mapping[str, Sequence[ExposureGroup]]:
        found: dict[str, list[ExposureGroup]] = defaultdict(list)
        for group in self.edge.model.groups:
            found[group.way.target.namespace].append(group)
        return found


fronts = view(edge, ways_in, endpoints)(Fronts)
"""The view that answers with `Fronts`."""
