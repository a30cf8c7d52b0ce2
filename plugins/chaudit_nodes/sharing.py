"""Which networks share an interface: cluster-host and management as declared, outsiders and management never."""

from collections.abc import Iterator

import msgspec

from chaudit import INTENT, CannotTellError, Intent, Settings, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.exposure.host_policies import HostPolicies, host_policies
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST, NSA_NETWORK
from chaudit_network.kinds.core import Node
from chaudit_network.policy.policy import Policy, Stage
from chaudit_network.views.attachments import (
    MANAGEMENT,
    Attachment,
    NodeAttachments,
    attachments,
    managed_nodes,
)
from chaudit_network.views.networks import external_names

_GUIDE = "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html"


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether cluster-host and management are meant to share an interface; null where nobody has said."""

    shared: bool | None = None


@rule(
    "NET-005",
    "Cluster-host and management networks share an interface as declared",
    severity=Severity.MEDIUM,
    each=managed_nodes,
    using=(attachments, Settings(Layout)),
    remediation="Declare the layout in `rules.NET-005.settings.shared`, or move the network to the interface that it "
    "is meant to be on and unlock the host. VLANs on one bond share a port, but not an interface.",
    references=(
        _GUIDE,
        "https://docs.starlingx.io/planning/kubernetes/shared-vlan-or-multi-netted-ethernet-interfaces.html",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S5"),),
)
def networks_share_an_interface_as_declared(node: Node, known: NodeAttachments, layout: Layout) -> Verdicts:
    """StarlingX puts the cluster host network on the management interface unless told otherwise.

    Either layout is good. A node that was cabled or configured unlike the others of its role is not: what separates
    networks elsewhere is missing there, or traffic takes a link that was not sized for it.
    """
    shares, usual = known.shares(node), known.usually_shares(node)
    if layout.shared is not None and shares != layout.shared:
        yield Violation(f"{_layout(shares)}, declared is that {_layout(layout.shared)}")
    elif usual is not None and shares != usual:
        yield Violation(f"{_layout(shares)}, on most nodes of its role {_layout(usual)}")
    elif layout.shared is None and not shares:
        yield Violation(
            f"{_layout(shares)}, and nobody has declared that: the default is to share one", severity=Severity.LOW
        )


@rule(
    "NET-006",
    "No interface carries management and outsiders' networks together",
    severity=Severity.HIGH,
    each=managed_nodes,
    using=(INTENT, attachments, host_policies),
    remediation="Give the networks an interface or VLAN each. Where they have to share one, let each policy for it "
    "allow only what is for the addresses of one network (`destination.nets`), as StarlingX does since 2026.",
    references=(
        _GUIDE,
        "https://docs.starlingx.io/security/kubernetes/security-default-firewall-rules.html",
        "https://docs.tigera.io/calico/latest/reference/host-endpoints/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S5", "S6", "S12"), NSA_NETWORK, NIST.at("SC-7")),
)
def management_is_apart_from_outsiders(
    node: Node, intent: Intent, known: NodeAttachments, host: HostPolicies
) -> Verdicts:
    """On an interface that they share, whoever reaches one network reaches the other: policy is by interface.

    What was opened for clients on OAM is then open on the management network, and what the platform's own hosts may do
    there anybody on OAM may do as well.
    """
    external, attached = external_names(intent), known.on(node)
    yield from map(Unknown, attached.gaps)
    if not attached.attachments and not attached.gaps:
        yield Unknown("which networks the node's interfaces lead to is not known")
    for one in attached.attachments:
        if one.networks & external and one.networks & MANAGEMENT:
            yield from _shared(one, external, host)


def _shared(attachment: Attachment, external: frozenset[str], host: HostPolicies) -> Verdicts:
    """Judge an interface with both: it weighs less where policies tell the networks' addresses apart."""
    both = f"{_listed(attachment.networks & MANAGEMENT)} together with {_listed(attachment.networks & external)}"
    carries = printable(f"{attachment.interface} carries {both}")
    if attachment.endpoint is None:
        yield Violation(f"{carries}, and has no HostEndpoint that a policy could select")
        return
    tiers = host.of(attachment.endpoint).tiers
    if doubtful := [one.title for tier in tiers for one in tier.perhaps]:
        raise CannotTellError(f"{carries}: whether {printable(doubtful[0])} applies to it cannot be told")
    policies = [one for tier in tiers for one in tier.sure]
    blunt = next(_blunt(policies), None)
    if not policies:
        yield Violation(f"{carries}, and no policy selects it")
    elif blunt:
        yield Violation(f"{carries}, and {printable(blunt)} allows without regard to destination.nets")
    else:
        yield Violation(f"{carries}, told apart by destination.nets of its policies alone", severity=Severity.LOW)


def _blunt(policies: list[Policy]) -> Iterator[str]:
    """Yield the rules that allow in what is for any address."""
    for policy in policies:
        for title, found in policy.rules_at(Stage.NORMAL):
            if found.action == "Allow" and not found.destination.nets:
                yield title


def _layout(shares: bool) -> str:
    return f"cluster-host and mgmt {'share an interface' if shares else 'have interfaces of their own'}"


def _listed(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))
