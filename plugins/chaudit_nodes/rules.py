"""All rules of this pack."""

from collections.abc import Sequence
from typing import Any

from chaudit import Rule
from chaudit_nodes.addressing import addresses_are_given_out_once
from chaudit_nodes.agents import cni_agent_is_healthy, services_are_served_by_one_proxy
from chaudit_nodes.attachment import node_is_on_the_cluster_host_network
from chaudit_nodes.cni_address import kubelet_and_cni_use_one_network
from chaudit_nodes.deployment import hosts_and_nodes_agree
from chaudit_nodes.inventory import all_addresses_of_a_node_are_known
from chaudit_nodes.pools import pods_get_addresses_of_a_pool
from chaudit_nodes.secondary_networks import secondary_networks_stay_inside
from chaudit_nodes.sharing import management_is_apart_from_outsiders, networks_share_an_interface_as_declared
from chaudit_nodes.uplinks import nodes_have_two_links

RULES: Sequence[Rule[Any]] = (
    node_is_on_the_cluster_host_network,
    hosts_and_nodes_agree,
    kubelet_and_cni_use_one_network,
    addresses_are_given_out_once,
    networks_share_an_interface_as_declared,
    management_is_apart_from_outsiders,
    cni_agent_is_healthy,
    services_are_served_by_one_proxy,
    pods_get_addresses_of_a_pool,
    nodes_have_two_links,
    secondary_networks_stay_inside,
    all_addresses_of_a_node_are_known,
)
