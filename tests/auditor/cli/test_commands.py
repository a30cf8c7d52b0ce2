"""The smaller commands, and what starting up costs."""

import subprocess
import sys

import pytest
import yaml

from chaudit.cli.main import run


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_help_imports_neither_rules_nor_the_kubernetes_package_nor_jinja2() -> None:
    probe = (
        "import sys; from chaudit.cli.main import run; run(['--help']);"
        "heavy = {'kubernetes', 'jinja2', 'junit_xml', 'lark', 'urllib3', 'chaudit_network.kinds.core'};"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Commands:" in done.stdout


def test_the_role_grants_list_and_get_of_named_objects_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = output(capsys, "rbac", "--rule", "NET-001", "--name", "auditor")

    role = yaml.safe_load(out)
    assert role["metadata"]["name"] == "auditor"
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]},
        {
            "apiGroups": ["starlingx.windriver.com"],
            "resources": ["addresspools", "platformnetworks"],
            "verbs": ["list"],
        },
        {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": ["kube-system"], "verbs": ["get"]},
    ]


def test_the_only_verbs_that_write_are_those_of_node_statuses_where_they_are_permitted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = output(capsys, "rbac", "--allow-node-status")

    writing = [rule for rule in yaml.safe_load(out)["rules"] if not {"get", "list"}.issuperset(rule["verbs"])]
    assert writing == [
        {"apiGroups": [group], "resources": ["caliconodestatuses"], "verbs": ["create", "get", "delete"]}
        for group in ("projectcalico.org", "crd.projectcalico.org")
    ]


def test_no_role_ever_touches_secrets_or_writes(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = output(capsys, "rbac", "--collect")

    rules = yaml.safe_load(out)["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} <= {"get", "list"}
    assert "secrets" not in {resource for rule in rules for resource in rule["resources"]}


def test_no_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = output(capsys)

    assert code == 2
    assert "Usage: chaudit" in err


def test_a_defect_of_chaudit_is_told_apart_from_findings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr("chaudit.cli.main.installed", broken)

    code, _, err = output(capsys, "rules")

    assert (code, err) == (70, "chaudit: internal error, a defect of chaudit: RuntimeError: oops\n")
