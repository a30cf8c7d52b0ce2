"""The only thing chaudit ever writes: created when permitted, a few at a time, and gone again whatever happens."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import yaml

from cluster.assets import AssetsMissingError
from cluster.audit import AuditEvent
from cluster.control_plane import ControlPlane
from tiers import require

STATUSES = "/apis/crd.projectcalico.org/v1/caliconodestatuses"
ACCOUNT = "system:serviceaccount:audit:{}"
WRITES = {"create", "update", "patch", "delete", "deletecollection"}
ROUTER = "192.0.2.1"
SECONDS = 60.0
NODES = [f"node-{number:02}" for number in range(10)]


@pytest.fixture(scope="module")
def plane(crds: Path) -> Iterator[ControlPlane]:
    """A cluster of ten nodes that speak BGP with a router, and no calico-node."""
    try:
        running = ControlPlane()
    except AssetsMissingError as reason:
        require("cluster", str(reason))
    with running:
        running.apply_crds(crds / "calico" / "v3.31.7")
        running.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "audit"}}])
        running.apply(_node(name, f"10.0.0.{number}") for number, name in enumerate(NODES, 1))
        peer = {"peerIP": ROUTER, "asNumber": 64500}
        kind = {"apiVersion": "crd.projectcalico.org/v1", "kind": "BGPPeer"}
        running.apply([{**kind, "metadata": {"name": "router"}, "spec": peer}])
        yield running


def _node(name: str, address: str) -> Mapping[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "annotations": {"projectcalico.org/IPv4Address": f"{address}/24"}},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def listed(plane: ControlPlane) -> Sequence[Mapping[str, Any]]:
    items: Sequence[Mapping[str, Any]] = plane.request("GET", STATUSES).body["items"]
    return items


class CalicoNode:
    """Plays calico-node on all nodes: fills what it is asked for, and remembers how many asked at once."""

    def __init__(self, plane: ControlPlane, down: str = "") -> None:
        self.most = 0
        self.labels: set[tuple[str, ...]] = set()
        self._plane = plane
        self._down = down
        self._stop = Event()

    @contextmanager
    def running(self) -> Iterator["CalicoNode"]:
        player = Thread(target=self._play)
        player.start()
        try:
            yield self
        finally:
            self._stop.set()
            player.join()

    def _play(self) -> None:
        while not self._stop.wait(0.02):
            found = listed(self._plane)
            self.most = max(self.most, len(found))
            for one in found:
                self.labels.add(tuple(sorted(one["metadata"].get("labels", {}))))
                if "status" not in one:
                    self._fill(one)

    def _fill(self, one: Mapping[str, Any]) -> None:
        state = "Idle" if one["spec"]["node"] == self._down else "Established"
        status = {
            "lastUpdated": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "bgp": {
                "numberEstablishedV4": int(state == "Established"),
                "numberNotEstablishedV4": int(state == "Idle"),
                "numberEstablishedV6": 0,
                "numberNotEstablishedV6": 0,
                "peersV4": [{"peerIP": ROUTER, "type": "GlobalPeer", "state": state, "since": "12:00:00"}],
                "peersV6": None,
            },
        }
        reply = self._plane.request("PUT", f"{STATUSES}/{one['metadata']['name']}", {**one, "status": status})
        assert reply.status in {200, 404}, reply.body


def chaudit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chaudit", *arguments], capture_output=True, text=True, timeout=100, check=False
    )


@pytest.fixture
def kubeconfig(plane: ControlPlane, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A kubeconfig of an account of this test's own, bound to what `chaudit rbac --allow-node-status` prints."""
    name = re.sub("[^a-z0-9]+", "-", request.node.name).strip("-")
    return account(plane, tmp_path, name, "--allow-node-status")


def account(plane: ControlPlane, folder: Path, name: str, *options: str) -> Path:
    role = yaml.safe_load(chaudit("rbac", "--rule", "BGP-003", *options, "--name", name).stdout)
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "audit"}],
    }
    token = plane.service_account_token("audit", name)
    plane.apply([role, binding])
    path = f"{STATUSES}?limit=1"
    deadline = time.monotonic() + SECONDS
    while plane.request("GET", path, token=token).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return plane.kubeconfig(folder / name, token=token)


def options(kubeconfig: Path, *more: str) -> list[str]:
    report = f"json={kubeconfig}.json"
    return ["scan", "--kubeconfig", str(kubeconfig), "--rule", "BGP-003", "--report", report, *more]


def findings(kubeconfig: Path) -> dict[str, Mapping[str, Any]]:
    report = json.loads(Path(f"{kubeconfig}.json").read_text())
    return {one["subject"].get("name", ""): one for one in report["findings"]}


