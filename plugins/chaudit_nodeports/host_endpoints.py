"""Whether host policy can reach an interface at all: by a HostEndpoint, and by a policy that selects it."""

from chaudit import NotApplicable, Reading, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.exposure.arrivals import EdgeNode, edge_nodes
from chaudit_network.exposure.host_policies import HostPolicies, host_policies
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.calico_controllers import KUBE_CONTROLLERS_CONFIGURATIONS, KubeControllersConfiguration
from chaudit_network.kinds.calico_policy import HOST_ENDPOINTS, HostEndpoint
from chaudit_network.policy.chains import HostPolicy
from chaudit_network.policy.policy import Policy, Stage

_REFERENCES = (
    "https://docs.tigera.io/calico/latest/reference/resources/hostendpoint",
    "https://docs.tigera.io/calico/latest/reference/host-endpoints/summary",
)

_EFFECTS = {
    True: "everything passes",
    False: "everything but failsafe ports is dropped",
    None: "its profiles decide, whose rules are not known",
}
"""What becomes of packets to the host that no policy decides, by whether its policy allows by default."""


@rule(
    "NPT-006",
    "Every external interface has a HostEndpoint",
    severity=Severity.HIGH,
    each=edge_nodes,
    using=(KUBE_CONTROLLERS_CONFIGURATIONS.reading,),
    remediation="Create a HostEndpoint whose `node` is Calico's name of the node and whose `interfaceName` is the "
    "operating system's name of the interface, with the labels that your policies select; or let "
    "calico-kube-controllers create one for each node (`hostEndpoint.autoCreate`), and look at its log where it does "
    "not.",
    references=_REFERENCES,
    controls=(CLUSTER_HOST_NETWORK.at("S6", "S8"), NIST.at("SC-7")),
)
def external_interfaces_have_a_host_endpoint(
    node: EdgeNode, controllers: Reading[KubeControllersConfiguration]
) -> Verdicts:
    """Calico leaves an interface alone that has no HostEndpoint: no policy applies there, whatever policies say.

    A name mistyped in `node` or `interfaceName` has the same effect, and nothing reports it.
    """
    is_awaited = any(one.name == "default" and one.makes_host_endpoints for one in controllers.objects)
    awaited = ", though calico-kube-controllers is set to make one for every node (autoCreate)" if is_awaited else ""
    for arrival in node.arrivals:
        if arrival.doubt:
            yield Unknown(f"{arrival}: {arrival.doubt}")
        elif arrival.endpoint is None and arrival.place.network:
            yield Violation(f"no HostEndpoint for {arrival}{awaited}", {"network": arrival.place.network})
        elif arrival.endpoint is None:
            yield Unknown(f"no HostEndpoint for {arrival}, which is in no known network, so that it may be external")
    for gap in node.gaps:
        yield Unknown(gap)
    if not node.arrivals and not node.gaps:
        yield NotApplicable("the node is not known to have an address in an external network")


@rule(
    "NPT-007",
    "Every HostEndpoint is selected by a policy",
    severity=Severity.HIGH,
    each=HOST_ENDPOINTS,
    using=(host_policies,),
    remediation="Correct the labels of the HostEndpoint or the selector of the policy. `iftype == 'oam'` does not "
    "select an interface that OAM shares, whose label is `oam.mgmt`; a policy with a namespaceSelector is about pods.",
    references=_REFERENCES,
    controls=(CLUSTER_HOST_NETWORK.at("S6"),),
)
def host_endpoints_are_selected_by_a_policy(endpoint: HostEndpoint, policies: HostPolicies) -> Verdicts:
    """Without a policy a HostEndpoint drops everything but failsafe ports, or, by its profile, lets everything pass.

    Neither is what anybody wanted. It is what remains when a label or a selector was mistyped. A policy with preDNAT or
    doNotTrack changes nothing about what is dropped in the end.
    """
    policy = policies.of(endpoint)
    for direction in ("Ingress", "Egress"):
        sure = [one for applied in policy.tiers for one in applied.sure if direction in one.types]
        perhaps = [one for applied in policy.tiers for one in applied.perhaps if direction in one.types]
        if any(_counts(one, policy) for one in sure):
            continue
        if doubtful := [one.title for one in perhaps if _counts(one, policy)]:
            yield Unknown(f"whether {doubtful[0]} selects it cannot be told")
        elif sure and policy.allows_by_default is None:
            yield Unknown(f"whether its profiles allow what no policy with type {direction} decides is not known")
        else:
            effect = _EFFECTS[policy.allows_by_default]
            none = f"no policy with type {direction} selects it: {effect}"
            only = f"only preDNAT and doNotTrack policies with type {direction} select it: what they do not allow"
            yield Violation(f"{only} is dropped" if sure else none, {"labels": endpoint.metadata.labels})


def _counts(one: Policy, policy: HostPolicy) -> bool:
    """Whether a policy takes the place of dropping: one of another class than the normal does so by a profile only."""
    return policy.allows_by_default or one.stage is Stage.NORMAL
