"""Whether the inner addresses of all services are told to the outside."""

from collections.abc import Sequence

import msgspec

from chaudit import (
    DoesNotApplyError,
    Severity,
    Subject,
    Unknown,
    Verdicts,
    Violation,
    rule,
    view,
)
from chaudit_bgp.outside import NOBODY
from chaudit_bgp.words import listed
from chaudit_network.bgp.advertisements import Advertisement, Advertisements
from chaudit_network.bgp.filters import within
from chaudit_network.bgp.routes import Origin
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.service_networks import ServiceNetworks, service_networks
from chaudit_network.views.unread import Unread


class ToldRange(msgspec.Struct, frozen=True):
    """A range of cluster IPs that peers outside hear of."""

    told: Advertisement

    @property
    def subject(self) -> Subject:
        """The range."""
        return Subject("Prefix", name=str(self.told.prefix))


@view(bgp_advertisements)
def told_cluster_ips(advertisements: Advertisements) -> Sequence[ToldRange | Unread]:
    """Select the ranges of cluster IPs, each once.

    Raises:
        DoesNotApplyError: there is no peer outside.
    """
    if not advertisements.groups and not advertisements.unread:
        raise DoesNotApplyError(NOBODY)
    ranges = [one for one in advertisements if one.route.origin is Origin.CLUSTER_IPS and not one.route.services]
    once = {one.prefix: one for one in sorted(ranges, key=lambda one: bool(one.doubt), reverse=True)}
    return [*advertisements.unread, *map(ToldRange, once.values())]


@rule(
    "BGP-008",
    "The network of cluster IPs is not advertised as a whole",
    severity=Severity.HIGH,
    each=told_cluster_ips,
    using=(service_networks,),
    remediation="Give services for the outside load balancer IPs and advertise these; take the range out "
    "of `serviceClusterIPs` of the BGPConfiguration, or `CALICO_ADVERTISE_CLUSTER_IPS` out of calico-node. Where it "
    "must stay, deny by destination in a preDNAT GlobalNetworkPolicy what nobody outside needs.",
    references=(
        "https://docs.tigera.io/calico/latest/networking/configuring/advertise-service-ips",
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://github.com/projectcalico/calico/issues/7049",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S19"), NIST.at("SC-7(5)")),
)
def cluster_ips_stay_inside(judged: ToldRange | Unread, networks: ServiceNetworks) -> Verdicts:
    """Every service has a cluster IP, those that nobody thought of as public too: the API itself, DNS, webhooks.

    With a route to their network all of them can be reached from outside, and so can ports of the nodes by way of any
    of its addresses that no service has.
    """
    if isinstance(judged, Unread):
        yield Unknown(str(judged))
        return
    told = judged.told
    if told.doubt:
        yield Unknown(f"it may be told: {told.doubt}")
        return
    own = [network for network in networks.all() if network.version == told.prefix.version]
    peers = listed(told.group.called)
    whole = [network for network in own if within(network, told.prefix)]
    if whole:
        yield Violation(f"all cluster IPs, {listed(whole)}, are told to {peers}")
    elif any(within(told.prefix, network) for network in own):
        yield Violation(f"a part of the cluster IPs, {listed(own)}, is told to {peers}", severity=Severity.LOW)
    else:
        yield Violation(f"it is told to {peers}, though no cluster IP is ever from there", severity=Severity.LOW)
