"""Whom the probe `tcp` may try: the cluster's own addresses, whatever services claim, the most telling ones first."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import pytest

from auditor.network.views.evidence import Evidence, Object, host_endpoint, node
from chaudit_network.exposure.candidates import candidates

PROXY: Object = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
    "data": {"config.conf": "{apiVersion: kubeproxy.config.k8s.io/v1alpha1, kind: KubeProxyConfiguration}"},
}


def service(name: str, node_port: int = 0, *, protocol: str = "TCP", **spec: object) -> Object:
    ports = [{"port": 443, "protocol": protocol, **({"nodePort": node_port} if node_port else {})}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "apps"},
        "spec": {"type": "NodePort", "clusterIP": "10.96.0.5", "ports": ports, **spec},
    }


def found(*objects: Object, intent: Object | None = None, most: int | None = None) -> Sequence[str]:
    evidence = Evidence([PROXY, *objects], intent)
    return [f"{one.address} {one.port}" for one in islice(evidence.resolve(candidates), most)]


NODES = [node("a", "192.0.2.10"), node("b", "192.0.2.11")]


def test_tcp_ways_in_are_tried_at_every_known_address_of_a_node_and_nothing_else_is() -> None:
    assert found(*NODES, service("web", 30080), service("dns", 30053, protocol="UDP")) == [
        "192.0.2.10 30080",
        "192.0.2.11 30080",
    ]


STRANGERS = [
    {"externalIPs": ["198.51.100.66"]},
    {"externalIPs": ["127.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0"]},  # noqa: S104 - nothing is bound
    {"externalIPs": ["::1", "fe80::1", "ff02::1", "::ffff:192.0.2.10"], "ipFamilies": ["IPv6"]},
]


@pytest.mark.parametrize("spec", STRANGERS)
def test_an_address_that_a_service_claims_is_not_tried_unless_it_is_the_clusters_own(
    spec: Mapping[str, Any],
) -> None:
    assert found(node("a", "192.0.2.10", "fd00::10"), service("hostile", **spec)) == []


def test_the_address_of_a_load_balancer_that_nobody_declared_is_not_tried() -> None:
    stranger = service("web", type="LoadBalancer")
    claimed = {**stranger, "status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.66"}]}}}

    assert found(*NODES, claimed) == []


@pytest.mark.parametrize(
    "intent",
    [
        {"networks": {"public": {"cidrs": ["198.51.100.0/24"]}}},
        {"bgp": {"prefixes": ["198.51.100.64/30"]}},
        {"names": [{"host": "app.example.org", "load-balancers": ["198.51.100.66"]}]},
    ],
)
def test_an_address_in_what_the_intent_names_is_tried(intent: Object) -> None:
    assert found(*NODES, service("web", externalIPs=["198.51.100.66"]), intent=intent) == ["198.51.100.66 443"]


def test_an_address_of_a_pool_is_tried_and_its_neighbours_are_not() -> None:
    pool: Object = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "pool", "namespace": "metallb-system"},
        "spec": {"addresses": ["198.51.100.66-198.51.100.67"]},
    }

    assert found(*NODES, pool, service("web", externalIPs=["198.51.100.66", "198.51.100.68"])) == ["198.51.100.66 443"]


@pytest.mark.parametrize("network", ["169.254.0.0/16", "127.0.0.0/8"])
def test_an_address_that_means_another_machine_everywhere_is_never_tried(network: str) -> None:
    intent = {"networks": {"odd": {"cidrs": [network]}}}

    assert found(*NODES, service("web", externalIPs=["169.254.169.254", "127.0.0.1"]), intent=intent) == []


def test_a_limit_leaves_no_way_in_out_before_it_leaves_nodes_out() -> None:
    ways = [service("api", 30080), service("web", 30081)]

    assert found(*NODES, *ways, most=2) == ["192.0.2.10 30080", "192.0.2.10 30081"]


def test_what_is_closed_to_everybody_comes_last() -> None:
    deny: Object = {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "GlobalNetworkPolicy",
        "metadata": {"name": "deny"},
        "spec": {
            "preDNAT": True,
            "applyOnForward": True,
            "selector": "iftype == 'oam'",
            "ingress": [{"action": "Deny", "protocol": "TCP", "destination": {"ports": [30080]}}],
        },
    }
    guarded = [
        host_endpoint(name, name, "eno1", f"192.0.2.1{index}", networks="oam") for index, name in enumerate("ab")
    ]
    slices: Object = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "api-1", "namespace": "apps", "labels": {"kubernetes.io/service-name": "api"}},
        "addressType": "IPv4",
        "ports": [{"name": "", "port": 8443, "protocol": "TCP"}],
        "endpoints": [{"addresses": ["10.244.0.5"], "conditions": {"ready": True}, "nodeName": "a"}],
    }

    assert found(*NODES, *guarded, deny, service("web", 30080), service("api", 30081), slices) == [
        "192.0.2.10 30081",
        "192.0.2.11 30081",
        "192.0.2.10 30080",
        "192.0.2.11 30080",
    ]
