"""The probe `tcp` on a network of its own tries the cluster's addresses, tells what it met, and leaves strangers be."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.namespaces import Namespaces

pytestmark = pytest.mark.usefixtures("privileges")
SECONDS = 100
NODE, STRANGER = "192.0.2.10", "198.51.100.66"


@pytest.fixture
def hosts() -> Iterator[Namespaces]:
    with Namespaces() as hosts:
        hosts.add(["node"])
        hosts.ip("node", [f"address add {address}/32 dev lo" for address in (NODE, STRANGER)])
        yield hosts


def scene(hosts: Namespaces, *arguments: str) -> dict[str, Any]:
    command = hosts.command("node", sys.executable, "-P", str(Path(__file__).with_name("tcp_scene.py")), *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True, env=os.environ)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_nothing_but_the_addresses_of_the_cluster_is_contacted(hosts: Namespaces) -> None:
    told = scene(hosts, "exposure", "--json", "--probe", "tcp")

    assert set(told["arrived"]) == {f"{NODE} 30080", f"{NODE} 30082"}


def test_nobody_is_contacted_without_the_probe(hosts: Namespaces) -> None:
    told = scene(hosts, "exposure", "--json")

    assert told["arrived"] == []
    assert "tried" not in told["printed"]


def test_what_the_intent_names_is_contacted_too(hosts: Namespaces, tmp_path: Path) -> None:
    intent = tmp_path / "chaudit.yaml"
    intent.write_text(f"networks: {{public: {{cidrs: [{STRANGER}/32]}}}}")

    told = scene(hosts, "exposure", "--json", "--probe", "tcp", "--intent", str(intent))

    assert f"{STRANGER} 443" in told["arrived"]


def test_answers_confirm_refute_and_contradict_the_verdicts(hosts: Namespaces) -> None:
    told = scene(hosts, "exposure", "--json", "--probe", "tcp")

    records = [json.loads(line) for line in told["printed"].splitlines()]
    tried = {record["port"]: record["tried"] for record in records}
    assert {port: one and (one["outcome"], one["standing"]) for port, one in tried.items()} == {
        30080: ("connected", "confirmed"),
        30081: ("refused", "refuted"),
        30082: ("connected", "contradicted"),
        443: None,
    }
    assert tried[30080]["source"] == NODE


def test_the_table_shows_what_answers_although_it_is_closed_to_everybody(hosts: Namespaces) -> None:
    told = scene(hosts, "exposure", "--probe", "tcp")

    line = next(line for line in told["printed"].splitlines() if line.startswith("30082/TCP"))
    assert line.endswith("1 contradicted")


def test_a_scan_fails_on_what_answers_although_it_is_closed(hosts: Namespaces) -> None:
    told = scene(hosts, "scan", "--rule", "NPT-025", "--probe", "tcp", "--report", "none")

    assert told["code"] == 1
    assert "is closed to nodes but answers (no usable endpoint: kube-proxy rejects)" in told["printed"]
