"""What becomes of packets at each stage of a host endpoint, example by example, and the traps on the way."""

import pytest

from auditor.network.policy.written import (
    ALLOW,
    ANYBODY,
    CLASSES,
    DENY,
    PASS,
    TRUSTED,
    host,
    policy,
    rules_for,
    tier,
    to_pod,
    to_ports,
    to_process,
    verdict,
)
from chaudit_network.kinds.calico_policy import ProtoPort
from chaudit_network.policy.felix import DEFAULT_FAILSAFE_PORTS, Direction

STARLINGX_OAM = policy(
    "controller-oam-if-gnp",
    to_ports("Allow", 22, 443, 6443),
    to_ports("Allow", 123, protocol="UDP"),
    {"action": "Allow", "protocol": "ICMP"},
    selector="has(nodetype) && nodetype == 'controller' && has(iftype) && iftype contains 'oam'",
    order=101,
    types=["Ingress", "Egress"],
    egress=[ALLOW],
    applyOnForward=False,
)
OAM = {"nodetype": "controller", "iftype": "oam"}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_of_policy_applies_to_packets_for_a_process(kind: str) -> None:
    assert verdict(to_process(host(policy("no", DENY, **CLASSES[kind]), allows_by_default=True))) == "closed"
    assert verdict(to_process(host(policy("yes", ALLOW, **CLASSES[kind])))) == "open"


@pytest.mark.parametrize(
    ("kind", "denied", "allowed"),
    [
        ("untracked", "closed", "unknown"),  # what is not tracked is not translated: whom it reaches nobody says
        ("preDNAT", "closed", "open"),
        ("normal", "open", "open"),
        ("forward", "closed", "open"),
    ],
)
def test_packets_for_a_pod_meet_all_but_normal_policies(kind: str, denied: str, allowed: str) -> None:
    assert verdict(to_pod(host(policy("no", DENY, **CLASSES[kind])))) == denied
    assert verdict(to_pod(host(policy("yes", ALLOW, **CLASSES[kind])))) == allowed


def test_without_policy_a_process_is_closed_and_a_pod_is_open() -> None:
    assert verdict(to_process(host())) == "closed"
    assert verdict(to_pod(host())) == "open"


def test_the_default_allow_profile_opens_what_no_policy_decides_for_processes() -> None:
    undecided = host(policy("pass", PASS), allows_by_default=True)

    assert verdict(to_process(host(allows_by_default=True))) == "open"
    assert verdict(to_process(undecided)) == "open"


def test_a_profile_whose_rules_are_not_known_leaves_open_what_no_policy_decides_for_processes() -> None:
    some = host(policy("some", rules_for("10.0.0.0/8", "Allow"), PASS), allows_by_default=None)

    assert verdict(to_process(host(allows_by_default=None))) == "unknown"
    assert verdict(to_process(some), TRUSTED) == "open"
    assert verdict(to_process(some), ANYBODY) == "unknown"
    assert verdict(to_pod(host(allows_by_default=None))) == "open"


def test_the_default_allow_profile_does_not_undo_the_end_of_a_tier() -> None:
    some = host(policy("some", rules_for("10.0.0.0/8", "Allow")), allows_by_default=True)

    assert verdict(to_process(some), TRUSTED) == "open"
    assert verdict(to_process(some), ANYBODY) == "closed"


@pytest.mark.parametrize("kind", CLASSES)
def test_failsafe_ports_are_open_for_processes_whatever_denies_them(kind: str) -> None:
    closed = host(policy("no", DENY, **CLASSES[kind]), failsafe_ports=DEFAULT_FAILSAFE_PORTS[Direction.INBOUND])

    assert verdict(to_process(closed, port=22)) == "open"
    assert verdict(to_process(closed, port=80)) == "closed"


def test_a_failsafe_port_with_a_net_is_open_from_there_only() -> None:
    closed = host(failsafe_ports=(ProtoPort(22, "tcp", "10.0.0.0/8"), ProtoPort(80, "udp")))

    assert verdict(to_process(closed, port=22), TRUSTED) == "open"
    assert verdict(to_process(closed, port=22), ANYBODY) == "closed"
    assert verdict(to_process(closed, port=80), TRUSTED) == "closed"


def test_failsafe_ports_spare_a_packet_for_a_pod_all_policies_but_those_on_forward() -> None:
    failsafe_ports = (ProtoPort(30_080),)
    before = host(policy("no", DENY, **CLASSES["preDNAT"]), failsafe_ports=failsafe_ports)
    on_forward = host(policy("no", DENY, **CLASSES["forward"]), failsafe_ports=failsafe_ports)

    assert verdict(to_pod(before)) == "open"
    assert verdict(to_pod(on_forward)) == "closed"


def test_what_pre_dnat_policy_allows_skips_the_stages_after_it() -> None:
    denied_later = host(
        policy("before", rules_for("10.0.0.0/8", "Allow"), **CLASSES["preDNAT"]),
        policy("later", DENY, **CLASSES["forward"]),
    )

    for passage in (to_process(denied_later), to_pod(denied_later)):
        assert verdict(passage, TRUSTED) == "open"
        assert verdict(passage, ANYBODY) == "closed"


@pytest.mark.parametrize("kind", ["untracked", "preDNAT"])
def test_what_untracked_and_pre_dnat_policies_do_not_decide_goes_on(kind: str) -> None:
    nobody = host(policy("nobody", rules_for("10.0.0.0/8", "Deny"), **CLASSES[kind]), allows_by_default=True)

    for passage in (to_process(nobody), to_pod(nobody)):
        assert verdict(passage, TRUSTED) == "closed"
        assert verdict(passage, ANYBODY) == "open"


