"""The wheel works where it is installed, next to a stranger's plugin, with no checkout in sight."""

import json
from pathlib import Path
from typing import Any

from chaudit.host import installed
from chaudit.testing import ApiServer
from package.commands import EXAMPLE, must_run, run

STRAY: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "stray", "namespace": "retail"},
    "spec": {"type": "NodePort", "clusterIP": "10.96.0.9", "ports": [{"port": 80, "nodePort": 30080}]},
}


def test_the_rules_of_the_plugin_stand_next_to_all_built_in_ones(programs: Path, tmp_path: Path) -> None:
    listed = must_run(programs / "chaudit", "rules", folder=tmp_path).splitlines()

    assert {line.split()[0] for line in listed} == {"ACME-001"} | {rule.id for rule in installed().rules}


def test_a_scan_judges_by_the_rule_of_the_plugin_and_writes_every_report(programs: Path, tmp_path: Path) -> None:
    with ApiServer([STRAY]) as server:
        kubeconfig = server.write_kubeconfig(tmp_path / "kubeconfig")
        lenient = ("--fail-on", "never", "--allow-unknown")
        formats = ("--report", "json", "--report", "junit", "--report", "html", "--report", "pager")
        must_run(programs / "chaudit", "scan", "--kubeconfig", kubeconfig, *lenient, *formats, folder=tmp_path)

    findings = json.loads((tmp_path / "chaudit.json").read_text())["findings"]
    assert [
        (finding["subject"]["name"], finding["outcome"]) for finding in findings if finding["rule"] == "ACME-001"
    ] == [("stray", "failed")]
    for name in ("chaudit.html", "chaudit.junit.xml", "chaudit.pager.txt"):
        assert "no label acme.example.org/owner says who answers" in (tmp_path / name).read_text()


def test_the_tests_of_the_plugin_pass_with_the_wheel(programs: Path, tmp_path: Path) -> None:
    said = must_run(programs / "pytest", "-p", "no:cacheprovider", EXAMPLE, folder=tmp_path)

    assert " passed in " in said


def test_help_loads_all_plugins_and_neither_kubernetes_nor_jinja2(programs: Path, tmp_path: Path) -> None:
    help_then_modules = "import sys; from chaudit.cli.main import run; run(['--help']); print(*sys.modules, sep='\\n')"

    said = must_run(programs / "python", "-c", help_then_modules, folder=tmp_path)

    assert said.startswith("Usage: chaudit ")
    assert {"chaudit_acme", "chaudit_reports"} <= set(said.splitlines())
    assert not {"kubernetes", "jinja2"} & set(said.splitlines())


def test_a_plugin_that_cannot_be_imported_stops_the_command_by_name(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "half_made.py").write_text("raise RuntimeError('not configured')\n")
    described = tmp_path / "half_made-1.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: half-made\nVersion: 1\n")
    (described / "entry_points.txt").write_text("[chaudit]\nhalf-made = half_made\n")

    asked = run(programs / "chaudit", "rules", folder=tmp_path, variables={"PYTHONPATH": str(tmp_path)})

    assert asked.returncode == 2
    assert asked.stdout == ""
    assert asked.stderr == ("chaudit: error: plugin 'half-made': cannot be loaded: RuntimeError('not configured')\n")
