"""All rules of this pack."""

from collections.abc import Sequence
from typing import Any

from chaudit import Rule
from chaudit_ha.agreement import servers_agree
from chaudit_ha.announcers import addresses_have_two_announcers
from chaudit_ha.backends import balancers_have_two_nodes_up
from chaudit_ha.control_plane import control_plane_survives_a_node
from chaudit_ha.excluded import excluded_nodes_leave_two
from chaudit_ha.health_checks import load_balancers_can_check_nodes
from chaudit_ha.load_balancers import load_balancers_have_an_address
from chaudit_ha.local_services import local_services_have_endpoints_on_two_nodes
from chaudit_ha.names import names_lead_to_several_nodes
from chaudit_ha.record_sets import records_are_forgotten_quickly
from chaudit_ha.replicas import exposed_services_have_replicas_on_several_nodes
from chaudit_ha.targets import records_lead_to_nodes_that_answer

RULES: Sequence[Rule[Any]] = (
    names_lead_to_several_nodes,
    records_lead_to_nodes_that_answer,
    local_services_have_endpoints_on_two_nodes,
    exposed_services_have_replicas_on_several_nodes,
    load_balancers_have_an_address,
    addresses_have_two_announcers,
    excluded_nodes_leave_two,
    control_plane_survives_a_node,
    load_balancers_can_check_nodes,
    records_are_forgotten_quickly,
    balancers_have_two_nodes_up,
    servers_agree,
)
