"""Runs what listens and what forwards in the hosts of the lab: pods, servers on nodes, and kube-proxy on each node."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from cluster.daemon import Daemon
from lab.addresses import NODES, SLOTS
from lab.namespaces import Namespaces
from lab.scripts import script
from lab.topology import pod_host
from lab.workloads import POD_PORT, SENTINEL_PORT, Workload

_READY_SECONDS = 30.0


@contextmanager
def running_pods(hosts: Namespaces, folder: Path) -> Iterator[None]:
    """Let every slot of the pod network answer with its name."""
    pods = [pod_host(node, slot) for node in NODES for slot in SLOTS]
    with _listening(hosts, {pod: [POD_PORT, SENTINEL_PORT] for pod in pods}, folder):
        yield


@contextmanager
def running_host_pods(hosts: Namespaces, workloads: Iterable[Workload], folder: Path) -> Iterator[None]:
    """Let the pods on the nodes' own network listen there."""
    ports: dict[str, list[int]] = {}
    for workload in workloads:
        if not workload.slot:
            ports.setdefault(workload.node, []).append(workload.port)
    with _listening(hosts, ports, folder):
        yield


@contextmanager
def _listening(hosts: Namespaces, ports: dict[str, list[int]], folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        started = []
        for host, numbers in ports.items():
            log = folder / f"listener-{host}.log"
            command = hosts.command(host, *script("listener"), host, *map(str, numbers))
            started.append((stack.enter_context(Daemon(command, log)), log))
        for daemon, log in started:
            daemon.wait_until(partial(_is_ready, log), seconds=_READY_SECONDS)
        yield


def _is_ready(log: Path) -> bool:
    return "ready" in log.read_text()


@contextmanager
def running_proxies(
    hosts: Namespaces, kube_proxy: Path, configuration: Path, folder: Path, nodes: Iterable[str] = NODES
) -> Iterator[Mapping[str, Daemon]]:
    """Run kube-proxy on every node, with one configuration for all as kubeadm has it."""
    with ExitStack() as stack:
        yield {
            node: stack.enter_context(
                Daemon(
                    hosts.command(node, str(kube_proxy), f"--config={configuration}", f"--hostname-override={node}"),
                    folder / f"kube-proxy-{node}.log",
                )
            )
            for node in nodes
        }
