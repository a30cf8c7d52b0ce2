"""Whether addresses are given out once."""

from collections.abc import Sequence

from chaudit import Severity, Unknown, Verdicts, Violation, plural, printable, rule
from chaudit_network.addresses import parse_address
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.core import Node
from chaudit_network.views.address_plan import AddressPlan, address_plan, addressed
from chaudit_network.views.address_ranges import Purpose, Range
from chaudit_network.views.unread import Unread

_SHOWN = 3
"""How many overlaps a message is written for; the evidence has them all."""


@rule(
    "NET-004",
    "No address is given out twice",
    severity=Severity.HIGH,
    each=addressed,
    using=(address_plan,),
    remediation="Renumber the smaller of the two ranges, or the one that is easier to move: a pool of load balancers "
    "before that of pods, and that before the network of nodes. Take addresses of nodes out of load balancers' pools.",
    references=(
        "https://kubernetes.io/docs/concepts/cluster-administration/networking/#kubernetes-ip-address-ranges",
        "https://docs.tigera.io/calico/latest/reference/resources/ippool",
        "https://metallb.io/configuration/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S1", "S2"), NIST.at("SC-7")),
)
def addresses_are_given_out_once(found: Range | Node | Unread, plan: AddressPlan) -> Verdicts:
    """Where two ranges overlap a packet goes to one of two hosts, and which one depends on where it is sent from.

    What works today stops working when the address is given out on the other side. Policies that name a network then
    let in whoever has an address of the other one.
    """
    if isinstance(found, Unread):
        yield Unknown(found.reason)
    elif isinstance(found, Node):
        yield from _of_node(found, plan)
    else:
        yield from _of_range(found, plan)


def _of_node(node: Node, plan: AddressPlan) -> Verdicts:
    for address, other in plan.twins(node):
        yield Violation(f"InternalIP {address} is that of node {printable(other)} as well")
    for text in node.internal_ips:
        parse_address(text)


def _of_range(one: Range, plan: AddressPlan) -> Verdicts:
    others = [str(other) for other in plan.overlapping(one)]
    if others:
        yield Violation(f"{one} overlaps {_listed(others, 'other')}", {"overlaps": others})
    if one.purpose is Purpose.LOAD_BALANCERS:
        owned = [f"{address} of node {printable(name)}" for address, name in plan.owned(one)]
        if owned:
            yield Violation(f"{one} holds {_listed(owned, 'address')}", {"holds": owned})
    yield from (Unknown(f"it may overlap what is not known: {gap}") for gap in plan.gaps)


def _listed(texts: Sequence[str], noun: str) -> str:
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {plural(more, f'more {noun}')}" if more > 0 else "")
