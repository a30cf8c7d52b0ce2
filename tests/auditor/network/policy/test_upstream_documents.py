"""Calico's own documents decode, and the examples of its pages have the effect that the pages promise."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest
import yaml

from auditor.network.policy.written import packet, verdict
from chaudit import KubernetesObject, Record
from chaudit.evidence.decoding import ListDecoder
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import (
    EntityRule,
    FelixConfiguration,
    FelixConfigurationSpec,
    GlobalNetworkPolicy,
    GlobalNetworkSet,
    HostEndpoint,
    HostEndpointSpec,
    HTTPMatch,
    IPPool,
    NetworkPolicy,
    NetworkSet,
    NetworkSetSpec,
    PolicyRule,
    ProtoPort,
    Tier,
)
from chaudit_network.policy.chains import DEFAULT_ALLOW_PROFILE, HostPolicy, enter
from chaudit_network.policy.felix import DEFAULT_FAILSAFE_PORTS, Direction
from chaudit_network.policy.policies import for_host, in_order
from fixtures_folder import fixture

KINDS: Mapping[str, type[KubernetesObject]] = {
    kind.__name__: kind
    for kind in (
        *(
            FelixConfiguration,
            GlobalNetworkPolicy,
            GlobalNetworkSet,
            HostEndpoint,
            IPPool,
            NetworkPolicy,
            NetworkSet,
            Tier,
        ),
    )
}
FRAGMENTS: Mapping[str, type[Record]] = {
    "EntityRule": EntityRule,
    "FelixConfigurationSpec": FelixConfigurationSpec,
    "GlobalNetworkSetSpec": NetworkSetSpec,
    "HTTPMatch": HTTPMatch,
    "HostEndpointSpec": HostEndpointSpec,
    "ProtoPort": ProtoPort,
    "Rule": PolicyRule,
}

NOT_OBJECTS_OF_THE_API = {
    "calico-network-policy-policy-rules-icmp-ping.02.yaml": "the ICMP type ends in a comment that lost its sign",
    "calico-network-policy-policy-rules-icmp-ping.03.yaml": "the ICMP type ends in a comment that lost its sign",
    "calico-network-policy-services-services-cluster-ips.03.yaml": "rules stand under types",
}


class Block(msgspec.Struct):
    file: str
    kinds: str
    claim: str


class Manifest(msgspec.Struct):
    blocks: list[Block]


class ValidatorCase(msgspec.Struct):
    description: str
    go_type: str
    valid: bool
    object: Any


def manifest() -> list[Block]:
    return msgspec.json.decode(fixture("calico-docs", "manifest.json").read_bytes(), type=Manifest).blocks


def documents(file: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a block of ours, in whichever way the page strings them together."""
    for found in yaml.safe_load_all(fixture("calico-docs", f"files/{file}").read_text()):
        for one in found if isinstance(found, list) else [found]:
            if one and one["apiVersion"] == "projectcalico.org/v3" and one["kind"] in KINDS:
                yield one


def test_the_objects_on_calicos_pages_decode() -> None:
    blocks = [block for block in manifest() if set(block.kinds.split(",")) & KINDS.keys()]

    rejected = [
        block.file
        for block in blocks
        for document in documents(block.file)
        if ListDecoder(KINDS[document["kind"]]).objects([json.dumps(document).encode()]).rejected
    ]

    assert len(blocks) > len(rejected)
    assert set(rejected) == NOT_OBJECTS_OF_THE_API.keys()


def test_what_calicos_validator_accepts_decodes() -> None:
    file = fixture("calico-validator", "cases.shared.json")
    cases = [case for case in msgspec.json.decode(file.read_bytes(), type=list[ValidatorCase]) if case.valid]
    types: dict[str, type[Record]] = {**KINDS, **FRAGMENTS}
    ours = [(case, types[name]) for case in cases if (name := case.go_type.removeprefix("api.")) in types]

    for case, record in ours:
        msgspec.json.Decoder(record).decode(json.dumps(case.object))

    assert {type(record).__name__ for _, record in ours}
    assert {record for _, record in ours} >= {GlobalNetworkPolicy, NetworkPolicy, FelixConfiguration, PolicyRule}


NODE = "192.0.2.10"
OUTSIDE = "203.0.113.9"


