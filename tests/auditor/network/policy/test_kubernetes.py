"""Kubernetes' policies in Calico's terms: what each field means, there or absent."""

from typing import Any

import msgspec
import pytest
import yaml

from auditor.network.policy.clusters import addresses, facts, from_yaml, namespace, packet, pod
from chaudit_network.kinds.calico_policy import EntityRule
from chaudit_network.kinds.label_selectors import LabelSelector
from chaudit_network.kinds.network_policies import NetworkPolicy
from chaudit_network.policy.kubernetes import converted, namespaces, pods
from chaudit_network.policy.pods import pod_policies
from chaudit_network.policy.policy import Policy, Stage

WEB, DB, OTHER, OUTSIDE = "10.0.0.1", "10.0.0.2", "10.0.0.3", "203.0.113.9"
EVERYBODY = [WEB, DB, OTHER, OUTSIDE]

CLUSTER = [
    namespace("shop", team="a"),
    namespace("ops", team="b"),
    pod("web", WEB, namespace="shop", app="web", tier="front"),
    pod("db", DB, namespace="shop", app="db", ports={"sql": (5432, "TCP"), "dns": (53, "UDP")}),
    pod("probe", OTHER, namespace="ops", app="web"),
]


def policy(spec: str) -> Policy:
    said = {"metadata": {"name": "p", "namespace": "shop"}, "spec": yaml.safe_load(spec)}
    return converted(msgspec.convert(said, NetworkPolicy))


def let_in(ingress: str, port: int = 5432, protocol: str = "TCP") -> list[str]:
    """Return who reaches the database under a policy with these rules."""
    said = f"""
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {{name: p, namespace: shop}}
      spec: {{podSelector: {{matchLabels: {{app: db}}}}, policyTypes: [Ingress], ingress: {ingress}}}
    """
    found = facts([*CLUSTER, *from_yaml(said)]).get(pod_policies)
    return addresses(found.passage(("shop", "db"), packet(DB, port, protocol)).open, EVERYBODY)


def selector(said: str) -> LabelSelector:
    return msgspec.convert(yaml.safe_load(said), LabelSelector)


def test_a_policy_is_of_order_1000_in_the_default_tier_and_looks_at_translated_packets() -> None:
    found = policy("{}")

    assert (found.title, found.tier, found.order, found.stage) == (
        "NetworkPolicy shop/p",
        "default",
        1000.0,
        Stage.NORMAL,
    )


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ("{}", {"Ingress"}),
        ("{policyTypes: [Ingress]}", {"Ingress"}),
        ("{policyTypes: [Egress]}", {"Egress"}),
        ("{policyTypes: [Ingress, Egress]}", {"Ingress", "Egress"}),
    ],
)
def test_a_policy_without_types_is_about_what_comes_in(spec: str, types: set[str]) -> None:
    assert policy(spec).types == types


def test_no_rules_let_nobody_in_and_an_empty_rule_everybody() -> None:
    assert let_in("[]") == []
    assert let_in("[{}]") == EVERYBODY
    assert let_in("[{from: [], ports: []}]") == EVERYBODY


def test_a_pod_selector_alone_means_the_own_namespace() -> None:
    assert let_in("[{from: [{podSelector: {}}]}]") == [WEB, DB]
    assert let_in("[{from: [{podSelector: {matchLabels: {app: web}}}]}]") == [WEB]


def test_a_namespace_selector_alone_means_all_pods_there() -> None:
    assert let_in("[{from: [{namespaceSelector: {}}]}]") == [WEB, DB, OTHER]
    assert let_in("[{from: [{namespaceSelector: {matchLabels: {team: b}}}]}]") == [OTHER]
    assert let_in("[{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}]}]") == [OTHER]


def test_both_selectors_of_one_peer_must_be_met_and_of_two_peers_either() -> None:
    both = "{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: web}}}"
    either = "{namespaceSelector: {matchLabels: {team: b}}}, {podSelector: {matchLabels: {app: web}}}"

    assert let_in(f"[{{from: [{both}]}}]") == [WEB]
    assert let_in(f"[{{from: [{either}]}}]") == [WEB, OTHER]


def test_an_ip_block_is_a_network_without_some_parts() -> None:
    assert let_in("[{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]") == [OUTSIDE]
    assert let_in("[{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.2/31, 203.0.113.0/24]}}]}]") == [WEB]
    assert let_in('[{from: [{ipBlock: {cidr: "::/0"}}]}]') == []


