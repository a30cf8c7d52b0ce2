"""What the nodes tell routers outside: which prefixes, from which nodes, and who is said to be the way there.

It is what the objects come to: no router is asked whether it heard it.
"""

from chaudit import view
from chaudit_network.bgp.advertisements import Advertisements, Exports, groups_of
from chaudit_network.bgp.filters import Filters, bgp_filters
from chaudit_network.bgp.routes import Routes
from chaudit_network.views.bgp_routes import bgp_routes
from chaudit_network.views.bgp_sessions import Sessions, bgp_sessions


@view(bgp_sessions, bgp_routes, bgp_filters)
def bgp_advertisements(sessions: Sessions, routes: Routes, filters: Filters) -> Advertisements:
    """Let the routes out to the peers outside."""
    groups = groups_of(sessions.external, routes.found)
    exports = Exports(groups, filters)
    found = [one for route in routes.found for one in exports.of(route)]
    return Advertisements(found, groups, dict(routes.doubts), tuple(dict.fromkeys((*sessions.unread, *routes.unread))))
