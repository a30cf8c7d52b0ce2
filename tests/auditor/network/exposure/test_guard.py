"""What host policy leaves of the sources: which policies count, at which addresses, on the way in and out."""

import pytest

from auditor.network.exposure.clusters import (
    INTENT,
    N1,
    N2,
    PROXY,
    calico_node,
    endpoint,
    felix,
    model,
    pod,
    policy,
    pre_dnat,
    reaches,
    service,
    slice_of,
    verdict,
)
from auditor.network.views.evidence import Evidence, Object, node
from chaudit_network.exposure.view import exposure

WEB = (service(), slice_of("web", ("n1", "172.16.0.1"), ("n2", "172.16.0.2")))
LOCAL = (service(externalTrafficPolicy="Local"), WEB[1])
ALLOW, DENY = {"action": "Allow"}, {"action": "Deny"}
OUT = {"types": ["Egress"], "applyOnForward": True}
EVERYWHERE = endpoint("n1-all", "n1", "*")


def test_an_interface_without_host_endpoint_is_left_alone() -> None:
    found = model(N1, N2, *LOCAL, EVERYWHERE, pre_dnat("no", DENY))

    assert reaches(found) == {"n1": "closed", "n2": "open"}


def test_untracked_policies_are_passed_over_by_an_endpoint_for_all_interfaces() -> None:
    untracked = policy("no", doNotTrack=True, applyOnForward=True, ingress=[DENY])

    assert reaches(model(N1, *WEB, EVERYWHERE, untracked)) == {"n1": "open"}
    assert reaches(model(N1, *WEB, endpoint("n1-eno1", "n1", "", "10.10.10.1"), untracked)) == {"n1": "closed"}


def test_addresses_that_a_rule_tells_apart_are_judged_apart() -> None:
    others = pre_dnat("no", {"action": "Deny", "destination": {"nets": ["10.10.10.2/32"]}})

    found = model(N1, N2, *WEB, EVERYWHERE, endpoint("n2-all", "n2", "*"), others)

    assert reaches(found) == {"n1": "open", "n2": "closed"}


def test_addresses_that_a_rule_s_selector_tells_apart_are_judged_apart() -> None:
    others = pre_dnat("no", {"action": "Deny", "destination": {"selector": "role == 'edge'"}})
    labelled = endpoint("n2-all", "n2", "*", "10.10.10.2", role="edge")

    assert reaches(model(N1, N2, *WEB, EVERYWHERE, labelled, others)) == {"n1": "open", "n2": "closed"}


def test_an_action_that_is_none_makes_unknown_what_it_may_decide() -> None:
    found = verdict(model(N1, *WEB, EVERYWHERE, pre_dnat("odd", {"action": "Reject"})), "n1")

    assert (found.verdict, found.because) == ("unknown", ("'Reject' is not an action of a rule",))


@pytest.mark.parametrize(
    "by", [felix(chainInsertMode="Append"), calico_node({"name": "FELIX_CHAININSERTMODE", "value": "append"})]
)
def test_where_felix_comes_after_others_nothing_is_known(by: Object) -> None:
    found = verdict(model(N1, *WEB, EVERYWHERE, pre_dnat("no", DENY), by), "n1")

    assert found.verdict == "unknown"
    assert found.because[-1].startswith("Felix's chainInsertMode is Append")


@pytest.mark.parametrize(("ports", "expected"), [("tcp:30080", "open"), ("tcp:22", "closed"), ("none", "closed")])
def test_failsafe_ports_of_the_environment_pass_policies_before_translation(ports: str, expected: str) -> None:
    agent = calico_node({"name": "FELIX_FAILSAFEINBOUNDHOSTPORTS", "value": ports})

    assert reaches(model(N1, *WEB, EVERYWHERE, pre_dnat("no", DENY), agent)) == {"n1": expected}


