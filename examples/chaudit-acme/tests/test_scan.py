"""chaudit finds the plugin by its entry point, reads its kind from an API server and writes its report."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from chaudit.testing import ApiServer, faults

ONLY_ACME = ("--rule", "ACME-*", "--fail-on", "medium", "--report", "pager=-")


def service(name: str, owner: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "retail", "labels": {"acme.example.org/owner": owner}},
        "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]},
    }


def team(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "acme.example.org/v1",
        "kind": "Team",
        "metadata": {"name": name},
        "spec": {"onCall": "+1 555 0100"},
    }


def scan(server: ApiServer, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    kubeconfig = server.write_kubeconfig(folder / "kubeconfig")
    command = [sys.executable, "-m", "chaudit", "scan", "--kubeconfig", str(kubeconfig), *ONLY_ACME, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_a_service_without_an_owner_on_call_blocks_and_is_paged(tmp_path: Path) -> None:
    with ApiServer([service("shop", owner="payments"), service("stray", owner="nobody"), team("payments")]) as server:
        done = scan(server, tmp_path)

    assert done.stdout == "medium ACME-001 Service retail/stray: the owner nobody is no Team of this cluster\n"
    assert done.returncode == 1, done.stderr


def test_teams_that_may_not_be_read_are_not_taken_for_none(tmp_path: Path) -> None:
    with ApiServer([service("shop", owner="payments"), team("payments")]) as server:
        server.fault("teams", faults.denied)
        done = scan(server, tmp_path)

    assert done.stdout == ""
    assert done.returncode == 3, done.stderr


def test_the_roster_is_asked_when_somebody_wants_it_to_be(tmp_path: Path) -> None:
    roster = tmp_path / "roster.json"
    roster.write_text('["+1 555 0199"]')
    with ApiServer([service("shop", owner="payments"), team("payments")]) as server:
        without, with_roster = scan(server, tmp_path), scan(server, tmp_path, "--probe", f"roster={roster}")

    assert (without.returncode, without.stdout) == (0, "")
    assert with_roster.stdout == "medium ACME-001 Service retail/shop: nobody is on duty at +1 555 0100\n"


def test_a_roster_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with ApiServer([]) as server:
        done = scan(server, tmp_path, "--probe", "roster=none.json")

    assert done.returncode == 2
    assert done.stderr == "chaudit: error: --probe roster: it takes the file of the roster: --probe roster=FILE\n"
