"""The order of tiers and policies, whom a policy speaks of, and at which stages."""

from collections.abc import Iterable

import msgspec
import pytest

from auditor.network.policy.written import (
    ALLOW,
    CLASSES,
    DENY,
    host,
    policy,
    rules_for,
    tier,
    to_pod,
    to_ports,
    to_process,
    verdict,
)
from chaudit import CannotTellError
from chaudit_network.kinds.calico_policy import GlobalNetworkPolicy, NetworkPolicy, Tier
from chaudit_network.policy.evaluation import Action
from chaudit_network.policy.policies import for_host, in_order
from chaudit_network.policy.policy import Stage


def names_of_tiers(tiers: Iterable[Tier], policies: Iterable[GlobalNetworkPolicy]) -> list[str]:
    return [found.name for found in in_order(tiers, policies)]


def names(*policies: GlobalNetworkPolicy) -> list[str]:
    return [found.name for ordered in in_order((), policies) for found in ordered.policies]


def stages(said: GlobalNetworkPolicy) -> frozenset[Stage]:
    ((found,),) = (ordered.policies for ordered in in_order((), [said]))
    return found.stages


def selects(said: GlobalNetworkPolicy | NetworkPolicy, **labels: str) -> str:
    """Return whether a policy is part of an endpoint's: `surely`, `perhaps` or `not`."""
    applied = for_host(in_order((), [said]), labels)
    if not applied:
        return "not"
    return "surely" if applied[0].sure else "perhaps"


def test_tiers_are_in_order_of_their_numbers_then_of_their_names_and_last_without() -> None:
    tiers = [tier("z", 1), tier("b", 5), tier("a", 5), tier("none")]
    policies = [policy(f"in-{name}", tier=name) for name in ("none", "b", "a", "z", "default", "kube-admin")]

    assert names_of_tiers(tiers, policies) == ["z", "a", "b", "kube-admin", "default", "none"]


def test_tiers_that_hold_no_policy_are_left_out() -> None:
    assert names_of_tiers([tier("empty", 1)], [policy("p")]) == ["default"]


def test_built_in_tiers_need_no_object_and_have_their_own_order_and_end() -> None:
    policies = [policy(name, tier=name) for name in ("kube-baseline", "default", "kube-admin")]

    found = [
        (ordered.name, ordered.order, ordered.default_action, ordered.is_known) for ordered in in_order((), policies)
    ]

    assert found == [
        ("kube-admin", 1_000, Action.PASS, True),
        ("default", 1_000_000, Action.DENY, True),
        ("kube-baseline", 10_000_000, Action.PASS, True),
    ]


def test_a_tier_object_says_its_own_end_and_denies_if_it_says_nothing() -> None:
    found = in_order([tier("a", 1, "Pass"), tier("b", 2)], [policy("p", tier="a"), policy("q", tier="b")])

    assert [ordered.default_action for ordered in found] == [Action.PASS, Action.DENY]


def test_a_policy_without_tier_is_in_the_default_tier() -> None:
    assert names_of_tiers((), [policy("p"), policy("q", tier="")]) == ["default"]


def test_policies_in_a_tier_without_object_apply_perhaps() -> None:
    (found,) = in_order((), [policy("p", tier="gone")])
    (applied,) = for_host([found], {})

    assert (found.is_known, found.default_action) == (False, Action.DENY)
    assert applied.sure == ()
    assert [one.name for one in applied.perhaps] == ["p"]


def test_policies_are_in_order_of_their_numbers_then_of_their_names_and_last_without() -> None:
    said = [policy("d1"), policy("c2"), policy("b3", order=10), policy("a4", order=10), policy("z0", order=-1.5)]

    assert names(*said) == ["z0", "a4", "b3", "c2", "d1"]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["Ingress"], {Stage.NORMAL, Stage.FORWARD}),
        (["Egress"], {Stage.FORWARD_OUT}),
        (["egress", "INGRESS"], {Stage.NORMAL, Stage.FORWARD, Stage.FORWARD_OUT}),
    ],
)
def test_types_say_of_which_directions_a_policy_speaks_in_any_case(types: list[str], expected: set[Stage]) -> None:
    assert stages(policy("p", types=types, applyOnForward=True)) == expected


