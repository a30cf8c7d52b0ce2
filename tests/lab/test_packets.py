"""The lab itself: what is known of kube-proxy's iptables mode shows in it, so that its word counts against a claim."""

import os
from collections.abc import Mapping
from typing import Any

import pytest

from lab.addresses import NODES, OAM, family_of, floating_address, internal_address, node_addresses, number
from lab.candidates import candidates
from lab.clusters import Cluster
from lab.lab import Lab
from lab.probes import Answer, Try, Way, probe, tries
from lab.services import families, port, service
from lab.workloads import HostPort, State, Workload

pytestmark = pytest.mark.skipif(
    os.environ.get("CHAUDIT_LAB_PROXY_MODE", "") not in {"", "iptables"}, reason="these facts are of iptables mode"
)

EVERYWHERE = {address for node in NODES for address in node_addresses(node)}
OF_N3 = set(node_addresses("n3"))
IPV4 = {address for address in EVERYWHERE if family_of(address) == 4}
BALANCER, VIRTUAL, CLAIMED = "10.20.30.7", "10.20.30.8", "10.20.30.9"
SERVING_TERMINATING = 26
"""The minor release that serves terminating endpoints when no others are left (KEP-1669)."""


def node_port(name: str, number: int, protocol: str = "TCP", **spec: object) -> dict[str, Any]:
    """Return a NodePort service of both families, unless ``spec`` says otherwise."""
    ports = [port(protocol, number - 23000, number)]
    wanted = {"type": "NodePort", **families(4, 6), "ports": ports, "selector": {name: "serves"}, **spec}
    return service(name, wanted, ingress=[{"ip": BALANCER}] if spec.get("type") == "LoadBalancer" else None)


def a_cluster(*node_port_addresses: str) -> Cluster:
    on_n3 = {"everywhere", "local", "one-family", "guarded", "outward", "datagrams", "headless"}
    headless = {
        **families(4), "clusterIP": "None", "externalIPs": [CLAIMED], "ports": [port("TCP", 7999)],
        "selector": {"headless": "serves"},
    }  # fmt: skip
    return Cluster(
        name="facts",
        workloads=[
            Workload("ready", "n3", "p1", serves=on_n3, host_ports=(HostPort("TCP", 12001), HostPort("UDP", 12001))),
            Workload("not-ready", "n2", "p1", State.NOT_READY, serves={"everywhere", "unserved", "published"}),
            Workload("draining", "n1", "p1", State.TERMINATING, serves={"everywhere", "draining"}),
            Workload("host", "n2", port=9100),
        ],
        objects=[
            node_port("everywhere", 30001),
            node_port("local", 30002, externalTrafficPolicy="Local"),
            node_port("unserved", 30003),
            node_port("one-family", 30004, **families(4)),
            node_port("published", 30005, publishNotReadyAddresses=True),
            node_port("draining", 30006),
            node_port("datagrams", 30007, "UDP"),
            node_port("outward", 30008, externalIPs=[VIRTUAL, OAM.address(number("n1"), 4)]),
            node_port(
                "guarded", 30009, type="LoadBalancer", loadBalancerSourceRanges=[OAM.cidrs[4]],
                externalTrafficPolicy="Local", healthCheckNodePort=30010,
            ),
            service("headless", headless),
        ],
        node_port_addresses=node_port_addresses,
    )  # fmt: skip


class Packets:
    """What came of all tries in one cluster."""

    def __init__(self, lab: Lab, cluster: Cluster) -> None:
        with lab.running(cluster) as services:
            self._answers: Mapping[Try, Answer] = probe(lab.hosts, tries(candidates(cluster, services)))

    def heard(self, client: str, number: int, protocol: str = "TCP", *, entry: str = "") -> dict[str, str]:
        """Return the addresses that answered at a port, with what they said."""
        return {
            one.way.address: answer.said
            for one, answer in self._answers.items()
            if answer.is_answered and one == Try(client, entry, Way(one.way.address, protocol, number))
        }


@pytest.fixture(scope="module")
def unset(lab: Lab) -> Packets:
    """Packets in a cluster whose kube-proxy has no nodePortAddresses."""
    return Packets(lab, a_cluster())


