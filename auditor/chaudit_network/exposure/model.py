"""The exposure of a cluster: every way in at every place, judged once for all places that cannot differ."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Subject
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.delivery import Entry, deliver, health_check, nodes_with_endpoint, usable
from chaudit_network.exposure.guard import HostGuards
from chaudit_network.exposure.place_sets import Place, PlaceSet
from chaudit_network.exposure.placement import Entrance, Places
from chaudit_network.exposure.pods import PodGuards
from chaudit_network.exposure.sources import PODS, SourceClass
from chaudit_network.exposure.verdict import Reach, Verdict, in_a_row
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.policy.matching import Packet
from chaudit_network.views.endpoints import Backend, Backends, Endpoints


class Exposure(msgspec.Struct, frozen=True):
    """One way in at one address of one node, with a verdict for each class of sources that has such addresses.

    It is a candidate until somebody has tried it: what is outside of the cluster's objects, such as a firewall in
    front of it, is not seen. `backends` counts usable endpoints by node.
    """

    node: str
    interface: str
    address: str
    network: str
    family: int
    protocol: str
    port: int
    via: Via
    target: Subject
    backends: Mapping[str, int]
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True)
class ExposureGroup:
    """One way in at all places that cannot differ: some or all of those of one entrance."""

    way: WayIn
    entrance: Entrance
    places: PlaceSet
    backends: Mapping[str, int]
    verdicts: Mapping[str, Verdict]

    @property
    def family(self) -> int:
        """The address family, 4 or 6."""
        return self.entrance.family

    @property
    def network(self) -> str:
        """The network of the places, empty where it is not known."""
        return self.entrance.network

    def expand(self) -> Iterator[Exposure]:
        """Yield a record for each place."""
        for place in self.places:
            yield Exposure(
                node=place.node,
                interface=place.interface,
                address=str(place.address),
                network=place.network,
                family=place.address.version,
                protocol=self.way.protocol,
                port=self.way.port,
                via=self.way.via,
                target=self.way.target,
                backends=self.backends,
                verdicts=self.verdicts,
            )


@dataclass
class ExposureModel:
    """Everything the exposure of a cluster is computed from."""

    ways: Sequence[WayIn]
    places: Places
    sources: Sequence[SourceClass]
    endpoints: Endpoints
    host_guards: HostGuards
    pod_guards: PodGuards
    hides_pods: Mapping[int, bool]

    @cached_property
    def groups(self) -> Sequence[ExposureGroup]:
        """Every way in, everywhere."""
        return [group for way in self.ways for family in sorted(way.families) for group in self._groups(way, family)]

    def _groups(self, way: WayIn, family: int) -> Iterator[ExposureGroup]:
        try:
            backends: Backends | CannotTellError = self._backends(way, family)
        except CannotTellError as gap:
            backends = gap
        for entrance, places in self._entrances(way):
            if entrance.family != family:
                continue
            if isinstance(backends, CannotTellError):
                unknown = Verdict(Reach.UNKNOWN, tuple(backends.reasons))
                nobody_knows = {source.name: unknown for source in self.sources if source.has(family)}
                yield ExposureGroup(way, entrance, places, {}, nobody_knows)
                continue
            found = usable(backends, entrance.version) or ()
            for alike in self._alike(way, places, backends, entrance):
                verdicts = self._verdicts(way, entrance, alike.first, backends)
                counted = Counter(backend.node for backend in found)
                yield ExposureGroup(way, entrance, alike, counted, verdicts)

    def _alike(self, way: WayIn, places: PlaceSet, backends: Backends, entrance: Entrance) -> Iterator[PlaceSet]:
        """Split places by whether their node has an endpoint of its own, where that makes a difference."""
        if not (way.service and way.service.is_local) and not self.pod_guards.restrict(backends):
            yield places
            return
        yield from filter(None, places.split(nodes_with_endpoint(backends, entrance.version)))

    def _backends(self, way: WayIn, family: int) -> Backends:
        """Return where a way leads to in a family; a process of the host is no backend."""
        if way.service and way.service_port:
            return self.endpoints.of(way.service).backends(way.service_port.name, way.protocol, family)
        if way.pod and way.via is Via.HOST_PORT:
            port = int(way.target.port.partition("/")[0])
            own = [ip.ip for ip in way.pod.status.pod_ips if parse_address(ip.ip).version == family]
            return Backends([Backend(ip, port, way.node, (way.pod.namespace, way.pod.name)) for ip in own])
        return Backends()

    def _entrances(self, way: WayIn) -> Iterator[tuple[Entrance, PlaceSet]]:
        """Yield where a way in is: on one node's addresses, on all nodes', or wherever its own address leads."""
        if way.node:
            for entrance, place in self.places.by_node.get(way.node, ()):
                if way.address in {None, place.address}:
                    yield entrance, PlaceSet.single(place)
        elif way.address is not None:
            yield from self.places.entered_for(way.address)
        else:
            yield from self.places.by_entrance.items()

    def _verdicts(self, way: WayIn, entrance: Entrance, place: Place, backends: Backends) -> Mapping[str, Verdict]:
        entry = Entry(place.node, entrance.version, self._hides_pods(place), self.places.owned(place.address))
        return {
            source.name: source.doubted(in_a_row(self._obstacles(way, entrance, place, backends, entry, source)))
            for source in self.sources
            if source.has(entrance.family)
        }

    def _hides_pods(self, place: Place) -> bool:
        """Whether pods come with their node's address; among the addresses of a pool they keep their own."""
        pods = next(source for source in self.sources if source.name == PODS)
        family = place.address.version
        return self.hides_pods[family] and int(place.address) not in pods.addresses[family]

    def _obstacles(
        self, way: WayIn, entrance: Entrance, place: Place, backends: Backends, entry: Entry, source: SourceClass
    ) -> Iterator[Verdict]:
        """Yield what stands in the way of a source, in the order in which its packets meet it."""
        if way.via is Via.HOST_NETWORK:
            yield Verdict(Reach.OPEN, ("a pod declares the port on the network of its host",))
        elif way.via is Via.HEALTH_CHECK_NODE_PORT:
            yield health_check(way, entrance.family, entrance.node_ports, entrance.version)
        elif way.via is Via.NODE_PORT:
            yield entrance.node_ports
        found: Sequence[Backend] = ()
        if way.service_port:
            yield deliver(way, backends, entry, source)
            found = usable(backends, entrance.version) or ()
        elif way.via is Via.HOST_PORT:
            yield Verdict(Reach.OPEN, ("a pod asks for the port on its host",))
            found = backends.ready
        packet = Packet(place.address, way.protocol, way.port)
        yield self.host_guards.passing(entrance.guards, packet, found, source)
        yield self.pod_guards.passing(way, found, entry, source)