@pytest.mark.parametrize("spec", [{}, {"ingress": [ALLOW]}, {"egress": [ALLOW]}])
def test_a_policy_without_types_was_written_past_the_api_and_is_about_both_directions(spec: dict[str, object]) -> None:
    found = stages(policy("p", types=[], applyOnForward=True, **spec))

    assert found == {Stage.NORMAL, Stage.FORWARD, Stage.FORWARD_OUT}


def test_before_dnat_there_are_none_but_incoming_packets() -> None:
    ((found,),) = (ordered.policies for ordered in in_order((), [policy("p", types=[], preDNAT=True)]))

    assert found.types == {"Ingress"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("untracked", {Stage.UNTRACKED}),
        ("preDNAT", {Stage.PRE_DNAT}),
        ("normal", {Stage.NORMAL}),
        ("forward", {Stage.NORMAL, Stage.FORWARD}),
    ],
)
def test_a_policy_has_a_say_at_the_stages_of_its_class(kind: str, expected: set[Stage]) -> None:
    assert stages(policy("p", **CLASSES[kind])) == expected


def test_a_selector_selects_by_labels_and_none_selects_everything() -> None:
    by_label = policy("p", selector="iftype contains 'oam'")

    assert selects(by_label, iftype="oam.mgmt") == "surely"
    assert selects(by_label, iftype="mgmt") == "not"
    assert selects(by_label) == "not"
    assert selects(policy("p")) == "surely"


def test_a_selector_that_cannot_be_parsed_selects_perhaps() -> None:
    assert selects(policy("p", selector="iftype = 'oam'"), iftype="oam") == "perhaps"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"namespaceSelector": "name == 'a'"}, "not"),
        ({"namespaceSelector": "has(name) && name not in {'kube-system'}"}, "not"),
        ({"namespaceSelector": "name not in {'kube-system'}"}, "surely"),
        ({"namespaceSelector": "all()"}, "not"),
        ({"selector": "all()", "namespaceSelector": "name not in {'kube-system'}"}, "not"),
        ({"selector": "has(iftype)", "namespaceSelector": "name not in {'kube-system'}"}, "surely"),
        ({"serviceAccountSelector": "name == 'a'"}, "not"),
        ({"serviceAccountSelector": "name != 'a'"}, "surely"),
        ({"serviceAccountSelector": "all()"}, "not"),
    ],
)
def test_a_host_endpoint_is_in_no_namespace_which_meets_negative_selectors(
    spec: dict[str, object], expected: str
) -> None:
    assert selects(policy("p", **spec), iftype="oam", name="a") == expected


def test_policies_of_a_namespace_select_no_host_endpoint() -> None:
    said = msgspec.convert({"metadata": {"name": "p", "namespace": "default"}, "spec": {}}, NetworkPolicy)

    assert selects(said) == "not"


def test_an_unreadable_policy_leaves_alone_what_its_rules_and_its_stage_do_not_touch() -> None:
    unreadable = policy("a", rules_for("10.0.0.0/8", "Deny"), selector="(", **CLASSES["preDNAT"])
    guarded = host(unreadable, policy("b", to_ports("Allow", 443)))

    assert verdict(to_process(guarded, port=443), "10.0.0.1") == "unknown"
    assert verdict(to_process(guarded, port=443), "203.0.113.9") == "open"
    assert verdict(to_process(guarded, port=80), "10.0.0.1") == "closed"
    assert verdict(to_pod(host(policy("c", DENY, selector="("))), "10.0.0.1") == "open"


def test_an_unreadable_policy_leaves_alone_what_is_decided_before_it() -> None:
    guarded = host(policy("b", DENY, selector="("), policy("a", rules_for("10.0.0.0/8", "Allow")))

    assert verdict(to_process(guarded), "10.0.0.1") == "open"
    assert verdict(to_process(guarded), "203.0.113.9") == "closed"


@pytest.mark.parametrize("action", ["allow", "ALLOW"])
def test_actions_are_read_in_any_case(action: str) -> None:
    assert verdict(to_process(host(policy("p", {"action": action})))) == "open"


def test_an_action_that_is_none_cannot_be_judged() -> None:
    with pytest.raises(CannotTellError, match="'Reject' is not an action"):
        to_process(host(policy("p", {"action": "Reject"})))
