"""The exposure of a cluster for reports: each way in once, with the places where what is said of it holds.

Places are gathered into sets that many ways share, so that 5,000 nodes with 10,000 services remain some 10,000
records; `chaudit exposure --json` says the same place by place.
"""

from collections.abc import Iterator, Mapping
from os.path import commonprefix

import msgspec

from chaudit import Exhibit, Shown, Subject, view
from chaudit_network.exposure.model import ExposureModel
from chaudit_network.exposure.place_sets import NodeSet
from chaudit_network.exposure.placement import Entrance, Places
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.view import exposure as exposure_view
from chaudit_network.exposure.ways import Via, WayIn

_OF_ONE_POD = frozenset(
    {
        "apps.kubernetes.io/pod-index",
        "controller-revision-hash",
        "pod-template-generation",
        "pod-template-hash",
        "statefulset.kubernetes.io/pod-name",
    }
)
"""Labels by which controllers tell pods and their generations apart; pods with the same others do the same."""


class PlaceEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An address of a node; no address where it is that of the way in, which is routed to the node."""

    node: str
    address: str = ""
    interface: str = ""


class PlaceSet(msgspec.Struct, frozen=True):
    """Places at which packets are treated alike; `network` is empty where it is not known.

    `outside` says whether outsiders arrive there, or may arrive.
    """

    network: str
    family: int
    outside: bool
    places: tuple[PlaceEntry, ...]


class At(msgspec.Struct, frozen=True, omit_defaults=True):
    """The places of a set by its index in `places`: all of them, only those on some nodes, or all but these."""

    places: int
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class VerdictEntry(msgspec.Struct, frozen=True):
    """What holds for these classes of sources, and why, in the order in which a packet meets it."""

    sources: tuple[str, ...]
    verdict: Reach
    because: tuple[str, ...]


class ExposureEntry(msgspec.Struct, frozen=True):
    """One way in, and the places where the same holds for it.

    `address` is that of the way itself, and of the places at a node's own address only those with it are meant; it is
    empty where the way is on all of them. `backends` counts usable endpoints by node. Where `pods` is more than one,
    so many pods that do the same are meant, and the target's name is a pattern.
    """

    via: Via
    port: int
    protocol: str
    address: str
    target: Subject
    pods: int
    at: tuple[At, ...]
    backends: Mapping[str, int]
    verdicts: tuple[VerdictEntry, ...]


class _Joined(msgspec.Struct):
    """Groups of which the same is said."""

    way: WayIn
    verdicts: tuple[VerdictEntry, ...]
    pods: dict[str, None] = msgspec.field(default_factory=dict)
    backends: dict[str, int] = msgspec.field(default_factory=dict)
    nodes: dict[int, NodeSet] = msgspec.field(default_factory=dict)


class ExposureRecords(msgspec.Struct):
    """All records and the sets of places that they speak of."""

    entries: tuple[ExposureEntry, ...]
    places: tuple[PlaceSet, ...]


@view(exposure_view)
def exposure_records(found: ExposureModel) -> ExposureRecords:
    """Join groups that differ in nothing but where they are, or in which of many pods alike they lead to."""
    sets = _Sets(found.places)
    joined: dict[object, _Joined] = {}
    for group in found.groups:
        verdicts = tuple(_verdicts(group.verdicts))
        way = group.way
        one = joined.setdefault((*_target(way, group.backends), verdicts), _Joined(way, verdicts))
        one.pods[way.target.name] = None
        one.backends |= group.backends
        index, nodes = sets.index(group.entrance), group.places.nodes
        one.nodes[index] = one.nodes[index] | nodes if index in one.nodes else nodes
    return ExposureRecords(tuple(_entry(one, sets) for one in joined.values()), tuple(sets.known))


@view(exposure_records, ways_in)
def exposure(records: ExposureRecords, ways: Ways) -> Shown[tuple[ExposureEntry, ...]]:
    """Show the records, and what could not be looked at for any."""
    return Shown(records.entries, tuple(ways.gaps))


@view(exposure_records)
def places(records: ExposureRecords) -> Shown[tuple[PlaceSet, ...]]:
    """Show the places that the records speak of."""
    return Shown(records.places)


EXPOSURE = Exhibit("exposure", "Who can reach what", tuple[ExposureEntry, ...], exposure)
PLACES = Exhibit("places", "The addresses of nodes, by what is the same at all of them", tuple[PlaceSet, ...], places)


class _Sets:
    """The sets of places by what is common to them, in the order in which they are first met."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._indexes: dict[Entrance, int] = {}
        self._nodes: list[Mapping[str, None]] = []
        self.known: list[PlaceSet] = []

    def index(self, entrance: Entrance) -> int:
        """Return the index of an entrance's set."""
        if entrance not in self._indexes:
            self._indexes[entrance] = len(self.known)
            members = tuple(self._members(entrance))
            self._nodes.append({member.node: None for member in members})
            self.known.append(PlaceSet(entrance.network, entrance.family, entrance.is_edge, members))
        return self._indexes[entrance]

    def at(self, index: int, nodes: NodeSet) -> At:
        """Say which places of a set are on these nodes, in the fewest names."""
        entries = self.known[index].places
        if nodes.without or len(nodes) == len(entries):
            return At(index, without=tuple(sorted(nodes.without)))
        everywhere = self._nodes[index]
        if 2 * len(nodes) <= len(everywhere):
            return At(index, only=tuple(sorted(nodes)))
        return At(index, without=tuple(sorted(everywhere.keys() - nodes)))

    def _members(self, entrance: Entrance) -> Iterator[PlaceEntry]:
        own = self._places.by_entrance.get(entrance)
        if own is None:
            yield from map(PlaceEntry, self._places.routed[entrance.family][entrance])
        for place in own or ():
            yield PlaceEntry(place.node, str(place.address), place.interface)


def _verdicts(verdicts: Mapping[str, Verdict]) -> Iterator[VerdictEntry]:
    """Yield each verdict once, with all classes of sources that it holds for."""
    classes: dict[Verdict, list[str]] = {}
    for source, verdict in verdicts.items():
        classes.setdefault(verdict, []).append(source)
    for verdict, sources in classes.items():
        yield VerdictEntry(tuple(sources), verdict.verdict, verdict.because)


def _target(way: WayIn, backends: Mapping[str, int]) -> tuple[object, ...]:
    """Return what a way is and leads to, the same for all pods that do the same: each is its own backend."""
    port = way.via, way.port, way.protocol, way.address, way.target.port
    if way.pod is None:
        return *port, way.target, tuple(backends.items())
    labels = {key: value for key, value in way.pod.metadata.labels.items() if key not in _OF_ONE_POD}
    return *port, way.target.namespace, frozenset(labels.items()) or way.target.name


def _entry(one: _Joined, sets: _Sets) -> ExposureEntry:
    way = one.way
    target = way.target
    if len(one.pods) > 1:
        target = msgspec.structs.replace(target, name=f"{commonprefix(list(one.pods))}*")  # noqa: RUF071 - names, not paths
    return ExposureEntry(
        via=way.via,
        port=way.port,
        protocol=way.protocol,
        address=str(way.address or ""),
        target=target,
        pods=len(one.pods) if way.pod else 0,
        at=tuple(sets.at(index, nodes) for index, nodes in sorted(one.nodes.items())),
        backends=one.backends,
        verdicts=one.verdicts,
    )
