"""All rules of this pack."""

from collections.abc import Sequence
from typing import Any

from chaudit import Rule
from chaudit_platform.admission import api_server_refuses_external_ips
from chaudit_platform.evidence import all_evidence_was_read
from chaudit_platform.external_ips import no_service_claims_external_ips
from chaudit_platform.policies import policy_can_take_effect
from chaudit_platform.proxies import kube_proxy_mode_has_a_future
from chaudit_platform.rights import only_administrators_rewrite_the_firewall, only_controllers_set_addresses

RULES: Sequence[Rule[Any]] = (
    no_service_claims_external_ips,
    api_server_refuses_external_ips,
    only_controllers_set_addresses,
    only_administrators_rewrite_the_firewall,
    kube_proxy_mode_has_a_future,
    policy_can_take_effect,
    all_evidence_was_read,
)
