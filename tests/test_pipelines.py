"""The pipelines in examples and the GitHub Action: their scripts are run as a runner would run them."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from chaudit.testing import ApiServer

CHECKOUT = Path(__file__).resolve().parents[1]
ACTION = CHECKOUT / ".github" / "actions" / "scan" / "action.yml"
GITLAB = CHECKOUT / "examples" / "pipelines" / "gitlab-ci.yml"
GATE = CHECKOUT / "examples" / "pipelines" / "gate.sh"
JENKINS = CHECKOUT / "examples" / "pipelines" / "Jenkinsfile"
INTENT = "networks: {cluster-host: {cidrs: [192.168.206.0/24]}}\n"


def node(address: str, name: str = "n") -> Mapping[str, Any]:
    addresses = [{"type": "InternalIP", "address": address}]
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"addresses": addresses}}


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with ApiServer([node("10.0.0.1")]) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, server: ApiServer) -> Path:
    server.write_kubeconfig(tmp_path / "kubeconfig")
    (tmp_path / "chaudit.yaml").write_text(INTENT)
    return tmp_path


@pytest.fixture
def baseline(folder: Path) -> Path:
    """Leave a baseline of the cluster as it is."""
    path = folder / "chaudit-baseline.json"
    arguments = f"--kubeconfig kubeconfig --intent chaudit.yaml --report json={path.name} --quiet"
    assert run(f"chaudit scan {arguments}", folder).returncode == 1
    return path


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script by bash with -e, in the environment of a runner whose first chaudit is this one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path} | variables
    return subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip


def scan_step() -> Mapping[str, Any]:
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    found: Mapping[str, Any] = next(step for step in steps if step.get("id") == "scan")
    return found


def act(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's scan with its inputs' defaults, and what is given."""
    declared = yaml.safe_load(ACTION.read_text())["inputs"]
    given = {name: str(one.get("default", "")) for name, one in declared.items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    variables = {
        name: given[text.removeprefix("${{ inputs.").removesuffix(" }}")] for name, text in scan_step()["env"].items()
    }
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    return run(scan_step()["run"], folder, **variables, **files)


def test_the_action_fails_the_job_on_findings_and_leaves_everything_a_later_step_needs(folder: Path) -> None:
    done = act(folder, kubeconfig="kubeconfig", intent="chaudit.yaml")

    assert done.returncode == 1
    assert (folder / "output").read_text() == "exit-code=1\n"
    assert (folder / "summary").read_text().startswith("## chaudit: Failed:")
    assert {path.name for path in (folder / "chaudit-report").iterdir()} == {
        "chaudit.html",
        "chaudit.json",
        "chaudit.junit.xml",
        "chaudit.md",
        "chaudit.sarif",
    }


def test_the_action_tells_an_unreachable_cluster_from_findings(folder: Path, server: ApiServer) -> None:
    server.__exit__(None, None, None)

    done = act(folder, kubeconfig="kubeconfig")

    assert done.returncode == 4
    assert (folder / "output").read_text() == "exit-code=4\n"


def test_the_action_passes_inputs_as_data_and_never_as_code(folder: Path) -> None:
    done = act(folder, kubeconfig="kubeconfig", intent="$(touch pwned).yaml", output="a; touch pwned")

    assert done.returncode == 2
    assert not (folder / "pwned").exists()


def test_the_action_takes_a_baseline_and_says_what_is_new(folder: Path, server: ApiServer, baseline: Path) -> None:
    settings = {
        "kubeconfig": "kubeconfig",
        "intent": "chaudit.yaml",
        "allow_unknown": "true",
        "baseline": baseline.name,
    }
    as_it_was = act(folder, **settings).returncode
    server.add(node("10.0.0.2", "new"))
    worse = act(folder, **settings)

    assert (as_it_was, worse.returncode) == (0, 1)
    assert "### New since the baseline" in (folder / "summary").read_text()


def test_the_action_goes_on_without_a_baseline_that_is_not_there_yet(folder: Path) -> None:
    assert act(folder, kubeconfig="kubeconfig", intent="chaudit.yaml", baseline="none.json").returncode == 1


def test_the_action_is_strict_with_waivers_when_told_so(folder: Path) -> None:
    (folder / "chaudit.yaml").write_text(
        "waivers: [{rule: X-001, subject: {name: nobody}, reason: r, owner: o, expires: 2099-01-01}]\n"
    )
    lax, strict = (
        act(folder, kubeconfig="kubeconfig", intent="chaudit.yaml", fail_on="never", strict_waivers=word).returncode
        for word in ("false", "true")
    )

    assert (lax, strict) == (0, 2)


def test_the_action_only_reports_when_told_so(folder: Path) -> None:
    assert act(folder, kubeconfig="kubeconfig", intent="chaudit.yaml", fail_on="never").returncode == 0


def test_the_job_of_gitlab_fails_on_findings_and_leaves_its_artifacts(folder: Path) -> None:
    job = yaml.safe_load(GITLAB.read_text())["chaudit"]

    done = run("\n".join(job["script"]), folder, KUBECONFIG="kubeconfig", **job["variables"])

    assert done.returncode == 1
    assert all((folder / name).exists() for name in (*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]))


def test_the_stage_of_jenkins_fails_on_findings_and_leaves_its_reports(folder: Path) -> None:
    script = JENKINS.read_text().split("sh '''")[1].split("'''")[0]

    done = run(script, folder, KUBECONFIG="kubeconfig")

    assert done.returncode == 1
    assert all((folder / f"chaudit.{suffix}").exists() for suffix in ("html", "json", "junit.xml"))


@pytest.mark.parametrize("pipeline", ["gitlab", "jenkins"])
def test_a_baseline_beside_the_pipeline_lets_what_is_old_pass(folder: Path, baseline: Path, pipeline: str) -> None:
    job = yaml.safe_load(GITLAB.read_text())["chaudit"]
    scripts = {"gitlab": "\n".join(job["script"]), "jenkins": JENKINS.read_text().split("sh '''")[1].split("'''")[0]}
    lenient = "gate: {allow-unknown: true}\n"
    (folder / "chaudit.yaml").write_text(INTENT + lenient)

    done = run(scripts[pipeline], folder, KUBECONFIG="kubeconfig", **job["variables"])

    assert baseline.exists()
    assert (done.returncode, "unchanged since the baseline" in done.stdout) == (0, True), done.stdout


def gate(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return run(f"{shlex.quote(str(GATE))} {shlex.join(command)}", folder, CHAUDIT_KUBECONFIG="kubeconfig")


def test_the_gate_lets_nothing_past_findings(folder: Path) -> None:
    done = gate(folder, "touch", "deployed")

    assert done.returncode == 1
    assert not (folder / "deployed").exists()
    assert (folder / "chaudit.junit.xml").exists()


def test_the_gate_lets_nothing_past_a_cluster_that_is_not_there(folder: Path, server: ApiServer) -> None:
    server.__exit__(None, None, None)

    assert gate(folder, "touch", "deployed").returncode == 4
    assert not (folder / "deployed").exists()


def test_the_gate_runs_what_it_guards_where_the_audit_is_clean(folder: Path, baseline: Path) -> None:
    (folder / "chaudit.yaml").write_text(f"{INTENT}gate: {{allow-unknown: true}}\n")

    done = gate(folder, "touch", "a file")

    assert baseline.exists()
    assert done.returncode == 0, done.stdout
    assert (folder / "a file").exists()
