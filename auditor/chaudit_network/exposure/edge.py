"""The edge: what outsiders find open at the addresses where they arrive, or may arrive."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import Reading, Subject, printable, view
from chaudit_network.addresses import families
from chaudit_network.exposure.model import ExposureGroup, ExposureModel
from chaudit_network.exposure.place_sets import Place
from chaudit_network.exposure.sources import EXTERNAL
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.view import Ways, exposure, ways_in
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.views.networks import Networks, networks
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import Unread, unread

_SAID = {Reach.OPEN: "open", Reach.PARTIAL: "open in part", Reach.CLOSED: "closed", Reach.UNKNOWN: "perhaps open"}


class Opening(msgspec.Struct):
    """What holds for some classes of outsiders at all addresses of one network that are alike in it.

    The network is empty where it is not known; `place` is one of the addresses, `because` the reasons there.
    """

    network: str
    family: int
    reach: Reach
    place: Place
    because: Sequence[str]
    sources: list[str] = msgspec.field(default_factory=list)

    @property
    def lets_in(self) -> bool:
        """Whether any outsider gets through."""
        return self.reach in {Reach.OPEN, Reach.PARTIAL}

    def __str__(self) -> str:
        """Return `open to external, oam at oam address 10.10.10.3 of controller-0 (reasons)`."""
        where = f"{self.network} address" if self.network else "an address of no known network,"
        place = f"{where} {self.place.address} of {self.place.node}"
        why = "; ".join(self.because)
        return printable(f"{_SAID[self.reach]} to {', '.join(self.sources)} at {place} ({why})")


class EdgeWay(msgspec.Struct, frozen=True):
    """One way in as outsiders meet it; `gaps` say why there may be more to it."""

    way: WayIn
    openings: Sequence[Opening]
    gaps: Sequence[str]

    @property
    def subject(self) -> Subject:
        """What it leads to."""
        return self.way.target

    def __str__(self) -> str:
        """Return `NodePort 30090/TCP`."""
        return printable(f"{self.way.via} {self.way.port}/{self.way.protocol}")


class Edge(msgspec.Struct, frozen=True, dict=True):
    """All ways in at the places where outsiders arrive, or may."""

    model: ExposureModel
    networks: Networks
    addresses: NodeAddresses

    @cached_property
    def external(self) -> frozenset[str]:
        """The names of the external networks."""
        return frozenset(network.name for network in self.networks if network.external)

    @cached_property
    def ways(self) -> Sequence[EdgeWay]:
        """Every way in that is not bound to an address of its own, and every host port."""
        groups: dict[int, list[ExposureGroup]] = defaultdict(list)
        for group in self.model.groups:
            groups[id(group.way)].append(group)
        return [
            EdgeWay(way, self._openings(groups.get(id(way), ())), self._gaps_of(way))
            for way in self.model.ways
            if way.address is None or way.via is Via.HOST_PORT
        ]

    @cached_property
    def gaps(self) -> Mapping[int, Sequence[str]]:
        """Why there may be addresses at the edge that nobody knows, by family."""
        if not self.external:
            why = "no network is known to be external: set networks.NAME.external in the intent file"
            return dict.fromkeys((4, 6), self.networks.gaps or (why,))
        found = {(entrance.network, entrance.family) for entrance in self.model.places.by_entrance}
        missed = [
            (family, f"no node is known to have an IPv{family} address in {network}")
            for network in self.networks
            if network.external
            for family in families(network.cidrs)
            if (network.name, family) not in found
        ]
        missed += [
            (family, f"{why}, and may tell of more addresses") for family in (4, 6) for why in self.addresses.unread
        ]
        return {family: [why for where, why in missed if where == family] for family in (4, 6)}

    @property
    def all_gaps(self) -> Sequence[str]:
        """Why there may be addresses at the edge that nobody knows."""
        return tuple(dict.fromkeys(gap for family in (4, 6) for gap in self.gaps[family]))

    def _gaps_of(self, way: WayIn) -> Sequence[str]:
        return tuple(dict.fromkeys(gap for family in sorted(way.families) for gap in self.gaps[family]))

    def _openings(self, groups: Iterable[ExposureGroup]) -> Sequence[Opening]:
        found: dict[tuple[str, int, Reach], Opening] = {}
        for group in groups:
            if not group.entrance.is_edge:
                continue
            for source, verdict in self._outsiders(group.verdicts):
                key = group.network, group.family, verdict.verdict
                opening = found.setdefault(key, Opening(*key, group.places.first, verdict.because))
                if source not in opening.sources:
                    opening.sources.append(source)
        return list(found.values())

    def _outsiders(self, verdicts: Mapping[str, Verdict]) -> Iterator[tuple[str, Verdict]]:
        for name, verdict in verdicts.items():
            if name == EXTERNAL or name in self.external:
                yield name, verdict


edge = view(exposure, networks, node_addresses)(Edge)
"""The view that answers with `Edge`."""


@view(edge, ways_in)
def node_ports_at_the_edge(found: Edge, ways: Ways) -> Sequence[EdgeWay | Unread]:
    """Select the node ports of services, and the services that could not be looked at."""
    return [*(one for one in found.ways if one.way.via is Via.NODE_PORT), *ways.services]


@view(edge, ways_in)
def host_ports_at_the_edge(found: Edge, ways: Ways) -> Sequence[EdgeWay | Unread]:
    """Select the host ports of pods, and what of pods could not be looked at."""
    broken = (one for one in ways.addresses if one.subject.kind == "Pod")
    return [*(one for one in found.ways if one.way.via is Via.HOST_PORT), *ways.pods, *broken]


class HostNetworkWorkload(msgspec.Struct, frozen=True):
    """The pods of one workload on the network of their hosts, with the ports they declare: hints, no more."""

    subject: Subject
    pods: int
    ways: Sequence[EdgeWay]


@view(edge, PODS.reading)
def host_network_at_the_edge(found: Edge, pods: Reading[Pod]) -> Sequence[HostNetworkWorkload | Unread]:
    """Select what runs on the network of its hosts, whether or not it declares a port, and the pods not looked at."""
    ways: dict[Subject, list[EdgeWay]] = defaultdict(list)
    for one in found.ways:
        if one.way.via is Via.HOST_NETWORK and one.way.pod:
            ways[one.way.pod.workload].append(one)
    running = Counter(pod.workload for pod in pods.objects if pod.spec.host_network and pod.status.phase == "Running")
    return [*(HostNetworkWorkload(one, count, ways[one]) for one, count in running.items()), *unread(pods)]
