"""The other commands at a cluster with MetalLB, Cilium and the Gateway API, whose objects a real API server keeps."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.case_cluster import CaseCluster
from cluster.test_scan import but_for_times, chaudit

pytestmark = pytest.mark.timeout(600)  # the first test waits for a control plane that learns many kinds

OBJECTS = yaml.safe_load(Path(__file__).with_name("edge.yaml").read_text())


@pytest.fixture(scope="module")
def kubeconfig(case_cluster: CaseCluster) -> Iterator[Path]:
    """An account with the least role, at the cluster."""
    case_cluster.definitions.serve_all_but(())
    with case_cluster.holding(OBJECTS) as changed:
        assert changed == []
        yield case_cluster.kubeconfig()


@pytest.fixture(scope="module")
def draft(kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("draft") / "chaudit.yaml"
    run("init", "--kubeconfig", kubeconfig, "--output", path)
    return path


@pytest.fixture(scope="module")
def snapshot(kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.json.gz"
    run("collect", "--kubeconfig", kubeconfig, "-o", path)
    return path


def run(*arguments: str | Path, exit_code: int = 0) -> str:
    done = chaudit(*map(str, arguments))
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done.stdout


def report(tmp_path: Path, *arguments: str | Path) -> dict[str, Any]:
    path = tmp_path / "report.json"
    run("scan", *arguments, "--report", f"json={path}", exit_code=1)
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_a_draft_has_the_peers_of_metallb_and_of_cilium(draft: Path) -> None:
    drafted = yaml.safe_load(draft.read_text())

    assert drafted["bgp"]["peers"] == [
        {"address": "192.0.2.253", "asn": 64513},
        {"address": "192.0.2.254", "asn": 64514},
    ]


def test_a_scan_with_the_draft_holds_the_cluster_to_it(kubeconfig: Path, draft: Path, tmp_path: Path) -> None:
    findings = report(tmp_path, "--kubeconfig", kubeconfig, "--intent", draft)["findings"]

    outcomes = {(one["rule"], one["subject"].get("name")): one["outcome"] for one in findings}
    assert outcomes["BGP-001", "192.0.2.253"] == outcomes["BGP-001", "192.0.2.254"] == "passed"
    assert outcomes["ING-002", "public"] == "passed"
    assert outcomes["HA-005", "envoy"] == "passed"


def test_exposure_shows_the_ways_in_with_an_address_and_ports(kubeconfig: Path, draft: Path, snapshot: Path) -> None:
    lines = run("exposure", "--kubeconfig", kubeconfig, "--intent", draft, "--json")

    ways = {(way["node"], way["address"], way["port"]) for way in map(json.loads, lines.splitlines())}
    nodes = {("edge-1", "192.0.2.11"), ("edge-2", "192.0.2.12")}
    assert ways >= {(node, "203.0.113.10", 443) for node, _ in nodes}
    assert ways >= {(node, address, 30443) for node, address in nodes}
    assert run("exposure", "--snapshot", snapshot, "--intent", draft, "--json") == lines


def test_a_snapshot_is_judged_like_the_cluster(kubeconfig: Path, snapshot: Path, tmp_path: Path) -> None:
    live = report(tmp_path, "--kubeconfig", kubeconfig)

    assert but_for_times(report(tmp_path, "--snapshot", snapshot)) == but_for_times(live)