def test_the_end_of_a_tier_denies_only_where_one_of_its_policies_has_a_say() -> None:
    normal = policy("normal", to_ports("Allow", 443))
    outgoing = policy("outgoing", types=["Egress"], egress=[DENY], applyOnForward=True)

    assert verdict(to_process(host(normal))) == "closed"
    assert verdict(to_pod(host(normal))) == "open"
    assert verdict(to_pod(host(outgoing))) == "open"
    assert verdict(to_process(host(outgoing, allows_by_default=True))) == "open"


def test_policies_on_forward_see_the_pod_and_those_before_translation_see_the_node_port() -> None:
    by_node_port = host(policy("p", to_ports("Allow", 30_080), **CLASSES["forward"]))
    by_pod_port = host(policy("p", to_ports("Allow", 8_080), **CLASSES["forward"]))
    by_pod = host(policy("p", {"action": "Allow", "destination": {"nets": ["172.16.0.0/16"]}}, **CLASSES["forward"]))
    before = host(policy("p", to_ports("Deny", 30_080), **CLASSES["preDNAT"]))

    assert [verdict(to_pod(policies)) for policies in (by_node_port, by_pod_port, by_pod, before)] == [
        *("closed", "open", "open", "closed"),
    ]


def test_of_policies_with_equal_order_the_earlier_name_decides() -> None:
    assert verdict(to_process(host(policy("b", DENY, order=1), policy("a", ALLOW, order=1)))) == "open"
    assert verdict(to_process(host(policy("b", ALLOW, order=1), policy("a", DENY, order=1)))) == "closed"
    assert verdict(to_process(host(policy("b", ALLOW, order=1), policy("a", DENY)))) == "open"


def test_pass_goes_to_the_next_tier_and_at_last_to_the_profile() -> None:
    first = policy("first", rules_for("10.0.0.0/8", "Pass"), tier="security")
    second = policy("second", to_ports("Allow", 80))
    tiers = [tier("security", 100)]

    assert verdict(to_process(host(first, second, tiers=tiers)), TRUSTED) == "open"
    assert verdict(to_process(host(first, second, tiers=tiers)), ANYBODY) == "closed"
    assert verdict(to_process(host(first, tiers=tiers, allows_by_default=True)), TRUSTED) == "open"
    assert verdict(to_process(host(first, tiers=tiers)), TRUSTED) == "closed"


def test_a_tier_that_passes_at_its_end_leaves_the_rest_to_the_next() -> None:
    first = policy("first", rules_for("10.0.0.0/8", "Deny"), tier="security")
    tiers = [tier("security", 100, "Pass")]

    assert verdict(to_process(host(first, policy("second", ALLOW), tiers=tiers)), ANYBODY) == "open"
    assert verdict(to_process(host(first, policy("second", ALLOW), tiers=tiers)), TRUSTED) == "closed"


def test_a_tier_without_object_may_or_may_not_be_enforced() -> None:
    lost = policy("lost", rules_for("10.0.0.0/8", "Allow"), tier="gone")

    assert verdict(to_process(host(lost, allows_by_default=True)), TRUSTED) == "unknown"
    assert verdict(to_process(host(lost, allows_by_default=True)), ANYBODY) == "unknown"
    assert verdict(to_process(host(lost, policy("known", DENY))), TRUSTED) == "closed"


def test_platform_policies_of_starlingx_guard_processes_and_not_node_ports() -> None:
    platform = host(STARLINGX_OAM, labels=OAM)

    assert verdict(to_process(platform, port=443)) == "open"
    assert verdict(to_process(platform, port=8080)) == "closed"
    assert verdict(to_pod(platform)) == "open"


def test_a_pre_dnat_policy_closes_the_node_ports_that_the_platform_leaves_open() -> None:
    node_ports = policy(
        "node-ports",
        rules_for("10.0.0.0/8", **to_ports("Allow", "30000:32767")),
        to_ports("Deny", "30000:32767"),
        selector="iftype contains 'oam'",
        **CLASSES["preDNAT"],
    )
    guarded = host(STARLINGX_OAM, node_ports, labels=OAM)

    assert verdict(to_pod(guarded), TRUSTED) == "open"
    assert verdict(to_pod(guarded), ANYBODY) == "closed"
    assert verdict(to_process(guarded, port=443), ANYBODY) == "open"


def test_a_selector_that_cannot_be_parsed_makes_unknown_only_what_depends_on_it() -> None:
    unreadable = policy("a", rules_for("10.0.0.0/8", "Deny"), selector="iftype = 'oam'", **CLASSES["preDNAT"])
    guarded = host(unreadable, policy("b", ALLOW))

    assert verdict(to_process(guarded), TRUSTED) == "unknown"
    assert verdict(to_process(guarded), ANYBODY) == "open"


def test_a_source_that_cannot_be_resolved_makes_unknown_only_what_depends_on_it() -> None:
    selecting = {"action": "Deny", "source": {"selector": "role == 'client'", "nets": ["10.0.0.0/8"]}}
    guarded = host(policy("a", selecting, ALLOW))

    assert verdict(to_process(guarded), TRUSTED) == "unknown"
    assert verdict(to_process(guarded), ANYBODY) == "open"