def test_settings_that_are_not_known_leave_the_interface_unknown() -> None:
    agent = calico_node({"name": "FELIX_FAILSAFEINBOUNDHOSTPORTS", "valueFrom": {}})

    assert reaches(model(N1, *WEB, EVERYWHERE, pre_dnat("no", DENY), agent)) == {"n1": "unknown"}
    assert reaches(model(N1, *WEB, agent)) == {"n1": "open"}


def test_what_may_not_leave_the_node_is_closed_though_it_may_enter() -> None:
    out = policy("no-way-out", egress=[DENY], **OUT)
    web = (service(), slice_of("web", ("n2", "172.16.0.2")))

    found = model(N1, N2, *web, EVERYWHERE, out, pre_dnat("in", ALLOW))

    assert reaches(found) == {"n1": "closed", "n2": "open"}
    assert verdict(found, "n1").because == ("GlobalNetworkPolicy no-way-out egress rule 1 denies",)


def test_an_endpoint_for_all_interfaces_guards_those_of_the_node_s_own_pods_and_a_named_one_does_not() -> None:
    web = (service(externalTrafficPolicy="Local"), slice_of("web", ("n1", "172.16.0.1")))
    out = policy("no-way-out", egress=[DENY], **OUT)

    assert reaches(model(N1, *web, EVERYWHERE, out)) == {"n1": "closed"}
    assert reaches(model(N1, *web, endpoint("n1-eno1", "n1", "eno1"), out), "oam")["n1"] == "unknown"
    assert reaches(model(N1, *web, endpoint("n1-eno1", "n1", "", "10.10.10.1"), out)) == {"n1": "open"}


def test_by_which_interface_packets_to_other_nodes_leave_is_not_known() -> None:
    web = (service(), slice_of("web", ("n2", "172.16.0.2")))
    out = policy("no-way-out", egress=[DENY], **OUT)

    found = verdict(model(N1, *web, endpoint("n1-oam", "n1", "", "10.10.10.1"), out), "n1")

    assert found.verdict == "unknown"
    assert found.because[-1] == "by which interface packets to other nodes leave is not known"


def test_where_all_interfaces_let_it_out_it_does_not_matter_which() -> None:
    web = (service(), slice_of("web", ("n2", "172.16.0.2")))
    out = policy("way-out", egress=[ALLOW], **OUT)

    assert reaches(model(N1, *web, endpoint("n1-oam", "n1", "", "10.10.10.1"), out)) == {"n1": "open"}


def test_egress_policy_that_does_not_apply_on_forward_lets_forwarded_packets_out() -> None:
    web = (service(), slice_of("web", ("n2", "172.16.0.2")))

    assert reaches(model(N1, *web, EVERYWHERE, policy("p", types=["Egress"], egress=[DENY]))) == {"n1": "open"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ((), "partial"),
        ((felix(defaultEndpointToHostAction="ACCEPT"),), "open"),
        ((felix(defaultEndpointToHostAction="Return"),), "open"),
    ],
)
def test_a_node_answers_its_own_pods_if_felix_lets_them(settings: tuple[Object, ...], expected: str) -> None:
    pool: Object = {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "IPPool",
        "metadata": {"name": "default"},
        "spec": {"cidr": "172.16.0.0/16"},
    }
    daemon = pod(
        "d", "n1", "10.10.10.1", hostNetwork=True, containers=[{"name": "c", "ports": [{"containerPort": 9100}]}]
    )

    assert reaches(model(N1, pool, daemon, *settings), "pods", 9100) == {"n1": expected}
    assert reaches(model(N1, pool, daemon, *settings), "external", 9100) == {"n1": "open"}
    assert reaches(model(N1, pool, daemon, absent=("host-endpoints",)), "pods", 9100) == {"n1": "open"}


def test_another_address_of_the_interface_is_guarded_too() -> None:
    two = node(
        "n1",
        "10.10.10.1",
        annotations={"projectcalico.org/Interfaces": '[{"name": "eno1", "addresses": ["10.10.10.1", "10.10.10.9"]}]'},
    )

    found = model(two, *WEB, endpoint("a", "n1", "", "10.10.10.1"), pre_dnat("no", DENY))

    assert [
        (str(place.address), group.verdicts["external"].verdict) for group in found.groups for place in group.places
    ] == [
        ("10.10.10.1", "closed"),
        ("10.10.10.9", "closed"),
    ]