@dataclass(frozen=True)
class Page:
    """Blocks of a page, put together; `selections` says whom the selectors of its rules mean."""

    blocks: tuple[str, ...]
    labels: Mapping[str, str]
    selections: Mapping[str, tuple[str, ...]]
    profile: str = ""

    def policy(self) -> HostPolicy:
        found = [document for block in self.blocks for document in documents(f"calico-{block}.yaml")]
        policies = [msgspec.convert(one, GlobalNetworkPolicy) for one in found if one["kind"] == "GlobalNetworkPolicy"]
        tiers = [msgspec.convert(one, Tier) for one in found if one["kind"] == "Tier"]
        applied = for_host(in_order(tiers, policies), self.labels)
        return HostPolicy(applied, DEFAULT_FAILSAFE_PORTS[Direction.INBOUND], self.profile == DEFAULT_ALLOW_PROFILE)

    def resolve(self, selector: str, namespace_selector: str, family: int) -> Intervals:
        return Intervals.addresses((ip_network(net) for net in self.selections[selector + namespace_selector]), family)

    def to_process(self, port: int, source: str) -> str:
        return verdict(enter(self.policy(), packet(port, destination=NODE), None, self.resolve), source)

    def to_pod(self, node_port: int, source: str) -> str:
        translated = packet(8_080, destination="172.16.0.5")
        return verdict(enter(self.policy(), packet(node_port, destination=NODE), translated, self.resolve), source)


HOSTS = "network-policy-hosts-"
TUTORIAL = Page(
    (f"{HOSTS}protect-hosts-tutorial.01", f"{HOSTS}protect-hosts-tutorial.02"), {"host-endpoint": "ingress"}, {}
)
PINHOLE = Page(
    (*TUTORIAL.blocks, f"{HOSTS}protect-hosts-tutorial.04"), TUTORIAL.labels, {"has(host-endpoint)": (NODE,)}
)
NODE_PORTS = Page(
    tuple(f"network-policy-services-kubernetes-node-ports.0{number}" for number in (1, 2, 4)),
    {"kubernetes-host": "ingress"},
    {"has(kubernetes-host)": (NODE,)},
)
FORWARDED = Page(("reference-host-endpoints-forwarded.01",), {"host-endpoint": ""}, {})
MAINTENANCE = Page((f"{HOSTS}host-forwarded-traffic.01",), {"network": "maintenance"}, {})
WORKER = Page((f"{HOSTS}protect-hosts.01",), {"role": "k8s-worker"}, {})
MASTER = Page(
    (f"{HOSTS}kubernetes-nodes.04",),
    {"node-role.kubernetes.io/control-plane": ""},
    {"has(node-role.kubernetes.io/control-plane)": (NODE, "192.0.2.11")},
    DEFAULT_ALLOW_PROFILE,
)
WEBSERVER = Page(("reference-host-endpoints-selector.01",), {"role": "webserver"}, {})
ATTACKED = Page(
    ("network-policy-extreme-traffic-defend-dos-attack.03",),
    {"apply-dos-mitigation": "true"},
    {"dos-deny-list == 'true'": ("1.2.3.4/32", "5.6.0.0/16")},
)
DENY_LIST = Page(
    ("network-policy-policy-rules-external-ips-policy.03",),
    {"apply-ip-protect": "true"},
    {"ip-deny-list == 'true' && !has(projectcalico.org/namespace)": ("192.0.2.55/32", "203.0.113.0/24")},
)
MEMCACHED = Page(
    ("network-policy-extreme-traffic-high-connection-workloads.01",),
    {"memcached": "server"},
    {"memcached == 'client'": ("10.0.0.0/24",)},
)
METRICS = {'calico-prometheus-access == "true"': ("172.15.0.0/24",)}
METRICS_DENIED = Page(
    ("network-policy-comms-secure-metrics.01", "network-policy-comms-secure-metrics.03"),
    {"running-calico": "true"},
    METRICS,
)
METRICS_ALLOWED = Page(("network-policy-comms-secure-metrics.08",), {"running-calico": "true"}, METRICS)
STAGE = Page(
    ("network-policy-policy-tiers-tiered-policy.04", "network-policy-policy-tiers-tiered-policy.05"),
    {"env": "stage"},
    {'env != "stage"': ("10.0.0.0/24",)},
    DEFAULT_ALLOW_PROFILE,
)


