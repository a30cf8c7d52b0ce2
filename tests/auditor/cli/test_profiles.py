"""`chaudit scan --profile`: what a profile changes is to be seen in the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from chaudit.cli.main import run

CLUSTER = """
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Namespace, metadata: {name: kube-system, uid: a-cluster}}
  - {apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}}
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: kube-proxy, namespace: kube-system}
    data: {config.conf: "apiVersion: kubeproxy.config.k8s.io/v1alpha1"}
  - apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec: {type: NodePort, clusterIP: 10.96.0.9, ipFamilies: [IPv4], ports: [{port: 80, nodePort: 30080}]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    return tmp_path


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    run(["scan", "--snapshot", "cluster.yaml", "--report", "json=report.json", *arguments])
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return found


def of_rule(found: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [finding for finding in found["findings"] if finding["rule"] == rule]


def test_a_severity_that_a_profile_gave_is_shown_as_such(folder: Path) -> None:
    without, under = (report(folder, *arguments) for arguments in ((), ("--profile", "starlingx-standard")))

    assert [(one["severity"], one.get("severity_from", "rule")) for one in of_rule(without, "NPT-002")] == [
        ("high", "rule")
    ]
    assert [(one["severity"], one["severity_from"]) for one in of_rule(under, "NPT-002")] == [("medium", "profile")]
    assert (without["scan"]["profiles"], under["scan"]["profiles"]) == ([], ["starlingx-standard"])


def test_the_intent_file_is_stronger_than_the_profile_it_asks_for(folder: Path) -> None:
    (folder / "chaudit.yaml").write_text("profile: starlingx-standard\nrules: {NPT-002: {severity: critical}}")

    found = report(folder, "--intent", "chaudit.yaml")

    assert [(one["severity"], one["severity_from"]) for one in of_rule(found, "NPT-002")] == [("critical", "intent")]
    assert found["scan"]["profiles"] == ["starlingx-standard"]


def test_rules_that_a_profile_leaves_out_are_judged_when_they_are_named(folder: Path) -> None:
    left_out, named = (report(folder, "--profile", "generic", *rest) for rest in ((), ("--rule", "NET-00*")))

    assert not {"NET-002", "NET-005"} & {rule["id"] for rule in left_out["rules"]}
    assert {"NET-002", "NET-005"} <= {rule["id"] for rule in named["rules"]}


def test_profiles_that_contradict_each_other_are_warned_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = report(folder, "--profile", "starlingx-aio-sx", "--profile", "starlingx-standard")

    warning = "profile starlingx-standard holds against starlingx-aio-sx in $.topology.single-node"
    assert warning in found["warnings"]
    assert warning in capsys.readouterr().out


def test_an_unknown_profile_is_a_usage_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["scan", "--snapshot", "cluster.yaml", "--profile", "openshift"])

    assert code == 2
    assert "no profile is called 'openshift': known are baremetal-bgp, generic, metallb," in capsys.readouterr().err
    assert not list(folder.glob("report*"))


def test_exposure_is_judged_under_the_profile_that_the_file_asks_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "chaudit.yaml").write_text("profile: [generic, nonsense]")

    code = run(["exposure", "--snapshot", "cluster.yaml", "--intent", "chaudit.yaml"])

    assert code == 2
    assert "chaudit.yaml:1: $.profile: no profile is called 'nonsense'" in capsys.readouterr().err


def test_profiles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--profiles"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "baremetal-bgp",
        "generic",
        "metallb",
        "starlingx-aio-dx",
        "starlingx-aio-sx",
        "starlingx-standard",
    ]
