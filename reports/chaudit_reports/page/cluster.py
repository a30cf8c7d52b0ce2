"""The cluster as its exhibits show it, each part with what is missing from it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from chaudit import Exhibit, Exhibited, Report, Subject
from chaudit_network.exhibits import BGP, EXPOSURE, NAMES, NETWORK, PLACES
from chaudit_network.exhibits.network import ClusterNetwork, NodeEntry
from chaudit_reports.drawing.columns import columns_of
from chaudit_reports.drawing.neighbours import Neighbour, hostnames, load_balancers, routers
from chaudit_reports.drawing.network import Drawing, draw
from chaudit_reports.page.bgp import BGPPage, bgp_of
from chaudit_reports.page.exposure import Matrix, matrix_of
from chaudit_reports.page.likeness import left_open
from chaudit_reports.page.marks import Mark, Marks
from chaudit_reports.page.names import NamesPage, names_of
from chaudit_reports.page.subjects import Anchors
from chaudit_reports.page.ways import Ways

T = TypeVar("T")

_GAPS = 8
"""So many kinds of gaps in what is known of nodes' addresses are told."""


class Gaps(msgspec.Struct, frozen=True):
    """What is missing from an exhibit; `is_empty` where there is nothing to show at all."""

    reasons: tuple[str, ...]
    is_empty: bool


class NodeRow(msgspec.Struct, frozen=True):
    """A node in the table: its anchor, its addresses by network in the order of the columns, and what was found."""

    anchor: str
    node: NodeEntry
    cells: tuple[tuple[str, ...], ...]
    marks: Sequence[Mark]


class NetworkPage(msgspec.Struct, frozen=True):
    """The network drawn and as tables."""

    known: ClusterNetwork
    drawing: Drawing
    columns: tuple[str, ...]
    rows: tuple[NodeRow, ...]
    gaps: tuple[tuple[str, int], ...]


class ClusterPage(msgspec.Struct, frozen=True):
    """What is shown of the cluster; None where the report has no such exhibit or it has no value."""

    network: NetworkPage | None
    matrix: Matrix | None
    names: NamesPage | None
    bgp: BGPPage | None
    gaps: dict[str, Gaps]

    @property
    def sections(self) -> Iterator[tuple[str, str]]:
        """The parts there is something to say of: anchor and name."""
        shown = {"network": self.network, "exposure": self.matrix, "names": self.names, "bgp": self.bgp}
        for (anchor, value), title in zip(shown.items(), ("Network", "Exposure", "Names", "BGP"), strict=True):
            if value or self.gaps[anchor].reasons:
                yield anchor, title


def cluster_of(report: Report, anchors: Anchors) -> ClusterPage:
    """Return what a report shows of its cluster."""
    known, entries, places = _value(report, NETWORK), _value(report, EXPOSURE), _value(report, PLACES)
    named, peering = _value(report, NAMES), _value(report, BGP)
    marks = Marks(report.findings, anchors)
    columns = columns_of(known.nodes) if known else ()
    external = [one.name for one in known.networks if one.external] if known else []
    ways = Ways(entries, places, external) if entries is not None and places is not None else None
    around: list[tuple[str, Neighbour]] = []
    if known:
        around += routers(peering.routers) if peering else ()
        around += load_balancers(known.load_balancers, ways)
        around += hostnames(named) if named else ()
    return ClusterPage(
        network=_network(known, draw(known, columns, ways, around), anchors, marks) if known else None,
        matrix=matrix_of(ways, anchors, marks) if ways else None,
        names=names_of(named, columns, marks) if named and named.names else None,
        bgp=bgp_of(peering, columns, marks) if peering else None,
        gaps={one.name: _gaps(report.exhibited(one)) for one in (NETWORK, EXPOSURE, NAMES, BGP)},
    )


def _value(report: Report, exhibit: Exhibit[T]) -> T | None:
    exhibited = report.exhibited(exhibit)
    return exhibited.value if exhibited else None


def _gaps(exhibited: Exhibited[Any] | None) -> Gaps:
    if exhibited is None:
        return Gaps((), is_empty=True)
    return Gaps(exhibited.unknown_because, is_empty=exhibited.value is None)


def _network(known: ClusterNetwork, drawing: Drawing, anchors: Anchors, marks: Marks) -> NetworkPage:
    present = {address.network for node in known.nodes for address in node.addresses}
    names = [one.name for one in known.networks if one.name in present] + [""] * ("" in present)
    gaps = Counter(left_open(node.gap, node.name) for node in known.nodes if node.gap)
    return NetworkPage(
        known=known,
        drawing=drawing,
        columns=tuple(names),
        rows=tuple(_row(node, names, anchors, marks) for node in known.nodes),
        gaps=tuple(gaps.most_common(_GAPS)),
    )


def _row(node: NodeEntry, columns: Sequence[str], anchors: Anchors, marks: Marks) -> NodeRow:
    subject = Subject("Node", name=node.name)
    cells = tuple(
        tuple(f"{one.address}{' floating' if one.floating else ''}" for one in node.addresses if one.network == column)
        for column in columns
    )
    return NodeRow(anchors.of_subject(subject), node, cells, marks.of(subject))
