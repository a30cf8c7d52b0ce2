"""What Calico's nodes pass on to routers outside, of what they heard from other nodes."""

from chaudit import view
from chaudit_network.bgp.advertisements import Advertisements
from chaudit_network.bgp.calico_routes import ServiceRanges
from chaudit_network.bgp.filters import Filters, bgp_filters
from chaudit_network.bgp.passing import Passing
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_routes import service_ranges
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions
from chaudit_network.views.unread import Unread


@view(bgp_sessions, bgp_advertisements, bgp_filters, service_ranges)
def bgp_passing(
    sessions: Sessions, advertisements: Advertisements, filters: Filters, ranges: ServiceRanges | Unread
) -> Passing:
    """Put together what decides over it."""
    return Passing(sessions.calico, advertisements.groups, filters, ranges)
