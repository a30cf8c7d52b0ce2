"""The files of deploy/ fit together, and fit the chaudit that they run."""

import re
from pathlib import Path, PurePath
from typing import Any

import click
import pytest
import yaml

from chaudit.cli.main import command
from chaudit.cli.outputs import parse_outputs
from chaudit.engine import sources_of
from chaudit.host import installed
from chaudit.intent.loading import load
from chaudit.rbac import cluster_role
from chaudit.version import VERSION

DEPLOY = Path(__file__).parents[2] / "deploy"
OBJECTS: dict[str, Any] = {
    manifest["kind"]: manifest for manifest in yaml.safe_load_all((DEPLOY / "cronjob.yaml").read_text())
}
JOB = OBJECTS["CronJob"]["spec"]["jobTemplate"]["spec"]
POD = JOB["template"]["spec"]
CONTAINER = POD["containers"][0]


@pytest.fixture(scope="module")
def options() -> dict[str, Any]:
    """Return what the scan command understands of the container's arguments."""
    name, *arguments = CONTAINER["args"]
    group = command(installed())
    scan = group.commands[name]
    return scan.make_context(name, arguments, parent=click.Context(group)).params


def mounted(kind: str) -> PurePath:
    """Return where the volume of this kind is mounted."""
    volume = next(volume["name"] for volume in POD["volumes"] if kind in volume)
    return PurePath(next(mount["mountPath"] for mount in CONTAINER["volumeMounts"] if mount["name"] == volume))


def test_the_role_is_what_rbac_prints_for_all_rules() -> None:
    assert OBJECTS["ClusterRole"] == cluster_role(sources_of(installed().rules)), "put in what `chaudit rbac` prints"


def test_the_role_is_bound_to_the_account_of_the_job() -> None:
    binding = OBJECTS["ClusterRoleBinding"]
    account = OBJECTS["ServiceAccount"]["metadata"]

    assert binding["roleRef"]["name"] == OBJECTS["ClusterRole"]["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", **account}]
    assert POD["serviceAccountName"] == account["name"]
    assert POD["automountServiceAccountToken"] is True


def test_all_that_has_a_namespace_is_in_the_one_that_is_created() -> None:
    namespaces = {kind: manifest["metadata"].get("namespace") for kind, manifest in OBJECTS.items()}

    assert namespaces == {
        **dict.fromkeys(["Namespace", "ClusterRole", "ClusterRoleBinding"]),
        **dict.fromkeys(["ServiceAccount", "ConfigMap", "CronJob"], OBJECTS["Namespace"]["metadata"]["name"]),
    }


def test_the_scan_reads_the_intent_of_the_config_map(options: dict[str, Any], tmp_path: Path) -> None:
    name, content = next(iter(OBJECTS["ConfigMap"]["data"].items()))
    (tmp_path / name).write_text(content)

    assert options["intent"] == mounted("configMap") / name
    assert load(tmp_path / name).intent.networks


def test_every_report_goes_to_the_one_place_that_can_be_written(options: dict[str, Any]) -> None:
    outputs = parse_outputs(options["reports"], (), installed().reporters, ())

    assert [output.path.parent for output in outputs if output.path] == [mounted("emptyDir")] * 3


def test_the_scan_ends_before_its_job_is_killed(options: dict[str, Any]) -> None:
    assert options["deadline"] < JOB["activeDeadlineSeconds"]


def test_the_pod_keeps_to_the_restricted_standard_and_a_read_only_disk() -> None:
    """See https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted."""
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {key for volume in POD["volumes"] for key in volume} == {"name", "configMap", "emptyDir"}
    assert OBJECTS["Namespace"]["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}


def test_the_image_holds_this_version_and_runs_as_the_user_of_the_pod() -> None:
    steps = dict(re.findall(r"^(ARG|USER|ENTRYPOINT) (.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    pod = POD["securityContext"]

    assert steps == {
        "ARG": f"VERSION={VERSION}",
        "USER": f"{pod['runAsUser']}:{pod['runAsGroup']}",
        "ENTRYPOINT": '["chaudit"]',
    }
    assert CONTAINER["image"].endswith(f":{VERSION}")
