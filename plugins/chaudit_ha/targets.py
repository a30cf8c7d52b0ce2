"""Whether the nodes that records lead to are there, and answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import INTENT, Intent, NotApplicable, Severity, Unknown, Verdicts, Violation, plural, printable, rule
from chaudit_network.exposure.answering import Answering, answering
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.core import EXCLUDED_FROM_LOAD_BALANCERS, Node
from chaudit_network.names.destinations import Destination, Destinations, Kind, destinations
from chaudit_network.names.publication import Port
from chaudit_network.names.view import PublishedName, names
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.unread import Unread

_SHOWN = 3


class _Target(msgspec.Struct, frozen=True):
    """A node that a record leads to, by one of its addresses."""

    node: Node
    destination: Destination

    def __str__(self) -> str:
        return f"{self.destination.address} ({printable(self.node.name)})"


@rule(
    "HA-002",
    "Records lead to nodes that are Ready and answer on the ports of the name",
    severity=Severity.HIGH,
    each=names,
    using=(destinations, answering, INTENT),
    remediation="Take out the records of nodes that cannot answer, or let them answer: with "
    "`externalTrafficPolicy: Local` only nodes with an endpoint do, and host policy may close the port. external-dns "
    "publishes nodes that are not Ready too. Ports that the cluster does not tell belong in `names[].ports` of the "
    "intent file.",
    references=(
        "https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/service/",
        "https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S11"),),
)
def records_lead_to_nodes_that_answer(
    name: PublishedName | Unread, known: Destinations, ports: Answering, intent: Intent
) -> Verdicts:
    """A record of a node that does not answer sends its share of the clients into nothing.

    They wait for a timeout before they try the next address, if they do. That a name has several records does not tell:
    with externalTrafficPolicy Local the nodes that answer change with every pod that moves, and the records may not.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(name, Unread):
        yield Unknown(name.reason)
        return
    doubts = [*name.gaps, *(gap for published in name.answers for gap in published.gaps)]
    addresses = dict.fromkeys(one.address for published in name.answers for one in published.answers)
    found = [known.at(address) for address in addresses]
    doubts += [str(one) for one in found if one.kind is Kind.UNKNOWN]
    yield from map(Unknown, dict.fromkeys(doubts))
    targets = [*_targets(found, known)]
    if targets:
        yield from _are_in_order(targets)
        yield from _answer(targets, name.ports, ports)
    elif not doubts:
        yield NotApplicable("none of its addresses is one of a node")


def _targets(found: Sequence[Destination], known: Destinations) -> Iterator[_Target]:
    for destination in found:
        if destination.kind in {Kind.NODE, Kind.FLOATING}:
            for name in sorted(destination.nodes):
                yield _Target(known.by_name[name], destination)


def _are_in_order(targets: Sequence[_Target]) -> Verdicts:
    """Judge the nodes themselves. A floating address leaves a node that is not in order by itself."""
    fixed = [target for target in targets if target.destination.kind is Kind.NODE]
    for what, severity, bad in (
        ("not Ready", Severity.MEDIUM, [one for one in fixed if not one.node.is_ready]),
        ("cordoned", Severity.LOW, [one for one in fixed if one.node.spec.unschedulable]),
        (
            f"labelled {EXCLUDED_FROM_LOAD_BALANCERS}",
            Severity.INFO,
            [one for one in fixed if EXCLUDED_FROM_LOAD_BALANCERS in one.node.metadata.labels],
        ),
    ):
        if bad:
            yield Violation(f"records lead to nodes that are {what}: {_listed(bad)}", severity=severity)


def _answer(targets: Sequence[_Target], ports: frozenset[Port], known: Answering) -> Verdicts:
    if not ports:
        yield Unknown("at which ports clients come is not known: declare names[].ports in the intent file")
    for number, protocol in sorted(ports):
        met: dict[tuple[Reach, str] | None, list[_Target]] = defaultdict(list)
        for target in targets:
            if target.node.is_ready:
                verdict = known.at(target.node.name, target.destination.address, (number, protocol))
                why = "; ".join(verdict.because).replace(target.node.name, "the node") if verdict else ""
                met[(verdict.verdict, why) if verdict else None].append(target)
        yield from _met(met, f"port {number}/{protocol}")


def _met(met: Mapping[tuple[Reach, str] | None, Sequence[_Target]], port: str) -> Verdicts:
    """Judge what clients meet on a port, by the targets where it is the same; None is where nothing is known."""
    for key, targets in met.items():
        if key is None and len(met) > 1:
            yield Violation(f"nothing listens on {port} at {_listed(targets)}, as elsewhere it does")
        elif key is None:
            where = f"on {port} at {_listed(targets)}"
            yield Unknown(f"no service and no pod is known to listen {where}; a process of the host may")
        elif key[0] is Reach.CLOSED:
            yield Violation(f"{port} is closed at {_listed(targets)}: {printable(key[1])}")
        elif key[0] is Reach.UNKNOWN:
            yield Unknown(f"{port} at {_listed(targets)}: {printable(key[1])}")


def _listed(targets: Sequence[_Target]) -> str:
    more = f" and {plural(len(targets) - _SHOWN, 'other')}" if len(targets) > _SHOWN else ""
    return ", ".join(map(str, targets[:_SHOWN])) + more