def test_a_process_of_the_node_itself_does_not_leave_it() -> None:
    web = (service(), slice_of("web", ("n1", "10.10.10.1")))
    policies = (policy("no-way-out", egress=[DENY], **OUT), policy("in", ingress=[ALLOW]))

    assert reaches(model(N1, *web, EVERYWHERE, *policies)) == {"n1": "open"}


def test_a_node_that_has_the_endpoint_itself_needs_no_way_out_by_a_named_interface() -> None:
    nodes = [node(f"n{i}", f"10.10.10.{i}", annotations=_interfaces(f"10.10.10.{i}")) for i in (1, 2)]
    web = (service(), slice_of("web", ("n1", "172.16.0.1")))
    named = (endpoint(f"{on}-eno9", on, "eno9", guarded="yes") for on in ("n1", "n2"))
    out = policy("no-way-out", selector="has(guarded)", egress=[DENY], **OUT)

    assert reaches(model(*nodes, *web, *named, out)) == {"n1": "open", "n2": "unknown"}


def test_endpoints_that_differ_in_being_for_all_interfaces_do_not_share_a_policy() -> None:
    untracked = policy("no", doNotTrack=True, applyOnForward=True, ingress=[DENY])

    found = model(N1, N2, *LOCAL, EVERYWHERE, endpoint("n2-oam", "n2", "", "10.10.10.2"), untracked)

    assert reaches(found) == {"n1": "open", "n2": "closed"}


def test_pods_that_an_egress_rule_tells_apart_are_judged_apart() -> None:
    out = policy("some", egress=[{"action": "Deny", "destination": {"nets": ["172.16.0.2/32"]}}, ALLOW], **OUT)
    other = service("other", ports=[{"port": 80, "nodePort": 30081}])
    slices = (slice_of("web", ("n1", "172.16.0.1")), slice_of("other", ("n1", "172.16.0.2")))

    found = model(N1, service(), other, *slices, EVERYWHERE, out)

    assert (reaches(found), reaches(found, port=30081)) == ({"n1": "open"}, {"n1": "closed"})


def test_a_network_that_is_none_makes_unknown_what_its_rule_may_decide() -> None:
    odd = pre_dnat("odd", {"action": "Deny", "destination": {"nets": ["nowhere"]}})

    assert reaches(model(N1, *WEB, EVERYWHERE, odd)) == {"n1": "unknown"}


def _interfaces(address: str) -> dict[str, str]:
    return {"projectcalico.org/Interfaces": f'[{{"name": "eno1", "addresses": ["{address}"]}}]'}


@pytest.mark.parametrize(
    ("mode", "settings", "expected"),
    [
        ("iptables", (), "open"),
        ("ipvs", (), "open"),
        ("ipvs", (felix(kubeNodePortRanges=["31000:32000"]),), "unknown"),
        ("ipvs", (felix(kubeNodePortRanges=["31000:32000", 30080]),), "open"),
        ("ipvs", (calico_node({"name": "FELIX_KUBENODEPORTRANGES", "value": "31000:32000"}),), "unknown"),
    ],
)
def test_in_mode_ipvs_felix_knows_by_the_port_alone_that_packets_are_to_go_on(
    mode: str, settings: tuple[Object, ...], expected: str
) -> None:
    proxy = {**PROXY, "data": {"config.conf": PROXY["data"]["config.conf"].replace("iptables", mode)}}
    evidence = (proxy, N1, *LOCAL, EVERYWHERE, policy("processes", ingress=[ALLOW]), *settings)

    assert reaches(Evidence(evidence, INTENT).resolve(exposure)) == {"n1": expected}
    assert reaches(Evidence((proxy, N1, *LOCAL, *settings), INTENT).resolve(exposure)) == {"n1": "open"}
