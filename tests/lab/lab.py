"""The lab: one control plane and one topology for a whole test run, in which cluster after cluster is made to work."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from cluster.assets import crd_folder, find_binary
from cluster.control_plane import ControlPlane
from cluster.daemon import Daemon
from lab import platform, rules
from lab.addresses import NODES
from lab.clusters import Cluster
from lab.contents import Contents
from lab.data_plane import running_host_pods, running_pods, running_proxies
from lab.namespaces import Namespaces
from lab.probes import Try, Way, probe
from lab.release import Release, release_of
from lab.topology import built_topology
from lab.workloads import SENTINEL_PORT

_SETTLED_SECONDS = 30.0
_CUSTOM_KINDS = ("ippools", "nodenetworkstates")


class Lab:
    """A control plane, nodes, pods and clients that live as long as the ``with`` block."""

    hosts: Namespaces
    kubeconfig: Path
    intent: Path
    release: Release

    def __init__(self, mode: str) -> None:
        """Choose the binaries and kube-proxy's mode; nothing starts before the ``with`` block.

        Raises:
            AssetsMissingError: This machine lacks a binary or definitions.
        """
        self._mode = mode
        self._kube_proxy = find_binary("kube-proxy")
        self._controller_manager = find_binary("kube-controller-manager")
        # Of a kind that several releases define, the first release will do.
        self._definitions = [min(crd_folder().rglob(f"*_{plural}.yaml")) for plural in _CUSTOM_KINDS]
        self.release = release_of(self._kube_proxy)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="chaudit-lab-")))
            self.intent = self._folder / "chaudit.yaml"
            self.intent.write_text(platform.intent())
            self.hosts = stack.enter_context(Namespaces())
            address = stack.enter_context(built_topology(self.hosts))
            plane = stack.enter_context(ControlPlane(address=address, options=self.release.api_server_options))
            self.kubeconfig = plane.kubeconfig(self._folder / "kubeconfig")
            plane.apply_crds(*self._definitions)
            manager = [str(self._controller_manager), f"--kubeconfig={self.kubeconfig}", *self.release.controllers]
            self._manager = stack.enter_context(Daemon(manager, self._folder / "kube-controller-manager.log"))
            stack.enter_context(running_pods(self.hosts, self._folder))
            self._contents = Contents(plane, self.release.version)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @contextmanager
    def running(self, cluster: Cluster) -> Iterator[list[dict[str, Any]]]:
        """Bring a cluster up, yield its services as the API server has them, and clear it away.

        When it begins to yield, slices are filled, and every kube-proxy, started afresh, has programmed them.

        Raises:
            DaemonError: The controller manager or a kube-proxy did not get there in time.
        """
        configuration = self._folder / "kube-proxy.yaml"
        configuration.write_text(
            platform.proxy_configuration(cluster, self._mode, self.release.features, str(self.kubeconfig))
        )
        with ExitStack() as stack:
            stack.callback(self._contents.clear)
            self._contents.fill(cluster, configuration.read_text())
            for node in NODES:
                rules.reset(self.hosts, node, nat_outgoing=cluster.nat_outgoing)
            rules.open_host_ports(self.hosts, cluster.workloads)
            stack.enter_context(running_host_pods(self.hosts, cluster.workloads, self._folder))
            self._manager.wait_until(lambda: self._contents.slices_are_filled(cluster), seconds=_SETTLED_SECONDS)
            proxies = stack.enter_context(running_proxies(self.hosts, self._kube_proxy, configuration, self._folder))
            for node, proxy in proxies.items():
                proxy.wait_until(partial(self._sentinel_answers, node), seconds=_SETTLED_SECONDS)
            for node in NODES:
                rules.forget_connections(self.hosts, node)
            yield self._contents.services()

    def _sentinel_answers(self, node: str) -> bool:
        """Ask the sentinel by way of a node: kube-proxy programs all the services that it knows at once."""
        addresses = self._contents.sentinel_addresses
        wanted = [Try("cluster-host", node, Way(address, "TCP", SENTINEL_PORT)) for address in addresses]
        return all(answer.is_answered for answer in probe(self.hosts, wanted).values())
