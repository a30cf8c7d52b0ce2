"""The journey of packets from a class of sources to what a way in leads to, obstacle by obstacle."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

import msgspec

from chaudit import CannotTellError
from chaudit_network.exposure.delivery import Entry, deliver, health_check, nodes_with_endpoint, receivers
from chaudit_network.exposure.guard import HostGuards, Target
from chaudit_network.exposure.hops import Hops
from chaudit_network.exposure.place_sets import Place
from chaudit_network.exposure.placement import Entrance, Places
from chaudit_network.exposure.pods import PodGuards, is_masqueraded
from chaudit_network.exposure.sources import SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict, either_way, in_a_row
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.policy.matching import Packet
from chaudit_network.views.endpoints import Backend, Backends

_TAKEN_FOR_ITS_OWN = "in mode ipvs Felix may take packets to a port outside of kubeNodePortRanges for the host's own"


class Journeys(msgspec.Struct, frozen=True):
    """Judges one way in at one place at a time."""

    places: Places
    sources: Sequence[SourceClass]
    hops: Hops
    pod_guards: PodGuards

    @property
    def host_guards(self) -> HostGuards:
        """What guards the interfaces of nodes."""
        return self.hops.guards

    def verdicts(self, way: WayIn, entrance: Entrance, place: Place, backends: Backends) -> Mapping[str, Verdict]:
        """Return what holds for each class of sources that has such addresses."""
        has_node_port = way.service_port is not None and way.service_port.node_port > 0
        entry = Entry(
            node=place.node,
            version=entrance.version,
            hides_pods=entrance.hides_pods,
            has_endpoint=place.node in nodes_with_endpoint(backends, entrance.version),
            is_owned=self.places.owned(place.address),
            leaves_out=has_node_port and self.places.leaves_out[entrance.family],
        )
        return {
            source.name: source.doubted(self._verdict(way, entrance, place, backends, entry, source))
            for source in self.sources
            if source.has(entrance.family)
        }

    def identity(self, way: WayIn, backend: Backend) -> Hashable:
        """Return what else than its place tells an endpoint from others: the host, or the policy, that it is behind."""
        if entrances := self._as_host(backend):
            return tuple(entrance for entrance, _ in entrances)
        known = self.pod_guards.identity(way, backend), self.hops.identity(backend, backend.packet(way.protocol))
        return known if any(known) else None

    def _as_host(self, backend: Backend) -> Sequence[tuple[Entrance, Place]]:
        """Return where an endpoint is met that is a process of a node and has its address; nowhere for a pod."""
        return self.places.by_address.get(backend.address, ())

    def _verdict(
        self, way: WayIn, entrance: Entrance, place: Place, backends: Backends, entry: Entry, source: SourceClass
    ) -> Verdict:
        try:
            return in_a_row(self._obstacles(way, entrance, place, backends, entry, source))
        except CannotTellError as gap:
            return Verdict(Reach.UNKNOWN, tuple(gap.reasons))

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
        elif way.service_port and way.service_port.node_port:
            yield _by_their_own_node(entrance.service_addresses, source)
        found: Sequence[Backend] = ()
        if way.service_port:
            yield deliver(way, backends, entry, source)
            found = receivers(way, backends, entry, source)
        elif way.via is Via.HOST_PORT:
            yield Verdict(Reach.OPEN, ("a pod asks for the port on its host",))
            found = backends.ready
        packet = Packet(place.address, way.protocol, way.port)
        targets = [Target(one.packet(way.protocol), self._is_process(one, entry)) for one in found]
        if targets and not _is_seen_as_forwarded(way, entrance):
            raise CannotTellError(_TAKEN_FOR_ITS_OWN)
        yield self.host_guards.passing(entrance.guards, packet, targets, source)
        if way.is_to_a_process and source.standpoint is Standpoint.POD:
            yield entrance.own_pods
        if found:
            yield either_way(in_a_row(self._behind(way, entrance, one, entry, source)) for one in found)

    def _behind(
        self, way: WayIn, entrance: Entrance, backend: Backend, entry: Entry, source: SourceClass
    ) -> Iterator[Verdict]:
        """Yield what stands between the node that packets entered and an endpoint."""
        is_here = backend.node == entry.node
        hosts = [host for host, _ in self._as_host(backend)]
        if is_here and hosts:
            return
        packet = backend.packet(way.protocol)
        if is_here:
            yield self.host_guards.leaving(entrance.exits.here, packet, source)
        else:
            yield self.hops.leaving(entrance.exits, backend, packet, source)
        if hosts:
            clients = self.pod_guards.masqueraded
            yield either_way(self.host_guards.passing(host.guards, packet, (), clients) for host in hosts)
            return
        if not is_here:
            clients_seen = None if is_masqueraded(way, backend, entry) else source
            yield self.hops.entering(entrance.exits, backend, packet, clients_seen)
        yield self.pod_guards.passing(way, backend, entry, source)

    def _is_process(self, backend: Backend, entry: Entry) -> bool:
        return backend.node == entry.node and bool(self._as_host(backend))


def _by_their_own_node(verdict: Verdict, source: SourceClass) -> Verdict:
    """Return what is left for clients inside: the kube-proxy of their own node redirects them before they leave it."""
    if source.standpoint is Standpoint.OUTSIDE or verdict.verdict is not Reach.CLOSED:
        return verdict
    because = "clients inside are redirected by the kube-proxy of their own node"
    return Verdict(Reach.PARTIAL, (*verdict.because, because))


def _is_seen_as_forwarded(way: WayIn, entrance: Entrance) -> bool:
    """Whether host policy, if there is any, knows that packets are to go on to an endpoint."""
    has_policy = any(guard.policy for guard in entrance.guards)
    return entrance.forwarded is None or not has_policy or way.via is Via.HOST_PORT or way.port in entrance.forwarded
