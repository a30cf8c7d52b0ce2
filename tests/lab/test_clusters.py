"""Drawn clusters can be drawn again, and between them they hold what exposure depends on."""

from collections.abc import Iterator, Mapping
from typing import Any

from lab.clusters import Cluster, draw_cluster
from lab.workloads import State

DRAWN = [draw_cluster(seed) for seed in range(1, 21)]


def specs() -> Iterator[Mapping[str, Any]]:
    for cluster in DRAWN:
        yield from (manifest["spec"] for manifest in cluster.objects if manifest["kind"] == "Service")


def written(cluster: Cluster) -> object:
    return [*cluster.objects, *(workload.manifest() for workload in cluster.workloads), cluster.node_port_addresses]


def test_the_same_seed_draws_the_same_cluster() -> None:
    assert written(draw_cluster(7)) == written(draw_cluster(7))
    assert written(draw_cluster(7)) != written(draw_cluster(8))


def test_no_node_port_is_drawn_twice_in_a_cluster() -> None:
    for cluster in DRAWN:
        drawn = [
            port["nodePort"]
            for manifest in cluster.objects
            if manifest["kind"] == "Service"
            for port in manifest["spec"]["ports"]
            if "nodePort" in port
        ]
        assert len(drawn) == len(set(drawn))


def test_every_kind_of_service_and_policy_is_drawn() -> None:
    assert {spec["type"] for spec in specs()} == {"NodePort", "LoadBalancer", "ClusterIP", "ExternalName"}
    assert {spec.get("externalTrafficPolicy") for spec in specs()} == {None, "Local"}
    assert {tuple(spec.get("ipFamilies", ())) for spec in specs()} >= {("IPv4",), ("IPv6",), ("IPv6", "IPv4")}
    for field in ("externalIPs", "loadBalancerSourceRanges", "healthCheckNodePort", "publishNotReadyAddresses"):
        assert any(spec.get(field) for spec in specs()), field


def test_every_state_of_a_pod_and_every_setting_is_drawn() -> None:
    workloads = [workload for cluster in DRAWN for workload in cluster.workloads]

    assert {workload.state for workload in workloads} == set(State)
    assert any(workload.host_ports for workload in workloads)
    assert any(not workload.slot for workload in workloads)
    assert len({tuple(cluster.node_port_addresses) for cluster in DRAWN}) >= 6
    assert {cluster.has_inventory for cluster in DRAWN} == {cluster.nat_outgoing for cluster in DRAWN} == {True, False}
