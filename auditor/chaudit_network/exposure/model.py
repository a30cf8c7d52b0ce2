"""The exposure of a cluster: every way in at every place, judged once for all places that cannot differ."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Subject
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.delivery import nodes_with_endpoint, usable
from chaudit_network.exposure.journeys import Journeys
from chaudit_network.exposure.place_sets import PlaceSet
from chaudit_network.exposure.placement import Entrance, Places
from chaudit_network.exposure.sources import SourceClass
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.ways import Via, WayIn
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


class ExposureGroup(msgspec.Struct, frozen=True):
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


class ExposureModel(msgspec.Struct, dict=True):
    """Everything the exposure of a cluster is computed from."""

    ways: Sequence[WayIn]
    places: Places
    sources: Sequence[SourceClass]
    endpoints: Endpoints
    journeys: Journeys

    @cached_property
    def groups(self) -> Sequence[ExposureGroup]:
        """Every way in, everywhere."""
        return [group for way in self.ways for family in sorted(way.families) for group in self._groups(way, family)]

    @cached_property
    def by_port(self) -> Mapping[tuple[int, str], Sequence[ExposureGroup]]:
        """The groups by port and protocol."""
        found: dict[tuple[int, str], list[ExposureGroup]] = defaultdict(list)
        for group in self.groups:
            found[group.way.port, group.way.protocol].append(group)
        return found

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
                verdicts = self.journeys.verdicts(way, entrance, alike.first, backends)
                counted = Counter(backend.node for backend in found)
                yield ExposureGroup(way, entrance, alike, counted, verdicts)

    def _alike(self, way: WayIn, places: PlaceSet, backends: Backends, entrance: Entrance) -> Iterator[PlaceSet]:
        """Split places by what endpoints their node has of its own, where that makes a difference."""
        everywhere = Counter(
            (one.node, self.journeys.identity(way, one)) for one in (*backends.ready, *backends.draining)
        )
        is_local = way.service is not None and way.service.is_local
        if not is_local and entrance.exits.here == entrance.exits.beyond.all and not any(one for _, one in everywhere):
            yield places
            return
        totals: Counter[Hashable] = Counter()
        own: dict[str, Counter[Hashable]] = defaultdict(Counter)
        for (node, identity), count in everywhere.items():
            totals[identity] += count
            own[node][identity] += count
        with_endpoint = nodes_with_endpoint(backends, entrance.version)
        alike: dict[Hashable, list[str]] = defaultdict(list)
        for node, here in own.items():
            beyond = frozenset(one for one, count in totals.items() if count > here[one])
            alike[node in with_endpoint, frozenset(here), beyond].append(node)
        for nodes in alike.values():
            found, places = places.split(nodes)
            if found:
                yield found
        if places:
            yield places

    def _backends(self, way: WayIn, family: int) -> Backends:
        """Return where a way leads to in a family; a process of the host is no backend."""
        if way.service and way.service_port:
            return self.endpoints.of(way.service).backends(way.service_port.name, way.protocol, family)
        if way.pod and way.via is Via.HOST_PORT:
            port = int(way.target.port.partition("/")[0])
            addresses = map(parse_address, (one.ip for one in way.pod.status.pod_ips))
            own = [address for address in addresses if address.version == family]
            return Backends([Backend(address, port, way.node, (way.pod.namespace, way.pod.name)) for address in own])
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
