"""The probe `haproxy` against a real one: who is up, who is not, and what it means that it does not tell."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from chaudit.cli.main import run
from chaudit.evidence.asking import Asking, Limits
from chaudit.testing import ApiServer
from chaudit_network.probes.haproxy import Statistics, ask
from servers.haproxy import haproxy
from servers.test_dns import node

pytestmark = pytest.mark.usefixtures("programs")
SECONDS = 30.0


@contextmanager
def application() -> Iterator[int]:
    """Listen for health checks."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=1024)) as server:
        yield server.getsockname()[1]


def server(address: str, port: int) -> str:
    return f"{address} check inter 50ms fall 1 rise 1 addr 127.0.0.1 port {port}"


def told(place: str, argument: str = "") -> Statistics:
    asking = Asking(argument, Limits(timeout_s=20, per_second=1000))
    [found] = ask([place], asking)
    return found


def test_servers_come_with_their_backend_address_and_status(tmp_path: Path) -> None:
    with application() as port:
        servers = {"a": server("192.0.2.10:30443", port), "b": "[2001:db8::11]:30443"}
        with haproxy(tmp_path, servers) as (running, daemon):
            daemon.wait_until(lambda: running.holds(a="UP"), seconds=SECONDS)
            found = told(running.url)

    assert found.problem == ""
    assert [(one.backend, one.name, one.status, one.address) for one in found.servers] == [
        ("web", "a", "UP", "192.0.2.10:30443"),
        ("web", "b", "no check", "[2001:db8::11]:30443"),
    ]


def test_its_socket_tells_the_same(tmp_path: Path) -> None:
    with application() as port, haproxy(tmp_path, {"a": server("192.0.2.10:30443", port)}) as (running, daemon):
        daemon.wait_until(lambda: running.holds(a="UP"), seconds=SECONDS)

        assert told(running.socket).servers == told(running.url).servers


def test_credentials_come_from_a_netrc_file(tmp_path: Path) -> None:
    known = tmp_path / "netrc"
    known.write_text("machine 127.0.0.1 login reader password secret")
    with haproxy(tmp_path, {"a": "192.0.2.10:30443"}, auth="stats auth reader:secret") as (running, _):
        refused, allowed = told(running.url), told(running.url, str(known))

    assert refused.problem == "HTTP Error 401: Unauthorized"
    assert [one.name for one in allowed.servers] == ["a"]


def test_somebody_else_at_the_address_is_a_problem(tmp_path: Path) -> None:
    with ApiServer([]) as server:
        answered = told(f"{server.url}/version")

    silent = told(f"unix:{tmp_path}/none")

    assert answered.problem
    assert silent.problem == "[Errno 2] No such file or directory"


def scan(folder: Path, statistics: str) -> tuple[int, list[str]]:
    """Return the exit code, and what is wrong with the load balancer."""
    intent, report = folder / "chaudit.yaml", folder / "report.json"
    balancer = f"{{address: 198.51.100.7, statistics: '{statistics}', backend: web}}"
    intent.write_text(f"names: [{{host: www.example.org, load-balancers: [{balancer}]}}]")
    options = ["--kubeconfig", str(folder / "kubeconfig"), "--intent", str(intent), "--report", f"json={report}"]
    code = run(["scan", *options, "--probe", "haproxy", "--rule", "HA-011"])
    [finding] = json.loads(report.read_text())["findings"]
    return code, [one["message"] for one in finding.get("violations", [])]


def test_a_scan_fails_as_soon_as_one_of_two_nodes_is_held_for_down(tmp_path: Path) -> None:
    with ExitStack() as running, ExitStack() as second:
        cluster = running.enter_context(ApiServer([node("a", "192.0.2.10"), node("b", "192.0.2.11")]))
        cluster.write_kubeconfig(tmp_path / "kubeconfig")
        ports = running.enter_context(application()), second.enter_context(application())
        servers = {"a": server("192.0.2.10:30443", ports[0]), "b": server("192.0.2.11:30443", ports[1])}
        balancer, daemon = running.enter_context(haproxy(tmp_path, servers))
        daemon.wait_until(lambda: balancer.holds(a="UP", b="UP"), seconds=SECONDS)
        before = scan(tmp_path, balancer.url)
        second.close()
        daemon.wait_until(lambda: balancer.holds(a="UP", b="DOWN"), seconds=SECONDS)
        after = scan(tmp_path, balancer.url)

    assert before == (0, [])
    assert after == (1, ["backend web: up are 1 server on 1 node (a), expected 2 nodes; down: b (DOWN)"])
