"""All rules of this pack."""

from collections.abc import Sequence
from typing import Any

from chaudit import Rule
from chaudit_nodeports.addresses import every_node_serves_node_ports, node_port_addresses_are_limited
from chaudit_nodeports.backing import exposed_services_have_a_usable_endpoint
from chaudit_nodeports.budget import node_ports_stay_within_budget
from chaudit_nodeports.control_plane import control_plane_is_closed_to_outsiders
from chaudit_nodeports.enforcement import policies_are_enforced
from chaudit_nodeports.failsafe import failsafe_ports_are_few
from chaudit_nodeports.families import node_port_is_as_closed_over_ipv6
from chaudit_nodeports.forwarding import node_ports_are_seen_by_host_policy
from chaudit_nodeports.hidden_clients import clients_are_told_apart_where_they_are_seen
from chaudit_nodeports.host_endpoints import (
    external_interfaces_have_a_host_endpoint,
    host_endpoints_are_selected_by_a_policy,
)
from chaudit_nodeports.host_ports import host_network_pods_belong_there, host_ports_are_closed_to_outsiders
from chaudit_nodeports.isolation import namespaces_deny_by_default
from chaudit_nodeports.loopback import loopback_serves_no_node_ports
from chaudit_nodeports.needless import load_balancers_have_no_needless_node_ports
from chaudit_nodeports.outsiders import node_ports_are_closed_to_outsiders
from chaudit_nodeports.ownership import exposed_services_belong_to_somebody
from chaudit_nodeports.pre_dnat import cluster_is_not_cut_off, node_ports_are_denied_in_the_end
from chaudit_nodeports.ranges import policies_cover_the_range_of_node_ports
from chaudit_nodeports.sensitive import services_that_trust_their_network_are_inside
from chaudit_nodeports.source_ranges import source_ranges_are_not_passed_by
from chaudit_nodeports.trials import ways_in_answer_as_expected

RULES: Sequence[Rule[Any]] = (
    node_ports_are_closed_to_outsiders,
    node_port_addresses_are_limited,
    every_node_serves_node_ports,
    node_port_is_as_closed_over_ipv6,
    node_ports_are_seen_by_host_policy,
    external_interfaces_have_a_host_endpoint,
    host_endpoints_are_selected_by_a_policy,
    node_ports_are_denied_in_the_end,
    cluster_is_not_cut_off,
    load_balancers_have_no_needless_node_ports,
    source_ranges_are_not_passed_by,
    clients_are_told_apart_where_they_are_seen,
    namespaces_deny_by_default,
    policies_are_enforced,
    host_ports_are_closed_to_outsiders,
    host_network_pods_belong_there,
    control_plane_is_closed_to_outsiders,
    failsafe_ports_are_few,
    node_ports_stay_within_budget,
    policies_cover_the_range_of_node_ports,
    exposed_services_have_a_usable_endpoint,
    services_that_trust_their_network_are_inside,
    exposed_services_belong_to_somebody,
    loopback_serves_no_node_ports,
    ways_in_answer_as_expected,
)
