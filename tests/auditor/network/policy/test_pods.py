"""What the policies of a pod let in: Kubernetes' and Calico's together, in the order of their tiers."""

import msgspec
import pytest

from auditor.network.policy.clusters import addresses, facts, from_yaml, packet, pod
from auditor.network.policy.shop import (
    CLUSTER,
    DB,
    EVERYBODY,
    ISOLATED,
    NAME,
    OFFICE,
    OUTSIDE,
    PROBE,
    WEB,
    calico,
    judged,
    policies,
)
from chaudit import CannotTellError
from chaudit.evidence.reading import State
from chaudit_network.kinds.calico_policy import NetworkPolicy
from chaudit_network.policy.pods import pod_policies
from chaudit_network.policy.policies import for_host, in_order


def test_a_pod_without_policies_is_open_to_all() -> None:
    elsewhere = ISOLATED.replace("shop", "ops")

    found = policies(elsewhere)

    assert judged(elsewhere) == (EVERYBODY, [])
    assert not found.restrict(NAME)
    assert found.restrict(("ops", "probe"))


def test_a_policy_about_what_goes_out_does_not_restrict() -> None:
    found = policies(ISOLATED.replace("Ingress", "Egress"))

    assert not found.restrict(NAME)


def test_an_isolated_pod_is_closed_to_all_and_each_policy_opens_it_to_some() -> None:
    allowing = """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: from-web, namespace: shop}
      spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}
    """

    assert judged(ISOLATED) == ([], EVERYBODY)
    assert judged(ISOLATED, allowing) == ([WEB], [DB, PROBE, OUTSIDE, OFFICE])


def test_each_family_is_judged_by_its_own_addresses() -> None:
    by_block = """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: v4, namespace: shop}
      spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}
    """

    found = policies(by_block).passage(NAME, packet("fd00::1"))

    assert addresses(found.closed, ["2001:db8::1", "fd00::2"]) == ["2001:db8::1", "fd00::2"]


@pytest.mark.parametrize(
    ("spec", "is_open"),
    [
        ("{order: 999, ingress: [{action: Deny}]}", False),
        ("{order: 999, ingress: [{action: Allow}]}", True),
        ("{order: 1001, ingress: [{action: Deny}]}", True),
        ("{ingress: [{action: Deny}]}", True),
        ("{order: 999, selector: app == 'web', ingress: [{action: Deny}]}", True),
        ("{order: 999, namespaceSelector: team == 'b', ingress: [{action: Deny}]}", True),
        ("{order: 999, namespaceSelector: team == 'a', ingress: [{action: Deny}]}", False),
        ("{order: 999, serviceAccountSelector: projectcalico.org/name == 'x', ingress: [{action: Deny}]}", True),
        ("{order: 999, serviceAccountSelector: projectcalico.org/name == 'default', ingress: [{action: Deny}]}", False),
        ("{order: 999, types: [Egress], ingress: [{action: Deny}]}", True),
        ("{order: 999, doNotTrack: true, applyOnForward: true, ingress: [{action: Deny}]}", True),
        ("{order: 999, preDNAT: true, applyOnForward: true, ingress: [{action: Deny}]}", True),
        ("{order: 999, ingress: [{action: Deny, protocol: UDP}]}", True),
        ("{order: 999, ingress: [{action: Deny, protocol: TCP, destination: {ports: [sql]}}]}", False),
        ("{order: 999, ingress: [{action: Deny, destination: {selector: app == 'db'}}]}", False),
        ("{order: 999, ingress: [{action: Deny, destination: {selector: app == 'web'}}]}", True),
    ],
)
def test_policies_of_calico_and_of_kubernetes_are_in_one_order(spec: str, is_open: bool) -> None:
    """The NetworkPolicy, of order 1000, lets everybody in."""
    everybody = ISOLATED.replace("policyTypes", "ingress: [{}], policyTypes")

    assert judged(everybody, calico("other", spec)) == ((EVERYBODY, []) if is_open else ([], EVERYBODY))


def test_a_tier_before_the_default_one_decides_or_passes_on() -> None:
    tier = calico("first", "{order: 10}", "Tier")
    rules = "[{action: Pass, source: {nets: [10.0.0.0/8]}}, {action: Allow, source: {nets: [192.0.2.0/24]}}]"
    policy = calico("gate", f"{{tier: first, ingress: {rules}}}")

    assert judged(tier, policy) == ([DB, WEB, PROBE, OFFICE], [OUTSIDE])
    assert judged(tier, policy, ISOLATED) == ([OFFICE], [DB, WEB, PROBE, OUTSIDE])


def test_a_tier_that_ends_in_pass_leaves_the_rest_to_the_next() -> None:
    tier = calico("first", "{order: 10, defaultAction: Pass}", "Tier")
    policy = calico("gate", "{tier: first, ingress: [{action: Deny, source: {nets: [192.0.2.0/24]}}]}")

    assert judged(tier, policy) == ([DB, WEB, PROBE, OUTSIDE], [OFFICE])


