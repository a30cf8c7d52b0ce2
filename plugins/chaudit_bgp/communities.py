"""Whether the communities that scope advertisements exist, and are on all that is told."""

from collections.abc import Sequence

from chaudit import DoesNotApplyError, Reading, Severity, Unknown, Verdicts, Violation, rule, view
from chaudit_bgp.words import listed
from chaudit_network.addresses import parse_network
from chaudit_network.bgp.advertisements import Advertisements
from chaudit_network.bgp.calico_communities import community_of
from chaudit_network.bgp.filters import within
from chaudit_network.bgp.peers import Speaker
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.calico_bgp import BGP_CONFIGURATIONS, BGPConfiguration
from chaudit_network.kinds.metallb import COMMUNITIES, Community
from chaudit_network.kinds.metallb_addresses import BGP_ADVERTISEMENTS, BGPAdvertisement
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.unread import Unread, unread

_ALL_NODES = "default"

Tagging = BGPConfiguration | BGPAdvertisement | Unread


@view(BGP_CONFIGURATIONS.reading, BGP_ADVERTISEMENTS.reading)
def tagging(configurations: Reading[BGPConfiguration], advertisements: Reading[BGPAdvertisement]) -> Sequence[Tagging]:
    """Return what tags routes with communities.

    Raises:
        DoesNotApplyError: nothing does.
    """
    found: list[Tagging] = [one for one in configurations.objects if one.spec.prefix_advertisements]
    found += (one for one in advertisements.objects if one.spec.communities)
    found += (*unread(configurations), *unread(advertisements))
    if not found:
        raise DoesNotApplyError("no route is tagged with a community")
    return found


@rule(
    "BGP-013",
    "Communities exist by the names that are used, and are on all that is told",
    severity=Severity.INFO,
    each=tagging,
    using=(bgp_advertisements, COMMUNITIES.reading),
    remediation="Define the community in `communities` of the same BGPConfiguration, or in a Community object of "
    "MetalLB, or write its value. Let the CIDRs of `prefixAdvertisements` hold what is advertised.",
    references=(
        "https://docs.tigera.io/calico/latest/reference/resources/bgpconfig#communities",
        "https://metallb.io/configuration/_advanced_bgp_configuration/#community-aliases",
        "https://www.rfc-editor.org/rfc/rfc1997",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S19"),),
)
def communities_are_there(judged: Tagging, told: Advertisements, communities: Reading[Community]) -> Verdicts:
    """Routers decide by communities how far a route is carried: one with NO_EXPORT ends with them.

    A name that stands for nothing is left out in silence, and a tag for a CIDR is only on prefixes within it, so that
    the rest goes as far as routes go.
    """
    match judged:
        case Unread():
            yield Unknown(str(judged))
        case BGPAdvertisement():
            values = {one.name: one.value for found in communities.records for one in found.spec.communities}
            yield from _dangling(judged.spec.communities, values)
        case BGPConfiguration():
            yield from _of_calico(judged, told)


def _of_calico(found: BGPConfiguration, told: Advertisements) -> Verdicts:
    values = {one.name: one.value for one in found.spec.communities}
    tags = found.spec.prefix_advertisements or ()
    yield from _dangling([name for one in tags for name in one.communities], values)
    if found.name != _ALL_NODES:
        return
    own = [one for one in told if one.route.speaker is Speaker.CALICO]
    if bare := {one.prefix for one in own if not one.communities and not one.doubt}:
        yield Violation(f"{listed(bare)} is told to the outside without a community")
    networks = [parse_network(one.cidr) for one in tags if one.cidr]
    unused = [one for one in networks if not any(within(told_one.prefix, one) for told_one in own)]
    yield from (Unknown(str(gap)) for gap in told.unread)
    if unused and not told.unread:
        yield Violation(f"nothing that is told to the outside lies in {listed(unused)}")


def _dangling(names: Sequence[str], values: dict[str, str]) -> Verdicts:
    if unknown := {name for name in names if not community_of(name, values)}:
        yield Violation(f"no community is called {listed(unknown)}")
