"""What is lost between two scans of the bundled cluster changes exactly the findings that it should."""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import chaudit_demo
from chaudit.cli.main import run
from chaudit.testing import ApiServer
from chaudit.testing.api_server.objects import read_objects
from chaudit_demo.bundled import OBJECTS

INTENT = Path(chaudit_demo.__file__).with_name("chaudit.yaml")
NODES = ("controller-0", "controller-1", "compute-0", "compute-1", "compute-2")
ROUTERS = ("192.168.206.251", "192.168.206.252")
TARGETS = "external-dns.alpha.kubernetes.io/target"
NOT_READY = {"ready": False, "serving": False, "terminating": False}

Objects = list[dict[str, Any]]


def cluster() -> Objects:
    """Return the bundled objects, and what calico-node reports of sessions that are all established."""
    objects = deepcopy([dict(one) for one in read_objects(OBJECTS)])
    return [*objects, *(status(node) for node in NODES)]


def status(node: str) -> dict[str, Any]:
    sessions = [{"peerIP": router, "type": "GlobalPeer", "state": "Established"} for router in ROUTERS]
    return {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "CalicoNodeStatus",
        "metadata": {"name": node},
        "spec": {"node": node, "classes": ["BGP"], "updatePeriodSeconds": 10},
        "status": {"lastUpdated": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "bgp": {"peersV4": sessions}},
    }


def of_kind(objects: Objects, kind: str) -> Iterable[dict[str, Any]]:
    return (one for one in objects if one["kind"] == kind)


def lose_a_router(objects: Objects) -> None:
    for one in of_kind(objects, "CalicoNodeStatus"):
        one["status"]["bgp"]["peersV4"][0]["state"] = "Connect"


def lose_a_node(objects: Objects) -> None:
    for node in of_kind(objects, "Node"):
        if node["metadata"]["name"] == "compute-1":
            node["status"]["conditions"] = [{"type": "Ready", "status": "Unknown"}]
    for pod in of_kind(objects, "Pod"):
        if pod["spec"].get("nodeName") == "compute-1":
            pod["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    for slice_ in of_kind(objects, "EndpointSlice"):
        for endpoint in slice_["endpoints"] or ():
            if endpoint.get("nodeName") == "compute-1":
                endpoint["conditions"] = NOT_READY


def lose_a_record(objects: Objects) -> None:
    (published,) = [one for one in of_kind(objects, "Ingress") if one["metadata"]["name"] == "provisioning"]
    published["metadata"]["annotations"][TARGETS] = "10.10.10.3"


def lose_a_backend(objects: Objects) -> None:
    (edge,) = [one for one in of_kind(objects, "EndpointSlice") if one["metadata"]["name"].startswith("sip-edge-")]
    edge["endpoints"][0]["conditions"] = NOT_READY


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scan(cluster(), tmp_path_factory.mktemp("before") / "report.json")


def scan(objects: Objects, report: Path) -> Path:
    kubeconfig = report.with_name("kubeconfig")
    with ApiServer(objects) as server:
        server.write_kubeconfig(kubeconfig)
        run(["scan", "-q", "--kubeconfig", str(kubeconfig), "--intent", str(INTENT), "--report", f"json={report}"])
    return report


@pytest.mark.parametrize(
    ("lose", "expected"),
    [
        (lose_a_router, {"new": {"BGP-003 Peer 192.168.206.251"}}),
        (
            lose_a_node,
            {
                "new": {
                    "BGP-009 Service voice/sip-edge",
                    "HA-001 Hostname sip.site7.example",
                    "HA-003 Service iot/mqtt",
                    "HA-003 Service voice/sip-edge",
                    "HA-004 Service iot/provisioning",
                    "HA-004 Service telemetry/ingest",
                    "HA-004 Service voice/sip-edge",
                    "HA-004 Service vran/e2term",
                    "HA-006 Service voice/sip-edge",
                    "NET-007 Node compute-1",
                    "NET-008 Node compute-1",
                    "NPT-021 Service iot/mqtt",
                    "NPT-021 Service legacy/license-server",
                },
                # What its router reported of its sessions may be old by now.
                "incomparable": {"BGP-003 Peer 192.168.206.251", "BGP-003 Peer 192.168.206.252"},
                # Its brokers were the only ones, so that nothing answers on their ports any more.
                "fixed": {"NPT-001 Service iot/mqtt:1883/TCP", "NPT-001 Service iot/mqtt:8883/TCP"},
            },
        ),
        (
            lose_a_record,
            {
                "new": {"HA-001 Hostname provisioning.site7.example"},
                # One record stands in for no other, however long it is remembered.
                "fixed": {"HA-010 Hostname provisioning.site7.example"},
            },
        ),
        (
            lose_a_backend,
            {
                "new": {
                    "BGP-009 Service voice/sip-edge",
                    "HA-001 Hostname sip.site7.example",
                    "HA-003 Service voice/sip-edge",
                    "HA-006 Service voice/sip-edge",
                }
            },
        ),
    ],
)
def test_a_loss_changes_exactly_what_it_should(
    before: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lose: Callable[[Objects], None],
    expected: Mapping[str, set[str]],
) -> None:
    objects = cluster()
    lose(objects)
    after = scan(objects, tmp_path / "report.json")
    capsys.readouterr()

    code = run(["diff", str(before), str(after), "--format", "json"])

    told: dict[str, set[str]] = {}
    for change in json.loads(capsys.readouterr().out)["changes"]:
        finding = change["now"] or change["then"]
        if [one and one["outcome"] for one in (change["then"], change["now"])] != ["unknown", "unknown"]:
            told.setdefault(change["kind"], set()).add(f"{finding['rule']} {_said(finding['subject'])}")
    assert told == expected
    assert code == 1


def _said(subject: Mapping[str, str]) -> str:
    path = "/".join(filter(None, (subject.get("namespace"), subject["name"])))
    return f"{subject['kind']} {path}{':' if 'port' in subject else ''}{subject.get('port', '')}"
