"""A lab cluster: what stands in its API server and how its kube-proxy is set, made by hand or drawn from a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from lab.draws import ServiceDraw, draw_node_port_addresses
from lab.workloads import Workload, draw_workloads

_SERVICES = 14
_UNKNOWN_TO_THE_API = 0.2
"""How often nothing in the API tells which addresses nodes have beside their InternalIPs."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster; ``objects`` are its Services and the slices that belong to services without a selector."""

    name: str
    workloads: Sequence[Workload]
    objects: Sequence[Mapping[str, Any]]
    node_port_addresses: Sequence[str] = ()
    masquerade_all: bool = False
    nat_outgoing: bool = True
    has_inventory: bool = True


def draw_cluster(seed: int) -> Cluster:
    """Draw a cluster; the same seed gives the same one."""
    random = Random(seed)  # noqa: S311 - a cluster is drawn, not a secret
    workloads = draw_workloads(random)
    return Cluster(
        name=f"seed {seed}",
        workloads=workloads,
        objects=list(ServiceDraw(random, workloads).draw(_SERVICES)),
        node_port_addresses=draw_node_port_addresses(random),
        masquerade_all=random.random() < 0.1,
        nat_outgoing=random.random() < 0.6,
        has_inventory=random.random() >= _UNKNOWN_TO_THE_API,
    )
