"""All rules of this pack."""

from collections.abc import Sequence
from typing import Any

from chaudit import Rule
from chaudit_ingress.direct import http_comes_in_by_a_controller
from chaudit_ingress.encryption import hosts_are_served_by_tls
from chaudit_ingress.ingress_nginx import ingress_controller_is_maintained, ingress_nginx_has_the_last_fixes
from chaudit_ingress.latitude import ingress_is_confined
from chaudit_ingress.openness import namespaces_are_opened_by_choice
from chaudit_ingress.reach import ingress_controller_is_reached_where_meant
from chaudit_ingress.redundancy import ingress_controller_is_redundant
from chaudit_ingress.served import ingress_or_gateway_is_served
from chaudit_ingress.status import addresses_are_of_the_cluster

RULES: Sequence[Rule[Any]] = (
    http_comes_in_by_a_controller,
    ingress_or_gateway_is_served,
    ingress_controller_is_redundant,
    ingress_controller_is_maintained,
    ingress_nginx_has_the_last_fixes,
    ingress_controller_is_reached_where_meant,
    hosts_are_served_by_tls,
    ingress_is_confined,
    addresses_are_of_the_cluster,
    namespaces_are_opened_by_choice,
)