@pytest.mark.parametrize(
    ("page", "port", "source", "expected"),
    [
        (TUTORIAL, 80, OUTSIDE, "closed"),
        (TUTORIAL, 80, "10.240.0.11", "open"),
        (TUTORIAL, 22, OUTSIDE, "open"),  # a failsafe port
        (FORWARDED, 80, OUTSIDE, "closed"),
        (MAINTENANCE, 80, OUTSIDE, "closed"),
        (WORKER, 10_250, OUTSIDE, "open"),
        (WORKER, 80, OUTSIDE, "closed"),
        (MASTER, 6_443, OUTSIDE, "open"),
        (MASTER, 10_250, "192.0.2.11", "open"),
        (MASTER, 10_250, OUTSIDE, "closed"),
        (MASTER, 80, OUTSIDE, "closed"),
        (WEBSERVER, 80, OUTSIDE, "open"),
        (WEBSERVER, 443, OUTSIDE, "closed"),
        (DENY_LIST, 80, OUTSIDE, "closed"),
        (DENY_LIST, 80, "198.51.100.1", "open"),
        (MEMCACHED, 12_211, "10.0.0.7", "open"),
        (MEMCACHED, 12_211, OUTSIDE, "closed"),
        (METRICS_DENIED, 9_091, OUTSIDE, "closed"),
        (METRICS_DENIED, 9_091, "172.15.0.101", "open"),
        (METRICS_DENIED, 80, OUTSIDE, "open"),
        (METRICS_ALLOWED, 9_091, OUTSIDE, "closed"),
        (METRICS_ALLOWED, 9_091, "172.15.0.101", "open"),
        (STAGE, 80, "10.0.0.7", "closed"),
        (STAGE, 80, OUTSIDE, "open"),
    ],
)
def test_pages_tell_who_reaches_a_process(page: Page, port: int, source: str, expected: str) -> None:
    assert page.to_process(port, source) == expected


@pytest.mark.parametrize(
    ("page", "node_port", "source", "expected"),
    [
        (TUTORIAL, 31_852, OUTSIDE, "closed"),
        (TUTORIAL, 31_852, "10.240.0.11", "open"),
        (PINHOLE, 31_852, OUTSIDE, "open"),
        (PINHOLE, 31_853, OUTSIDE, "closed"),
        (PINHOLE, 31_853, "192.168.7.7", "open"),
        (NODE_PORTS, 31_852, OUTSIDE, "open"),
        (NODE_PORTS, 31_853, OUTSIDE, "closed"),
        (NODE_PORTS, 31_853, "1.2.9.9", "open"),
        (NODE_PORTS, 31_853, "100.100.7.7", "open"),
        (FORWARDED, 31_852, OUTSIDE, "closed"),
        (MAINTENANCE, 31_852, OUTSIDE, "open"),
        (WORKER, 31_852, OUTSIDE, "open"),
        (ATTACKED, 31_852, "5.6.7.8", "closed"),
        (ATTACKED, 31_852, OUTSIDE, "open"),
        (DENY_LIST, 31_852, OUTSIDE, "closed"),
        (DENY_LIST, 31_852, "198.51.100.1", "unknown"),  # allowed untracked, so not translated
    ],
)
def test_pages_tell_who_reaches_a_pod_through_the_node(page: Page, node_port: int, source: str, expected: str) -> None:
    assert page.to_pod(node_port, source) == expected


def test_a_host_endpoint_without_policy_drops_what_is_for_the_host() -> None:
    (document,) = documents(f"calico-{HOSTS}protect-hosts.02.yaml")
    alone = Page((), document["metadata"]["labels"], {})

    assert alone.to_process(80, OUTSIDE) == "closed"
    assert alone.to_process(22, OUTSIDE) == "open"
    assert alone.to_pod(31_852, OUTSIDE) == "open"


def test_a_placeholder_in_a_net_leaves_open_only_what_its_rule_would_decide() -> None:
    no_failsafe = HostPolicy(WORKER.policy().tiers, (), allows_by_default=False)

    assert verdict(enter(no_failsafe, packet(22, destination=NODE), None, WORKER.resolve), OUTSIDE) == "unknown"
    assert verdict(enter(no_failsafe, packet(23, destination=NODE), None, WORKER.resolve), OUTSIDE) == "closed"