def evidence(kubeconfig: Path) -> Mapping[str, Any]:
    report = json.loads(Path(f"{kubeconfig}.json").read_text())
    found: Mapping[str, Any] = next(one for one in report["evidence"] if one["source"] == "node-status")
    return found


def writes(plane: ControlPlane, kubeconfig: Path) -> Sequence[AuditEvent]:
    own = plane.audit_events(user=ACCOUNT.format(kubeconfig.name))
    return [event for event in own if event.verb in WRITES]


def test_sessions_are_judged_by_what_calico_node_says_and_nothing_stays(plane: ControlPlane, kubeconfig: Path) -> None:
    with CalicoNode(plane, down=NODES[3]).running() as player:
        done = chaudit(*options(kubeconfig, "--allow-node-status"))

    assert done.returncode == 1
    assert findings(kubeconfig)[ROUTER]["violations"][0]["message"] == (
        "the session is Idle on node-03, expected Established"
    )
    assert "creating a CalicoNodeStatus for each of 10 targets, and deleting it again" in done.stderr
    assert (evidence(kubeconfig)["state"], evidence(kubeconfig)["objects"]) == ("loaded", 10)
    assert listed(plane) == []
    assert player.labels == {("app.kubernetes.io/managed-by", "chaudit/run")}


def test_it_asks_a_few_nodes_at_a_time_and_writes_nothing_else(plane: ControlPlane, kubeconfig: Path) -> None:
    with CalicoNode(plane).running() as player:
        done = chaudit(*options(kubeconfig, "--allow-node-status", "--quiet"))

    assert (done.returncode, done.stderr) == (0, "")
    assert 0 < player.most <= 8
    written = writes(plane, kubeconfig)
    assert {(event.verb, event.resource) for event in written} == {
        ("create", "caliconodestatuses"),
        ("delete", "caliconodestatuses"),
    }
    assert len(written) == 2 * len(NODES)


def test_nothing_is_written_unless_it_is_permitted(plane: ControlPlane, kubeconfig: Path) -> None:
    done = chaudit(*options(kubeconfig))

    assert done.returncode == 3
    assert writes(plane, kubeconfig) == []
    assert "--allow-node-status lets chaudit create one" in findings(kubeconfig)[ROUTER]["unknown_because"][0]
    assert evidence(kubeconfig)["reason"] == "not probed: --allow-node-status asks for it"


def test_without_the_right_to_write_the_probe_fails_and_says_what_to_grant(plane: ControlPlane, tmp_path: Path) -> None:
    reader = account(plane, tmp_path, "reader")

    done = chaudit(*options(reader, "--allow-node-status"))

    assert done.returncode == 3
    assert "grant create, get and delete on caliconodestatuses.crd.projectcalico.org" in evidence(reader)["reason"]
    assert listed(plane) == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_deletes_what_it_created(plane: ControlPlane, kubeconfig: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "chaudit", *options(kubeconfig, "--allow-node-status")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + SECONDS
        while not listed(plane) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(stop)
        code = process.wait(SECONDS)

    assert code == 130
    assert len([event for event in writes(plane, kubeconfig) if event.verb == "create"]) > 0
    assert listed(plane) == []


def test_nodes_that_do_not_answer_in_time_are_unknown_and_nothing_stays(plane: ControlPlane, kubeconfig: Path) -> None:
    done = chaudit(*options(kubeconfig, "--allow-node-status", "--probe-deadline", "3"))

    assert done.returncode == 3
    assert evidence(kubeconfig)["state"] == "partial"
    assert findings(kubeconfig)[ROUTER]["outcome"] == "unknown"
    assert listed(plane) == []


def test_an_object_of_another_run_is_left_alone(plane: ControlPlane, kubeconfig: Path) -> None:
    kind = {"apiVersion": "crd.projectcalico.org/v1", "kind": "CalicoNodeStatus"}
    spec = {"node": NODES[1], "classes": ["BGP"], "updatePeriodSeconds": 10}
    plane.apply([{**kind, "metadata": {"name": f"chaudit-{NODES[1]}"}, "spec": spec}])
    try:
        chaudit(*options(kubeconfig, "--allow-node-status"))

        assert [one["metadata"]["name"] for one in listed(plane)] == [f"chaudit-{NODES[1]}"]
        assert evidence(kubeconfig)["state"] == "failed"
        assert "another chaudit runs, or was killed" in evidence(kubeconfig)["reason"]
    finally:
        plane.request("DELETE", f"{STATUSES}/chaudit-{NODES[1]}")
