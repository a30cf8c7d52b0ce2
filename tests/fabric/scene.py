"""The fabric: a control plane, nodes with BIRD and kube-proxy, two routers with FRR, and a client with servers."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import yaml

from cluster.assets import crd_folder, find_binary
from cluster.control_plane import ControlPlane
from cluster.daemon import Daemon
from fabric import objects
from fabric.addresses import CLIENT, FAMILIES, NODES, ROUTERS, address, public
from fabric.bird import ESTABLISHED, Bird
from fabric.confd import Confd
from fabric.findings import Findings
from fabric.frr import Router
from fabric.names import RECORDS, ZONE, intent, zone
from fabric.network import built_network, cut, mend
from fabric.objects import CALICO, NUMBERS, PASSWORD, PORT, Manifest
from lab import platform, rules
from lab.clusters import Cluster
from lab.data_plane import running_proxies
from lab.namespaces import Namespaces
from lab.release import release_of
from lab.scripts import script
from servers.haproxy import HAProxy, haproxy
from servers.knot import Knot, knot

_SECONDS = 60.0
_QUIET_SECONDS = 0.3
_SCAN_SECONDS = 100
_LONG_AGO = timedelta(minutes=10)

RULES = ("BGP-*", "HA-*")

Session = tuple[str, str, int]
"""A node, a router, and an address family."""
SESSIONS: frozenset[Session] = frozenset(
    (node, router, family) for node in NODES for router in ROUTERS for family in FAMILIES
)


class UnsettledError(Exception):
    """Something did not come to be as it should in time."""


class Fabric:
    """Everything, for as long as the ``with`` block lasts. A test changes something, and :meth:`restore` undoes it."""

    hosts: Namespaces
    plane: ControlPlane
    routers: Mapping[str, Router]
    birds: Mapping[str, Bird]
    dns: Knot
    balancer: HAProxy

    def __init__(self) -> None:
        """Find the binaries and definitions.

        Raises:
            AssetsMissingError: This machine lacks some.
        """
        self._kube_proxy = find_binary("kube-proxy")
        self._definitions = crd_folder() / "calico" / "v3.31.7"
        self._release = release_of(self._kube_proxy)
        self._listeners: dict[str, ExitStack] = {}
        self._reported: dict[str, Mapping[str, str]] = {}
        self._scans = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="chaudit-fabric-")))
            # The routers' daemons run as a user of their own, and have their folders in here.
            self._folder.chmod(0o711)
            self.hosts = stack.enter_context(Namespaces(1))
            outside = stack.enter_context(built_network(self.hosts))
            options = self._release.api_server_options
            self.plane = stack.enter_context(ControlPlane(address=outside, options=options))
            self.plane.apply_crds(self._definitions)
            self._kubeconfig = self.plane.kubeconfig(self._folder / "kubeconfig")
            self._run_proxies(stack)
            self._run_servers(stack)
            self.routers = {
                name: stack.enter_context(Router(self.hosts, name, self._folder / name, PASSWORD)) for name in ROUTERS
            }
            self.birds = {node: Bird(self.hosts, node, self._folder) for node in NODES}
            for node, bird in self.birds.items():
                stack.callback(bird.stop)
                stack.callback(self.stop_listening, node)
            self.restore()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _run_proxies(self, stack: ExitStack) -> None:
        empty = Cluster("fabric", (), ())
        configuration = platform.proxy_configuration(empty, "", self._release.features, str(self._kubeconfig))
        file = self._folder / "kube-proxy.yaml"
        file.write_text(configuration)
        self.apply(
            *objects.lasting(), *objects.healthy(self._release.version), platform.proxy_config_map(configuration)
        )
        for node in NODES:
            rules.reset(self.hosts, node, nat_outgoing=False)
        stack.enter_context(running_proxies(self.hosts, self._kube_proxy, file, self._folder, NODES))

    def _run_servers(self, stack: ExitStack) -> None:
        within, own = self.hosts.command(CLIENT), address(CLIENT, 4)
        self.dns = stack.enter_context(knot(self._folder / "knot", own, 53, {ZONE: zone(RECORDS)}, within=within))
        folder = self._folder / "haproxy"
        folder.mkdir()
        servers = {node: f"{address(node, 4)}:{PORT} check inter 100ms fall 1 rise 1" for node in ("n1", "n2")}
        self.balancer, _ = stack.enter_context(haproxy(folder, servers, place=f"{own}:8404", within=within))

    def apply(self, *manifests: Manifest) -> None:
        """Change objects of the cluster."""
        self.plane.apply(manifests)

    def node(self, name: str, **changes: Any) -> Manifest:  # noqa: ANN401 - as `objects.node` takes them
        """Return a node with something changed."""
        return objects.node(name, self._release.version, **changes)

    def cut(self, host: str) -> None:
        """Pull a host's cable."""
        cut(self.hosts, host)

    def listen(self, node: str) -> None:
        """Let the services' pods on a node answer."""
        if node not in self._listeners:
            with ExitStack() as stack:
                log = self._folder / f"listener-{node}.log"
                command = self.hosts.command(node, *script("listener"), node, str(PORT))
                stack.enter_context(Daemon(command, log)).wait_until(
                    lambda: "ready" in log.read_text(), seconds=_SECONDS
                )
                self._listeners[node] = stack.pop_all()

    def stop_listening(self, node: str) -> None:
        """Let nothing answer on a node any more."""
        if stack := self._listeners.pop(node, None):
            stack.close()

    def restore(self) -> None:
        """Make all well again."""
        for host in (*NODES, *ROUTERS):
            mend(self.hosts, host)
        self.apply(*objects.healthy(self._release.version))
        for node in ("n1", "n2"):
            self.listen(node)
        for router in self.routers.values():
            router.reset()
        self.dns.replace(ZONE, zone(RECORDS))
        self._configure(self.birds.values())
        self.settle()
        self.wait_until(lambda: self.balancer.holds(n1="UP", n2="UP"), "HAProxy")

    def settle(self, *, down: Iterable[Session] = ()) -> None:
        """Let confd write what follows from the objects, and wait until nodes and routers have heard all of it.

        `down` are the sessions that are not to come up, or to go down.

        Raises:
            UnsettledError: Other sessions are up, or the routers hear something new all the time.
        """
        self._configure(bird for bird in self.birds.values() if bird.is_running)
        wanted = SESSIONS - set(down)
        self.wait_until(lambda: self._up_for_routers() == wanted == self._up_for_nodes(), "the sessions")
        self.wait_until(self._is_meshed, "the sessions among nodes")
        self.wait_until(self._is_quiet, "the tables")

    def _is_quiet(self) -> bool:
        """Whether routers hear nothing new for a moment."""
        before = [router.tables() for router in self.routers.values()]
        time.sleep(_QUIET_SECONDS)
        return before == [router.tables() for router in self.routers.values()]

    def _configure(self, birds: Iterable[Bird]) -> None:
        confd = Confd(self.listed)
        for bird in birds:
            bird.configure(confd.render(bird.node))

    def wait_until(self, ready: Callable[[], bool], what: str) -> None:
        """Wait for something.

        Raises:
            UnsettledError: It takes too long.
        """
        deadline = time.monotonic() + _SECONDS
        while not ready():
            if time.monotonic() > deadline:
                raise UnsettledError(f"{what}: not as expected within {_SECONDS:g} s")
            time.sleep(0.1)

    def _up_for_routers(self) -> set[Session]:
        up = {name: router.established() for name, router in self.routers.items()}
        return {one for one in SESSIONS if address(one[0], one[2]) in up[one[1]]}

    def _up_for_nodes(self) -> set[Session]:
        states = {node: bird.states() for node, bird in self.birds.items()}
        return {one for one in SESSIONS if states[one[0]].get(address(one[1], one[2])) == ESTABLISHED}

    def _is_meshed(self) -> bool:
        """Whether nodes that are to speak with one another do."""
        nodes = {address(node, family) for node in NODES for family in FAMILIES}
        states = (one for bird in self.birds.values() for one in bird.states().items())
        return all(state == ESTABLISHED for neighbour, state in states if neighbour in nodes)

    def answers(self, name: str, tries: int = 48) -> Counter[str]:
        """Let the client connect to a service many times, each time by whichever way routers choose for the ports."""
        order = {"seconds": 1, "at_once": tries, "tries": [[0, public(NUMBERS[name], 4), "TCP", 80]] * tries}
        printed = self.hosts.run(CLIENT, *script("prober"), text=json.dumps(order))
        return Counter(json.loads(line)[0] for line in printed.splitlines())

    def listed(self, plural: str) -> Sequence[Manifest]:
        """Return the objects of a kind that confd reads, as the API server has them."""
        is_core = plural in {"nodes", "services", "secrets"}
        group = "api/v1" if is_core else f"apis/{CALICO}"
        if plural == "endpointslices":
            served = self.plane.request("GET", "/apis/discovery.k8s.io/v1").status == HTTPStatus.OK
            group = f"apis/discovery.k8s.io/{'v1' if served else 'v1beta1'}"
        reply = self.plane.request("GET", f"/{group}/{plural}").body
        return [{"apiVersion": reply["apiVersion"], **found} for found in reply["items"]]

    def evidence(self) -> Sequence[Manifest]:
        """Return the objects that say how nodes speak BGP, each with its kind."""
        kinds = {
            "nodes": "Node",
            "services": "Service",
            "endpointslices": "EndpointSlice",
            "bgpconfigurations": "BGPConfiguration",
            "bgppeers": "BGPPeer",
            "bgpfilters": "BGPFilter",
            "ippools": "IPPool",
            "blockaffinities": "BlockAffinity",
        }
        return [{"kind": kind, **found} for plural, kind in kinds.items() for found in self.listed(plural)]

    def scan(self, *options: str, rules: Iterable[str] = RULES, names: Iterable[str] = RECORDS) -> Findings:
        """Scan from where the client is, with what routers, DNS and HAProxy say; the intent file has these names."""
        self._scans += 1
        folder = self._folder / f"scan-{self._scans}"
        folder.mkdir()
        self.apply(*self._statuses())
        meant, report = folder / "chaudit.yaml", folder / "report.json"
        meant.write_text(yaml.safe_dump(intent(names, self.balancer.url)))
        tables = ",".join(self.write_tables(folder))
        command = [
            *(sys.executable, "-P", "-m", "chaudit", "scan", "--kubeconfig", str(self._kubeconfig)),
            *("--intent", str(meant), "--report", f"json={report}", "--quiet"),
            *(word for rule in rules for word in ("--rule", rule)),
            *("--probe", f"dns={address(CLIENT, 4)}", "--probe", "haproxy", "--bgp-rib", tables),
            *("--probe-timeout", "1", *options),
        ]
        done = subprocess.run(
            self.hosts.command(CLIENT, *command), capture_output=True, text=True, timeout=_SCAN_SECONDS, check=False
        )
        if not report.exists():
            raise AssertionError(f"no report, but {done.returncode}: {done.stderr}")
        return Findings(done.returncode, report)

    def write_tables(self, folder: Path) -> Iterator[str]:
        """Yield each router's table of each family, as the option takes it: with the address that nodes know it by."""
        for name, router in self.routers.items():
            for family in FAMILIES:
                file = folder / f"{name}-ipv{family}.json"
                file.write_text(router.table(family))
                yield f"{address(name, family)}@{file}"

    def _statuses(self) -> Iterator[Manifest]:
        """Yield what calico-node reports of each node's sessions; where BIRD is gone, its last report is old."""
        now = datetime.now(UTC)
        for node, bird in self.birds.items():
            if bird.is_running:
                self._reported[node] = bird.states()
            written = now if bird.is_running else now - _LONG_AGO
            manifest = objects.calico(
                "CalicoNodeStatus", node, {"node": node, "classes": ["BGP"], "updatePeriodSeconds": 10}
            )
            yield {**manifest, "status": objects.session_status(self._reported[node], written)}
