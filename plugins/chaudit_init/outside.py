"""What people outside have of the cluster today: names, open ports, advertised prefixes."""

from collections import defaultdict
from collections.abc import Iterator
from glob import escape

import msgspec

from chaudit import view
from chaudit_init.writing import comment, commented_out, remark, scalar, sequence
from chaudit_network.bgp.advertisements import Advertisements
from chaudit_network.exposure.edge import Edge, edge
from chaudit_network.exposure.verdict import Reach
from chaudit_network.exposure.ways import WayIn
from chaudit_network.names.view import Names, PublishedName, names
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.unread import Unread

_HIGHEST_PORT = 65_535


class _Open(msgspec.Struct):
    """What of one target is open, where, and to whom."""

    ports: set[int] = msgspec.field(default_factory=set)
    networks: set[str] = msgspec.field(default_factory=set)
    ways: dict[str, None] = msgspec.field(default_factory=dict)


@view(edge)
def exposure_draft(found: Edge) -> list[str]:
    """Write down what outsiders reach on the nodes' own addresses, to be put into force entry by entry."""
    targets: dict[str, _Open] = defaultdict(_Open)
    doubtful: dict[str, None] = {}
    for way in found.ways:
        for opening in way.openings:
            if opening.lets_in:
                one = targets[_pattern(way.way)]
                one.ports.add(way.way.port)
                one.networks.add(opening.network)
                one.ways[str(way)] = None
            elif opening.reach is Reach.UNKNOWN:
                doubtful[_pattern(way.way)] = None
    lines = [line for gap in found.all_gaps for line in comment(f"Not known in full: {gap}")]
    if doubtful:
        lines += comment(f"Whether these are open to outsiders could not be told: {', '.join(doubtful)}.")
    if not targets:
        return [*lines, *comment("Nothing is known to be open to outsiders on the nodes' own addresses.")]
    entries = [line for pattern in sorted(targets) for line in _allowed(pattern, targets[pattern])]
    explained = comment("Open to outsiders today. Put into force what is meant to be, with the reason why.")
    return [*lines, *explained, *commented_out(["exposure:", "  allow:", *entries])]


def _pattern(way: WayIn) -> str:
    """Return what a way in leads to, and with a pod all others that its workload has or will have."""
    target = f"{way.target.namespace}/{way.target.name}"
    workload = way.pod.workload if way.pod else None
    if workload is None or workload.kind == "Pod":
        return escape(target)
    return escape(f"{workload.namespace}/{workload.name}-") + "*"


def _allowed(pattern: str, found: _Open) -> Iterator[str]:
    yield remark(f"    - service: {scalar(pattern)}", ", ".join(found.ways))
    yield f"      ports: {sequence(sorted(found.ports))}"
    if "" in found.networks:
        yield from comment("networks are left out: some of the addresses are in none that is known", "      ")
    else:
        yield f"      networks: {sequence(sorted(found.networks))}"
    yield "      reason: why outsiders may"


@view(names)
def names_draft(found: Names) -> list[str]:
    """Write down the names that objects of the cluster ask for."""
    lines: list[str] = []
    for one in found:
        if isinstance(one, Unread):
            lines += comment(f"There may be more: {one}", "  ")
        else:
            lines += _name(one)
    return lines


def _name(name: PublishedName) -> Iterator[str]:
    ports = sorted({port for port, _ in name.ports if 0 < port <= _HIGHEST_PORT})
    entry = f"host: {scalar(name.host)}" + (f", ports: {sequence(ports)}" if ports else "")
    by = ", ".join(dict.fromkeys(str(asked.by) for asked in name.asked))
    leads = ", ".join(str(answer.address) for answers in name.answers for answer in answers.answers)
    yield remark(f"  - {{{entry}}}", f"{by}; leads to {leads or 'what is not known'}")


@view(bgp_advertisements)
def prefixes_draft(found: Advertisements) -> list[str]:
    """Write down what peers outside are told today."""
    told = dict.fromkeys(str(one.prefix) for one in found.found)
    if not told:
        return []
    lines = [*comment("What they are told today. Put into force what they are meant to be told, and no more.", "  ")]
    return [*lines, *commented_out(["prefixes:", *(f"  - {scalar(prefix)}" for prefix in told)], "  ")]
