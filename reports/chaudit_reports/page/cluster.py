"""The cluster as its exhibits show it: the network, and who can reach what; each with what is missing from it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from chaudit import Exhibited, Report, Subject
from chaudit_network.exhibits import EXPOSURE, NETWORK, PLACES
from chaudit_network.exhibits.network import ClusterNetwork, NodeEntry
from chaudit_reports.drawing.neighbours import load_balancers
from chaudit_reports.drawing.network import Drawing, draw
from chaudit_reports.page.exposure import Matrix, matrix_of
from chaudit_reports.page.likeness import left_open
from chaudit_reports.page.subjects import Anchors
from chaudit_reports.page.ways import Ways

_GAPS = 8
"""So many kinds of gaps in what is known of nodes' addresses are told."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing from an exhibit; `is_empty` where there is nothing to show at all."""

    reasons: tuple[str, ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node in the table: its anchor, and its addresses by network in the order of the columns."""

    anchor: str
    node: NodeEntry
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """The network drawn and as tables."""

    known: ClusterNetwork
    drawing: Drawing
    columns: tuple[str, ...]
    rows: tuple[NodeRow, ...]
    gaps: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ClusterPage:
    """What is shown of the cluster; None where the report has no such exhibit or it has no value."""

    network: NetworkPage | None
    network_gaps: Gaps
    matrix: Matrix | None
    exposure_gaps: Gaps

    @property
    def has_network(self) -> bool:
        """Whether there is anything to say of the network."""
        return bool(self.network or self.network_gaps.reasons)

    @property
    def has_exposure(self) -> bool:
        """Whether there is anything to say of exposure."""
        return bool(self.matrix or self.exposure_gaps.reasons)


def cluster_of(report: Report, anchors: Anchors) -> ClusterPage:
    """Return what a report shows of its cluster."""
    network, exposure, places = (report.exhibited(one) for one in (NETWORK, EXPOSURE, PLACES))
    known = network.value if network else None
    ways = None
    if exposure and places and exposure.value is not None and places.value is not None:
        external = [one.name for one in known.networks if one.external] if known else []
        ways = Ways(exposure.value, places.value, external)
    return ClusterPage(
        network=_network(known, ways, anchors) if known else None,
        network_gaps=_gaps(network),
        matrix=matrix_of(ways, anchors) if ways else None,
        exposure_gaps=_gaps(exposure),
    )


def _gaps(exhibited: Exhibited[Any] | None) -> Gaps:
    if exhibited is None:
        return Gaps((), is_empty=True)
    reasons = exhibited.unknown_because or ((exhibited.note,) if exhibited.note else ())
    return Gaps(reasons, is_empty=exhibited.value is None)


def _network(known: ClusterNetwork, ways: Ways | None, anchors: Anchors) -> NetworkPage:
    present = {address.network for node in known.nodes for address in node.addresses}
    columns = [one.name for one in known.networks if one.name in present] + [""] * ("" in present)
    gaps = Counter(left_open(node.gap, node.name) for node in known.nodes if node.gap)
    return NetworkPage(
        known=known,
        drawing=draw(known, ways, load_balancers(known.load_balancers, ways)),
        columns=tuple(columns),
        rows=tuple(_row(node, columns, anchors) for node in known.nodes),
        gaps=tuple(gaps.most_common(_GAPS)),
    )


def _row(node: NodeEntry, columns: list[str], anchors: Anchors) -> NodeRow:
    cells = tuple(
        tuple(f"{one.address}{' floating' if one.floating else ''}" for one in node.addresses if one.network == column)
        for column in columns
    )
    return NodeRow(anchors.of_subject(Subject("Node", name=node.name)), node, cells)