@pytest.mark.parametrize(
    ("ports", "open_ports"),
    [
        ("[{port: 80}]", [(80, "TCP")]),
        ("[{port: 80, protocol: UDP}]", [(80, "UDP")]),
        ("[{protocol: UDP}]", [(53, "UDP"), (80, "UDP"), (81, "UDP"), (5432, "UDP")]),
        ("[{port: 80, endPort: 81}]", [(80, "TCP"), (81, "TCP")]),
        ("[{port: sql}]", [(5432, "TCP")]),
        ("[{port: dns}]", []),
        ("[{port: dns, protocol: UDP}, {port: 81}]", [(53, "UDP"), (81, "TCP")]),
        ("[{port: nobodys}]", []),
    ],
)
def test_ports_are_of_tcp_unless_they_say_so_single_in_ranges_or_by_name(
    ports: str, open_ports: list[tuple[int, str]]
) -> None:
    asked = [(port, protocol) for port in (53, 80, 81, 5432) for protocol in ("TCP", "UDP")]

    found = [(port, protocol) for port, protocol in asked if let_in(f"[{{ports: {ports}}}]", port, protocol)]

    assert found == open_ports


def test_peers_and_ports_of_one_rule_must_both_be_met() -> None:
    rules = "[{from: [{podSelector: {}}], ports: [{port: 80}]}, {ports: [{port: 81}]}]"

    assert let_in(rules, 80) == [WEB, DB]
    assert let_in(rules, 81) == EVERYBODY


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("{}", ""),
        ("{matchLabels: {b: x, a: ''}}", """ && a == "" && b == "x\""""),
        ("{matchExpressions: [{key: a, operator: In, values: [y, x]}]}", """ && a in {"x", "y"}"""),
        ("{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", """ && a not in {"x"}"""),
        ("{matchExpressions: [{key: a.b/c, operator: Exists}]}", " && has(a.b/c)"),
        ("{matchExpressions: [{key: a, operator: DoesNotExist}]}", " && !has(a)"),
    ],
)
def test_a_pod_selector_says_all_conditions_and_that_pods_are_meant(said: str, text: str) -> None:
    assert pods(selector(said)) == f'projectcalico.org/orchestrator == "k8s"{text}'


def test_no_selector_of_namespaces_is_not_the_same_as_one_without_conditions() -> None:
    assert namespaces(None) == ""
    assert namespaces(LabelSelector()) == "all()"
    assert namespaces(selector("{matchLabels: {team: a}}")) == 'team == "a"'


def test_a_value_with_a_quote_is_taken_as_it_is() -> None:
    assert pods(selector("""{matchLabels: {a: 'x" || all()'}}""")).endswith("""a == 'x" || all()'""")


def test_reasons_name_the_rule_of_the_object_whatever_it_is_split_into() -> None:
    found = policy("{ingress: [{ports: [{port: 80}, {port: 81}], from: [{podSelector: {}}, {podSelector: {}}]}, {}]}")

    titles = [title for title, _ in found.rules_at(Stage.NORMAL)]

    assert titles == ["NetworkPolicy shop/p rule 1"] * 4 + ["NetworkPolicy shop/p rule 2"]


def test_a_rule_without_peers_asks_nothing_of_the_source() -> None:
    (rule,) = policy("{ingress: [{ports: [{port: 80}]}]}").ingress

    assert rule.source == EntityRule()


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]},
        {"ingress": [{}, {"from": [{"namespaceSelector": {}, "podSelector": {}}], "ports": [{"port": "http"}]}]},
        {
            "ingress": [
                {"from": [{"ipBlock": {"cidr": "::/0", "except": ["fd00::/8"]}}], "ports": [{"protocol": "UDP"}]}
            ]
        },
        {"ingress": [{"ports": [{"port": 80, "endPort": 90}]}]},
    ],
)
def test_a_policy_is_kept_as_the_api_gave_it(spec: dict[str, Any]) -> None:
    said = {"metadata": {"name": "p", "namespace": "shop"}, "spec": spec}

    kept = msgspec.json.decode(msgspec.json.encode(msgspec.convert(said, NetworkPolicy)))

    assert kept == said