@pytest.fixture(scope="module")
def oam_only(lab: Lab) -> Packets:
    """Packets in a cluster whose kube-proxy has IPv4 nodePortAddresses, those of OAM."""
    return Packets(lab, a_cluster(OAM.cidrs[4]))


@pytest.mark.parametrize("client", ["oam", "cluster-host", "node", "pod"])
@pytest.mark.parametrize(("number", "protocol"), [(30001, "TCP"), (30007, "UDP")])
def test_a_node_port_answers_on_every_address_of_every_node(
    unset: Packets, client: str, number: int, protocol: str
) -> None:
    assert unset.heard(client, number, protocol) == dict.fromkeys(EVERYWHERE, "n3p1")


@pytest.mark.parametrize("number", [22, 32767, 30003])
def test_what_nobody_serves_answers_nobody(unset: Packets, number: int) -> None:
    assert not any(unset.heard(client, number) for client in ("oam", "cluster-host", "node", "pod"))


@pytest.mark.parametrize("client", ["oam", "cluster-host"])
def test_local_answers_outsiders_where_the_endpoint_is(unset: Packets, client: str) -> None:
    assert set(unset.heard(client, 30002)) == OF_N3


def test_local_answers_a_process_on_its_own_node_without_endpoint(unset: Packets) -> None:
    assert set(unset.heard("node", 30002)) == OF_N3 | set(node_addresses("n1"))


def test_a_node_port_has_the_families_of_its_service(unset: Packets) -> None:
    assert set(unset.heard("oam", 30004)) == IPV4


def test_published_endpoints_answer_though_they_are_not_ready(unset: Packets) -> None:
    assert unset.heard("oam", 30005) == dict.fromkeys(EVERYWHERE, "n2p1")


def test_terminating_endpoints_answer_in_releases_that_serve_them(unset: Packets, lab: Lab) -> None:
    assert set(unset.heard("oam", 30006)) == (EVERYWHERE if lab.release.minor >= SERVING_TERMINATING else set())


def test_source_ranges_guard_the_balancer_and_not_the_node_port(unset: Packets) -> None:
    assert unset.heard("oam", 7009, entry="n3") == {BALANCER: "n3p1"}
    assert unset.heard("oam", 7009, entry="n1") == {}
    assert unset.heard("cluster-host", 7009, entry="n3") == {}
    assert set(unset.heard("cluster-host", 30009)) == OF_N3


def test_health_checks_answer_everywhere_and_tell_where_the_endpoint_is(unset: Packets) -> None:
    heard = unset.heard("cluster-host", 30010)

    assert {address for address, said in heard.items() if said.endswith("200 OK")} == OF_N3
    assert {address for address, said in heard.items() if "503" in said} == EVERYWHERE - OF_N3


@pytest.mark.parametrize("entry", NODES)
def test_an_external_ip_answers_by_every_node(unset: Packets, entry: str) -> None:
    assert unset.heard("oam", 7008, entry=entry) == {VIRTUAL: "n3p1"}


def test_an_external_ip_that_is_a_nodes_address_answers_there(unset: Packets) -> None:
    assert unset.heard("cluster-host", 7008) == {OAM.address(number("n1"), 4): "n3p1"}


def test_external_ips_of_headless_services_answer_nowhere(unset: Packets) -> None:
    assert not any(unset.heard("oam", 7999, entry=node) for node in NODES)


@pytest.mark.parametrize("protocol", ["TCP", "UDP"])
def test_a_host_port_answers_on_every_address_of_its_own_node(unset: Packets, protocol: str) -> None:
    assert unset.heard("oam", 12001, protocol) == dict.fromkeys(OF_N3, "n3p1")


@pytest.mark.parametrize("protocol", ["TCP", "UDP"])
def test_a_pod_on_the_host_network_answers_on_every_address_of_its_node(unset: Packets, protocol: str) -> None:
    assert unset.heard("oam", 9100, protocol) == dict.fromkeys(node_addresses("n2"), "n2")


def test_node_port_addresses_of_one_family_leave_the_other_open(oam_only: Packets) -> None:
    of_oam = {floating_address(4), *(OAM.address(number(node), 4) for node in NODES)}

    assert set(oam_only.heard("cluster-host", 30001)) == of_oam | (EVERYWHERE - IPV4)
    assert internal_address("n1", 4) not in oam_only.heard("node", 30001)
