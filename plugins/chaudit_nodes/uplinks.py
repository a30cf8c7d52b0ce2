"""Whether a node survives the loss of a cable."""

from chaudit import CannotTellError, NotApplicable, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.uplinks import Uplink, Uplinks, uplinks

_REDUNDANT = 2


@rule(
    "NET-010",
    "Nodes reach the cluster-host network and outsiders over two links",
    severity=Severity.MEDIUM,
    each=NODES,
    using=(uplinks,),
    remediation="Put the network on a bond of two ports that lead to different switches, and see to the port that is "
    "down. Waive the rule for virtual machines whose host has the second link.",
    references=(
        "https://docs.kernel.org/networking/bonding.html",
        "https://docs.starlingx.io/node_management/kubernetes/node_interfaces/configuring-aggregated-ethernet-interfaces-using-the-cli.html",
        "https://nmstate.io/examples.html",
    ),
)
def nodes_have_two_links(node: Node, known: Uplinks) -> Verdicts:
    """A node with one link is lost with a cable, a transceiver, a switch port or a switch.

    A bond of which only one port is up is worse: it looks redundant, and nobody is looking.
    """
    found: list[Uplink] = []
    unseen = [*map(Unknown, known.gaps(node))]
    for attachment in known.interfaces(node):
        try:
            uplink = known.below(node, attachment)
        except CannotTellError as gap:
            unseen += map(Unknown, gap.reasons)
        else:
            found += [uplink] if uplink else []
    for uplink in found:
        yield from _judge(uplink)
    yield from unseen
    if not found and not unseen:
        yield NotApplicable("the networks in question are on loopback, which needs no link")


def _judge(uplink: Uplink) -> Verdicts:
    leads = f"{uplink.interface} ({', '.join(map(printable, uplink.networks))})"
    evidence = {"links": uplink.links, "down": uplink.down}
    if len(uplink.links) < _REDUNDANT:
        yield Violation(f"{leads} has one link, expected two", evidence, severity=Severity.LOW)
    elif len(uplink.links) - len(uplink.down) < _REDUNDANT:
        down = ", ".join(map(printable, uplink.down))
        yield Violation(f"of the {len(uplink.links)} links of {leads} {down} is not up", evidence)
