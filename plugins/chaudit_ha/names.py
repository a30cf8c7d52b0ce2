"""Whether the names of applications lead to more than one node."""

from collections.abc import Sequence

from chaudit import INTENT, Intent, NotApplicable, Severity, Unknown, Verdicts, Violation, plural, printable, rule
from chaudit_network.addresses import families
from chaudit_network.announcing.candidates import listed
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.names.destinations import Destination, Destinations, destinations
from chaudit_network.names.view import PublishedName, names
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.unread import Unread


@rule(
    "HA-001",
    "Every published name leads to several Ready nodes or to a load balancer that survives the loss of one",
    severity=Severity.CRITICAL,
    each=names,
    using=(destinations, INTENT),
    remediation="Publish records to at least two nodes (in each address family that has any), or to an address that "
    "moves: a load balancer that several nodes announce, StarlingX's floating OAM address, or a load balancer outside, "
    "declared in `names[].load-balancers` of the intent file. Where the cluster does not tell what DNS says, let "
    "chaudit ask DNS.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S10", "S11", "S16", "S17"),),
)
def names_lead_to_several_nodes(name: PublishedName | Unread, known: Destinations, intent: Intent) -> Verdicts:
    """Clients find an application by its name, and with one record on one node they lose it with that node.

    Two records on two addresses of one node are one destination, and the records of each address family stand by
    themselves: a client that has taken the IPv6 address does not come back for the other.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(name, Unread):
        yield Unknown(name.reason)
        return
    yield from map(Unknown, name.gaps)
    if name.dns.missing:
        yield from _leads_nowhere(name)
    for published in name.answers:
        yield from map(Unknown, published.gaps)
        for family in families(one.address for one in published.answers):
            found = [known.at(one.address) for one in published.of_family(family)]
            yield from _judge(found, name.wanted, f"IPv{family}", published.publisher)


def _leads_nowhere(name: PublishedName) -> Verdicts:
    """Judge a name that DNS does not know; one that objects mention, and nobody declares or publishes, may be so."""
    if name.is_declared or name.published:
        yield Violation(f"it leads nowhere: {name.dns.missing}")
    else:
        yield NotApplicable(f"nobody publishes it: {name.dns.missing}")


def _judge(found: Sequence[Destination], wanted: int, family: str, publisher: str) -> Verdicts:
    if any(one.survives for one in found):
        return
    ready = frozenset[str]().union(*(one.ready for one in found))
    if len(ready) >= wanted:
        return
    doubtful = [one for one in found if one.is_doubtful]
    for one in doubtful:
        yield Unknown(f"{family}, {printable(publisher)}: {one}")
    if not doubtful:
        seen = f"{plural(len(ready), 'Ready node')} ({listed(ready) or 'none'})"
        yield Violation(
            f"{family} leads to {seen}, expected {wanted} or an address that survives the loss of one: "
            f"{', '.join(map(str, found))}, by {printable(publisher)}",
            {"addresses": [str(one.address) for one in found], "ready_nodes": sorted(ready)},
        )
