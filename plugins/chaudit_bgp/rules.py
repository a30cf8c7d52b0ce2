"""All rules of this pack."""

from collections.abc import Sequence
from typing import Any

from chaudit import Rule
from chaudit_bgp.authentication import external_session_is_authenticated
from chaudit_bgp.cluster_ips import cluster_ips_stay_inside
from chaudit_bgp.communities import communities_are_there
from chaudit_bgp.declared import declared_peer_is_configured
from chaudit_bgp.established import sessions_are_established
from chaudit_bgp.exports import exports_are_intended
from chaudit_bgp.imports import imports_are_filtered
from chaudit_bgp.mesh import mesh_fits
from chaudit_bgp.next_hops import next_hop_is_a_cluster_host_address
from chaudit_bgp.passing import only_nodes_with_endpoints_announce
from chaudit_bgp.pools import pool_is_announced_once
from chaudit_bgp.protection import external_session_is_guarded
from chaudit_bgp.reach import service_has_two_ways
from chaudit_bgp.received import heard_by_two_ways, heard_prefix_is_intended, router_heard_it
from chaudit_bgp.redundancy import peering_is_redundant

RULES: Sequence[Rule[Any]] = (
    declared_peer_is_configured,
    peering_is_redundant,
    sessions_are_established,
    external_session_is_authenticated,
    external_session_is_guarded,
    imports_are_filtered,
    exports_are_intended,
    cluster_ips_stay_inside,
    service_has_two_ways,
    next_hop_is_a_cluster_host_address,
    pool_is_announced_once,
    mesh_fits,
    communities_are_there,
    router_heard_it,
    heard_prefix_is_intended,
    heard_by_two_ways,
    only_nodes_with_endpoints_announce,
)
