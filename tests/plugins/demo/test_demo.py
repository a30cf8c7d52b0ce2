"""`chaudit demo` as a user meets it: a process, what it prints, the files it leaves, and its exit code."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import urllib3
import yaml
from lxml import etree

from chaudit import ChauditError, Outcome, Report, State
from chaudit_demo.demonstration import demonstrate

COMMAND = [sys.executable, "-m", "chaudit", "demo", "--output"]

NODES = ("controller-0", "controller-1", "compute-0", "compute-1", "compute-2")
EDGES = (*(f"{name}-cluster0" for name in NODES), "controller-0-oam", "controller-1-oam")
FOUND = {
    # Nobody asked calico-node how its sessions are.
    ("BGP-003", "Peer 192.168.206.251", Outcome.UNKNOWN),
    ("BGP-003", "Peer 192.168.206.252", Outcome.UNKNOWN),
    # tor-b was added later, without password and filter, so that pod addresses go out to it too.
    ("BGP-004", "BGPPeer tor-b", Outcome.FAILED),
    ("BGP-006", "BGPPeer tor-b", Outcome.FAILED),
    ("BGP-007", "IPPool default-ipv4-ippool", Outcome.FAILED),
    # Both are as Calico leaves them.
    ("BGP-005", "BGPPeer tor-a", Outcome.FAILED),
    ("BGP-005", "BGPPeer tor-b", Outcome.FAILED),
    ("BGP-012", "BGPConfiguration default", Outcome.FAILED),
    # Nodes tell each other their routes, and the routers: those without an endpoint draw traffic that they drop.
    ("BGP-017", "Service voice/sip-edge", Outcome.FAILED),
    # Its name leads to the OAM address of one controller.
    ("HA-001", "Hostname grafana.site7.example", Outcome.FAILED),
    # Nobody serves the Ingress, so that it has no address.
    ("HA-001", "Hostname billing.site7.example", Outcome.UNKNOWN),
    ("HA-002", "Hostname billing.site7.example", Outcome.UNKNOWN),
    ("HA-010", "Hostname billing.site7.example", Outcome.UNKNOWN),
    # kubeadm keeps control planes out of load balancing, and clients of these names come to them all the same.
    ("HA-002", "Hostname grafana.site7.example", Outcome.FAILED),
    ("HA-002", "Hostname provisioning.site7.example", Outcome.FAILED),
    # Nothing keeps the two brokers off the same node.
    ("HA-003", "Service iot/mqtt", Outcome.FAILED),
    ("HA-004", "Service iot/mqtt", Outcome.FAILED),
    # One replica.
    ("HA-004", "Service legacy/license-server", Outcome.FAILED),
    ("HA-004", "Service ops/dashboard", Outcome.FAILED),
    ("HA-004", "Service staging/preview", Outcome.FAILED),
    ("HA-004", "Service telemetry/prometheus", Outcome.FAILED),
    # Several, and no budget that keeps one of them.
    ("HA-004", "Service iot/provisioning", Outcome.FAILED),
    ("HA-004", "Service telemetry/ingest", Outcome.FAILED),
    ("HA-004", "Service vran/e2term", Outcome.FAILED),
    # It asks for a group of addresses that nobody made.
    ("HA-005", "Service staging/preview", Outcome.FAILED),
    # Its two records are remembered for an hour.
    ("HA-010", "Hostname provisioning.site7.example", Outcome.FAILED),
    # HTTP past the ingress controller, of which only what the operators look at is meant to be.
    ("ING-001", "Service iot/provisioning:80/TCP", Outcome.FAILED),
    ("ING-001", "Service ops/dashboard:443/TCP", Outcome.FAILED),
    ("ING-001", "Service staging/preview:443/TCP", Outcome.FAILED),
    ("ING-001", "Service staging/preview:80/TCP", Outcome.FAILED),
    # Its class is of the cluster that it came from.
    ("ING-002", "Ingress legacy/billing", Outcome.FAILED),
    # The ingress controller that came with the platform is retired, and this release lacks the last fixes.
    ("ING-004", "DaemonSet kube-system/ic-nginx-ingress-ingress-nginx-controller", Outcome.FAILED),
    ("ING-005", "DaemonSet kube-system/ic-nginx-ingress-ingress-nginx-controller", Outcome.FAILED),
    # It is open on management networks, and its webhook to whoever is on cluster-host: the firewall lets hosts of a
    # network come to every port.
    ("ING-006", "DaemonSet kube-system/ic-nginx-ingress-ingress-nginx-controller", Outcome.FAILED),
    # Passwords go over plain HTTP.
    ("ING-007", "Ingress legacy/billing", Outcome.FAILED),
    ("ING-007", "Ingress telemetry/grafana", Outcome.FAILED),
    # The controller publishes the cluster IP of its service, as StarlingX sets it up; nobody serves the last one.
    ("ING-009", "Ingress iot/provisioning", Outcome.FAILED),
    ("ING-009", "Ingress portal/portal", Outcome.FAILED),
    ("ING-009", "Ingress telemetry/grafana", Outcome.FAILED),
    ("ING-009", "Ingress legacy/billing", Outcome.FAILED),
    # compute-2 was replaced: its kubelet reports the management address, while Calico uses the cluster-host one.
    ("NET-001", "Node compute-2", Outcome.FAILED),
    ("NET-003", "Node compute-2", Outcome.FAILED),
    # OAM hangs on one cable.
    ("NET-010", "Node controller-0", Outcome.FAILED),
    ("NET-010", "Node controller-1", Outcome.FAILED),
    # NMState is not installed, and nothing else lists every address of a node.
    *(("NET-012", f"Node {name}", Outcome.FAILED) for name in NODES),
    # The platform's policies look neither before DNAT nor at forwarded packets.
    ("NPT-001", "Service iot/mqtt:1883/TCP", Outcome.FAILED),
    ("NPT-001", "Service iot/mqtt:8883/TCP", Outcome.FAILED),
    ("NPT-001", "Service iot/provisioning:80/TCP", Outcome.FAILED),
    ("NPT-001", "Service ops/dashboard:443/TCP", Outcome.FAILED),
    ("NPT-001", "Service ops/log-relay:514/UDP", Outcome.FAILED),
    ("NPT-001", "Service ops/log-relay:601/TCP", Outcome.FAILED),
    ("NPT-001", "Service staging/preview:443/TCP", Outcome.FAILED),
    ("NPT-001", "Service staging/preview:80/TCP", Outcome.FAILED),
    ("NPT-001", "Service telemetry/ingest:4317/TCP", Outcome.FAILED),
    ("NPT-001", "Service vran/e2term:36422/SCTP", Outcome.FAILED),
    # kube-proxy is as kubeadm leaves it.
    ("NPT-002", "Cluster", Outcome.FAILED),
    # They judge what goes to the host's own processes, and no policy but that for Prometheus judges the rest.
    *(("NPT-005", f"HostEndpoint {name}-if-hep", Outcome.FAILED) for name in EDGES),
    # The policy for Prometheus says nothing of other ports, and keeps nodes and pods from its own.
    *((rule, f"HostEndpoint {name}-if-hep", Outcome.FAILED) for rule in ("NPT-008", "NPT-009") for name in EDGES),
    # MetalLB answers for its address, and the node port stayed.
    ("NPT-011", "Service telemetry/ingest", Outcome.FAILED),
    # Customers' networks are told apart at the load balancer's address only, and by pods that do not see clients.
    ("NPT-012", "Service telemetry/ingest:4317/TCP", Outcome.FAILED),
    ("NPT-013", "Service telemetry/ingest:4317/TCP", Outcome.FAILED),
    # Nothing but the portal denies by default, and the portal has no port of its own on the nodes.
    *(
        ("NPT-014", f"Namespace {name}", Outcome.FAILED)
        for name in ("iot", "legacy", "ops", "staging", "telemetry", "voice", "vran")
    ),
    # No policy looks at what goes on to pods.
    *(("NPT-016", f"Pod ops/log-relay-{name}:8125/UDP", Outcome.FAILED) for name in ("95fh4", "ckdfh", "xws5k")),
    # The ingress controller is open, as it should be: nobody has said so in the intent file.
    ("NPT-017", "DaemonSet kube-system/ic-nginx-ingress-ingress-nginx-controller", Outcome.FAILED),
    # Failsafe ports are open to everybody, and so is BGP.
    *(("NPT-018", f"Node {name}", Outcome.FAILED) for name in NODES),
    ("NPT-019", "FelixConfiguration default", Outcome.FAILED),
    # It is called what it is.
    ("NPT-022", "Service telemetry/prometheus", Outcome.FAILED),
    # Twelve node ports and a health check node port, where ten are agreed.
    ("NPT-010", "Cluster", Outcome.FAILED),
    # kube-proxy serves loopback, too, unless told otherwise.
    ("NPT-024", "Cluster", Outcome.FAILED),
    # The API servers let it.
    ("X-002", "Pod kube-system/kube-apiserver-controller-0", Outcome.FAILED),
    ("X-002", "Pod kube-system/kube-apiserver-controller-1", Outcome.FAILED),
    # Whoever may write services may claim any address this way.
    ("X-001", "Service legacy/license-server", Outcome.FAILED),
    # So the platform ships it.
    ("X-004", "Group system:nodes", Outcome.FAILED),
}
"""All that is failed or unknown in the bundled cluster, each for the reason given above it."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """Run the demonstration once; its `args` end with the folder."""
    return run(tmp_path_factory.mktemp("demo") / "report")


@pytest.fixture(scope="module")
def folder(demo: subprocess.CompletedProcess[str]) -> Path:
    return Path(demo.args[-1])


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return msgspec.json.decode((folder / "report.json").read_bytes(), type=Report)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, str(folder)], capture_output=True, text=True, timeout=60, check=False)


def test_the_demo_succeeds_although_the_scan_blocks(demo: subprocess.CompletedProcess[str], report: Report) -> None:
    assert (demo.returncode, report.verdict.exit_code, demo.stderr) == (0, 1, "")


def test_the_demo_leaves_three_reports_beside_what_it_used(folder: Path) -> None:
    files = {path.name for path in folder.iterdir()}

    assert files == {"report.html", "junit.xml", "report.json", "kubeconfig", "chaudit.yaml"}
    assert (folder / "report.html").read_text().lower().startswith("<!doctype html>")
    assert etree.parse(folder / "junit.xml").getroot().tag == "testsuites"


def test_the_demo_shows_the_command_that_it_runs(demo: subprocess.CompletedProcess[str], folder: Path) -> None:
    shown = demo.stdout.splitlines()[0]

    assert shown.startswith(f"$ chaudit scan --kubeconfig {folder}/kubeconfig --intent {folder}/chaudit.yaml --report ")


def test_the_demo_finds_exactly_what_is_wrong(report: Report) -> None:
    found = {
        (finding.rule, str(finding.subject), finding.outcome)
        for finding in report.findings
        if finding.outcome in {Outcome.FAILED, Outcome.UNKNOWN}
    }

    assert found == FOUND


def test_the_intent_waives_one_finding(report: Report) -> None:
    waived = [(finding.rule, str(finding.subject)) for finding in report.findings if finding.outcome is Outcome.WAIVED]

    assert waived == [("NPT-021", "Service legacy/billing-export")]
    assert report.warnings == ()


def test_everything_that_the_rules_ask_for_is_read_or_not_installed(report: Report) -> None:
    states = {found.source: found.state for found in report.evidence}

    assert set(states.values()) == {State.LOADED, State.ABSENT}
    assert {state for name, state in states.items() if "metallb" in name} == {State.ABSENT}
    assert [found.rejected for found in report.evidence if found.rejected] == []


def test_a_folder_of_an_earlier_demonstration_is_used_again(tmp_path: Path) -> None:
    demonstrated = run(tmp_path / "again")
    stale = tmp_path / "again" / "report.html"
    stale.write_text("stale")

    again = run(tmp_path / "again")

    assert (demonstrated.returncode, again.returncode) == (0, 0)
    assert stale.read_text() != "stale"


def test_a_folder_with_files_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kubeconfig").write_text("of a cluster that matters")

    refused = run(tmp_path)

    assert refused.returncode == 2
    assert refused.stderr == f"chaudit: error: {tmp_path} holds other files: name a new or empty folder with --output\n"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        ("kubeconfig", "of a cluster that matters")
    ]


def test_the_exit_code_of_a_scan_without_verdict_is_the_exit_code_of_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program(tmp_path, exit_code=3))

    assert demonstrate(tmp_path / "report", serve=False) == 3


def test_a_verdict_without_its_reports_is_an_error_even_where_older_ones_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kubeconfig").write_text("current-context: chaudit-demo")
    for name in ("report.html", "junit.xml", "report.json"):
        (tmp_path / name).write_text("stale")
    monkeypatch.setattr(sys, "executable", program(tmp_path, exit_code=0))

    with pytest.raises(ChauditError, match=r"the scan ended without .*report\.html"):
        demonstrate(tmp_path, serve=False)


def test_other_commands_do_not_pay_for_the_server() -> None:
    loads = "import sys, chaudit.cli.main, chaudit_demo; print('http.server' in sys.modules)"

    printed = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, timeout=60, check=True)

    assert printed.stdout == "False\n"


def test_the_proxy_of_the_site_is_not_asked_for_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    assert run(tmp_path / "report").returncode == 0


def test_a_served_cluster_answers_until_it_is_interrupted(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "report" / "kubeconfig"
    with subprocess.Popen(
        [*COMMAND, str(kubeconfig.parent), "--serve"], stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout
        announced = next(line for line in process.stdout if "up until Ctrl-C" in line)
        url = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
        nodes = urllib3.request("GET", f"{url}/api/v1/nodes", timeout=10).json()["items"]
        process.send_signal(signal.SIGINT)
        exit_code = process.wait(timeout=30)

    assert str(kubeconfig) in announced
    assert len(nodes) == 5
    assert exit_code == 0
    with pytest.raises(urllib3.exceptions.MaxRetryError, match="refused"):
        urllib3.request("GET", url, retries=0, timeout=10)


def program(folder: Path, *, exit_code: int) -> str:
    """Write a program that does nothing but exit, in place of the interpreter that runs the scan."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)
