"""Whether nodes take from routers outside only the routes that they are meant to take."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import msgspec

from chaudit import (
    CannotTellError,
    DoesNotApplyError,
    NotApplicable,
    Reading,
    Severity,
    Subject,
    Unknown,
    Verdicts,
    Violation,
    printable,
    rule,
    view,
)
from chaudit_bgp.outside import NOBODY, PeerOf, internal_peers
from chaudit_network.addresses import parse_address
from chaudit_network.bgp.filters import Filters, bgp_filters, takes_all
from chaudit_network.bgp.peers import Peer, Peering, Peerings, Speaker
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.calico_bgp import FilterRule
from chaudit_network.kinds.frr import FRR_CONFIGURATIONS, FRRConfiguration
from chaudit_network.views.bgp_peerings import external_peerings, is_outside
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.unread import Unread

_ALL = "all"
_IPV4 = 4


class Importer(msgspec.Struct, frozen=True):
    """An object that configures sessions with the outside, and the neighbours of FRR from which everything is taken."""

    subject: Subject
    peers: tuple[Peer, ...]
    open_neighbors: tuple[str, ...] = ()


@view(external_peerings, FRR_CONFIGURATIONS.reading, node_addresses)
def importers(
    peerings: Peerings, configurations: Reading[FRRConfiguration], nodes: NodeAddresses
) -> Sequence[Importer | Unread]:
    """Return what configures sessions with the outside.

    To the neighbours of MetalLB's peers, which are not configured twice, FRRConfigurations may add what they take.

    Raises:
        DoesNotApplyError: nothing does.
    """
    open_to = {found.subject: tuple(_open_neighbors(found, nodes)) for found in configurations.objects}
    found: list[Importer | Unread] = list(peerings.unread)
    found += [_importer(peering, open_to.pop(peering.subject, ())) for peering in peerings.found]
    found += [Importer(subject, (), neighbors) for subject, neighbors in open_to.items() if neighbors]
    if not found:
        raise DoesNotApplyError(NOBODY)
    return found


def _importer(peering: Peering, open_neighbors: tuple[str, ...]) -> Importer:
    return Importer(peering.subject, peering.peers, open_neighbors)


def _open_neighbors(found: FRRConfiguration, nodes: NodeAddresses) -> Iterator[str]:
    for router in found.spec.bgp.routers:
        for neighbor in router.neighbors:
            with suppress(CannotTellError):  # what is no address is unread as a peer already
                address = parse_address(neighbor.address) if neighbor.address else None
                if neighbor.to_receive.allowed.mode == _ALL and is_outside(address, nodes):
                    yield neighbor.address or neighbor.interface


@rule(
    "BGP-006",
    "Routes from external BGP peers are filtered",
    severity=Severity.HIGH,
    each=importers,
    using=(bgp_filters, internal_peers, bgp_sessions),
    remediation="Calico: name a BGPFilter in `filters` of the BGPPeer whose `importV4` and `importV6` accept what is "
    "wanted, a default route perhaps, and end in a rule with nothing but `action: Reject`. FRR-K8s: list the prefixes "
    "in `toReceive.allowed.prefixes`.",
    references=(
        "https://docs.tigera.io/calico/latest/reference/resources/bgpfilter",
        "https://www.rfc-editor.org/rfc/rfc7454#section-6",
        "https://github.com/metallb/frr-k8s/blob/main/API-DOCS.md",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S18"), NIST.at("AC-4", "SC-7")),
)
def imports_are_filtered(
    importer: Importer | Unread, filters: Filters, internal: frozenset[PeerOf], sessions: Sessions
) -> Verdicts:
    """A router that is compromised, or misconfigured, can draw any traffic of the nodes to itself: one route will do.

    Calico takes every route unless a filter says otherwise, and what no rule of a filter matches is taken as well; a
    filter that does not exist filters nothing. MetalLB takes no route, and what Cilium hears it does not put into
    effect.
    """
    if isinstance(importer, Unread):
        yield Unknown(str(importer))
        return
    for name in importer.open_neighbors:
        yield Violation(f"every route is taken from {printable(name)}: toReceive.allowed.mode is all")
    for peer in importer.peers:
        match peer.speaker:
            case Speaker.CALICO:
                is_internal = (importer.subject, peer.name) in internal
                broken = list(_by_filters(peer, filters, is_internal=is_internal))
                yield from broken
                if not broken and any(_by_filters(peer, filters, is_internal=not is_internal)):
                    yield from (Unknown(str(gap)) for gap in sessions.unread)  # may be of nodes in another AS
            case Speaker.FRR if peer.doubt:
                yield Unknown(f"peer {peer}: {peer.doubt}")
    if importer.peers and all(peer.speaker is Speaker.CILIUM for peer in importer.peers):
        yield NotApplicable("Cilium puts no route into effect that it hears from peers")


def _by_filters(peer: Peer, filters: Filters, *, is_internal: bool) -> Iterator[Violation]:
    """Yield why more than the accepted routes come in, in the family that the session carries."""
    name = "importV4" if peer.address and peer.address.version == _IPV4 else "importV6"
    if not peer.filters:
        yield Violation(f"peer {peer}: no BGPFilter, so that every route is taken")
        return
    rules: list[tuple[str, int, FilterRule]] = []
    for filter_name in peer.filters:
        if (found := filters.named(filter_name)) is None:
            yield Violation(f"peer {peer}: there is no BGPFilter {printable(filter_name)}, which filters nothing")
            continue
        own = found.spec.import_v4 if name == "importV4" else found.spec.import_v6
        rules += [(filter_name, number, one) for number, one in enumerate(own, start=1)]
    last = next((one for one in rules if takes_all(one[2], is_internal=is_internal, is_import=True)), None)
    if last is None:
        yield Violation(f"peer {peer}: what no rule of {name} matches is taken, expected a last rule that rejects it")
    elif last[2].action != "Reject":
        yield Violation(f"peer {peer}: rule {last[1]} of {name} in BGPFilter {printable(last[0])} takes every route")