def test_rules_of_a_namespaced_policy_of_calico_stay_in_their_namespace() -> None:
    rules = "[{action: Allow, source: {selector: has(app)}}]"
    negative = "[{action: Allow, source: {notSelector: app == 'web'}}]"
    wide = "[{action: Allow, source: {selector: has(app), namespaceSelector: all()}}]"

    def by(said: str) -> list[str]:
        return judged(calico("p", f"{{ingress: {said}}}", "NetworkPolicy", within="shop"))[0]

    assert by(rules) == [DB, WEB]
    assert by(negative) == [DB]
    assert by(wide) == [DB, WEB, PROBE]


def test_an_illegible_policy_of_a_namespace_is_not_about_hosts() -> None:
    said = {"metadata": {"name": "p", "namespace": "shop"}, "spec": {"selector": "app = 'db'"}}

    assert for_host(in_order((), [msgspec.convert(said, NetworkPolicy)]), {}) == ()


def test_ports_have_the_names_that_containers_give_them_those_that_initialise_too() -> None:
    db = CLUSTER[2]
    spec = {**db["spec"], "initContainers": [{"name": "i", "ports": [{"containerPort": 15020, "name": "ready"}]}]}
    objects = [*CLUSTER[:2], {**db, "spec": spec}]
    by_name = ISOLATED.replace("policyTypes", "ingress: [{ports: [{port: ready}]}], policyTypes")

    found = facts([*objects, *from_yaml(by_name)]).get(pod_policies)

    assert addresses(found.passage(NAME, packet(DB, 15020)).open, EVERYBODY) == EVERYBODY
    assert addresses(found.passage(NAME, packet(DB, 15020, "UDP")).open, EVERYBODY) == []


def test_policies_of_other_namespaces_do_not_select() -> None:
    assert judged(calico("p", "{}", "NetworkPolicy", within="ops")) == (EVERYBODY, [])


def test_reasons_name_the_kind_of_policy_and_its_rule() -> None:
    of_calico = calico("p", "{order: 1, ingress: [{action: Log}, {action: Allow}]}", "NetworkPolicy", within="shop")

    decisions = policies(ISOLATED).passage(NAME, packet(DB)).decisions
    others = policies(of_calico).passage(NAME, packet(DB)).decisions

    assert [one.name for one in decisions] == ["the end of tier default"]
    assert [one.name for one in others] == ["Calico NetworkPolicy shop/p rule 2"]


def test_pods_on_the_host_network_have_no_policy_of_their_own() -> None:
    on_host = pod("agent", "192.168.206.2", namespace="shop")
    objects = [*CLUSTER, {**on_host, "spec": {**on_host["spec"], "hostNetwork": True}}, *from_yaml(ISOLATED)]
    objects.append(pod("unlabelled", "10.0.0.9", namespace="shop"))

    found = facts(objects).get(pod_policies)

    assert found.restrict(("shop", "unlabelled"))
    assert not found.restrict(("shop", "agent"))
    assert addresses(found.passage(("shop", "agent"), packet("192.168.206.2")).open, EVERYBODY) == EVERYBODY


def test_a_pod_that_is_not_in_the_list_cannot_be_judged() -> None:
    found = policies()

    assert found.restrict(("shop", "gone"))
    with pytest.raises(CannotTellError, match="pods: shop/gone is not in the list"):
        found.passage(("shop", "gone"), packet(DB))


def test_a_policy_that_may_select_the_pod_decides_perhaps() -> None:
    unknown = (
        "{order: 1, serviceAccountSelector: role == 'x', ingress: [{action: Deny, source: {nets: [192.0.2.0/24]}}]}"
    )

    assert judged(calico("p", unknown)) == ([], [])
    assert judged(calico("p", unknown.replace("{order: 1,", "{order: 1, selector: app == 'web',"))) == (EVERYBODY, [])


def test_what_a_rule_means_that_cannot_be_told_is_open_to_nobody_surely() -> None:
    by_account = "[{action: Allow, source: {serviceAccounts: {names: [a]}}}]"
    by_set = "[{action: Allow, source: {selector: trust == 'yes'}}]"

    assert judged(calico("p", f"{{ingress: {by_account}}}")) == ([], [])
    assert judged(calico("p", f"{{ingress: {by_set}}}"), unread={"network-sets": State.DENIED}) == ([], [])
    assert judged(calico("p", f"{{ingress: {by_set}}}")) == ([], EVERYBODY)


def test_pods_alike_share_what_was_judged_and_ports_in_between_too() -> None:
    found = policies(ISOLATED.replace("policyTypes", "ingress: [{ports: [{port: 80}]}], policyTypes"))

    first = found.passage(NAME, packet(DB, 8000))

    assert found.passage(NAME, packet(DB, 8001)) is first
    assert found.passage(("shop", "web"), packet(WEB, 8000)) is first
    assert found.passage(NAME, packet(DB, 80)) is not first
