"""The recipe of docs/pipelines.md, typed as it stands there: an account that may only read, and its kubeconfig."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cluster.control_plane import ControlPlane
from tiers import require

PAGE = Path(__file__).parents[2] / "docs" / "pipelines.md"
SECTION = re.compile(r"^## An account that may only read\n(.*?)^## ", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def sh(script: str, folder: Path, kubeconfig: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder, env=os.environ | {"PATH": path, "KUBECONFIG": str(kubeconfig)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_the_account_of_the_recipe_lets_a_scan_judge_and_nothing_be_written(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    if shutil.which("kubectl") is None or sh("kubectl create token --help", tmp_path, tmp_path).returncode:
        require("kubectl", "there is no kubectl with `create token` (1.24 or newer)")
    section = SECTION.search(PAGE.read_text())
    assert section
    (tmp_path / "chaudit.yaml").touch()
    recipe = "".join(BLOCK.findall(section[1]))

    done = sh(recipe, tmp_path, control_plane.kubeconfig(tmp_path / "admin"))

    assert done.returncode == 0, done.stderr
    gate = tmp_path / "gate.kubeconfig"
    scanned = sh("chaudit scan --report json=out.json --fail-on never --allow-unknown --quiet", tmp_path, gate)
    assert scanned.returncode == 0, scanned.stderr
    states = {one["source"]: one["state"] for one in json.loads((tmp_path / "out.json").read_text())["evidence"]}
    assert "denied" not in states.values()
    assert sh("kubectl auth can-i create pods", tmp_path, gate).stdout.strip() == "no"
    assert sh("kubectl auth can-i list secrets", tmp_path, gate).stdout.strip() == "no"
