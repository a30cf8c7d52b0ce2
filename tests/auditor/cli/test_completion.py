"""Completion in real shells: bash and zsh as somebody types in them, fish by its own command for that."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tiers import require

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
BASH = 'eval "$(chaudit completion bash)"'
ZSH = 'autoload -U compinit; compinit -u -D; eval "$(chaudit completion zsh)"'


def shell(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        require("shells", f"there is no {name}")
    return found


def offered_by_fish(folder: Path, line: str) -> list[str]:
    script = f"chaudit completion fish | source; complete -C '{line}'"
    environment = os.environ | {"PATH": PATH, "HOME": str(folder)}
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", script],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return [found.split("\t")[0] for found in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "word", "other"),
    [
        ("chaudit rul", "rules", "rbac"),
        ("chaudit scan --inten", "--intent", "--probe"),
        ("chaudit rules net-00", "NET-001", "NPT-001"),
        ("chaudit rules --framework ni", "nist", "cis"),
        ("chaudit scan --rule NP", "NPT-*", "NET-*"),
        ("chaudit scan --report ", "junit", "NET-001"),
        ("chaudit scan --probe d", "dns", "tcp"),
        ("chaudit scan --fail-on BGP=", "BGP=medium", "medium"),
        ("chaudit scan --kubeconfig kube", "kubeconfig", "NET-001"),
    ],
)
def test_words_are_offered_that_fit(tmp_path: Path, line: str, word: str, other: str) -> None:
    (tmp_path / "kubeconfig").touch()

    offered = offered_by_fish(tmp_path, line)

    assert word in offered
    assert other not in offered


def test_fish_shows_the_title_of_a_rule_whole(tmp_path: Path) -> None:
    script = "chaudit completion fish | source; complete -C 'chaudit rules NPT-019'"
    done = subprocess.run(
        [shell("fish"), "--no-config", "-c", script],
        env=os.environ | {"PATH": PATH, "HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert done.stdout == "NPT-019\tFailsafe ports are few; and open to those who need them\n"


@pytest.mark.parametrize(
    ("program", "arguments", "setup"),
    [("bash", ["--norc", "--noprofile", "-i"], BASH), ("zsh", ["-f", "-i"], ZSH)],
    ids=["bash", "zsh"],
)
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("chaudit rules X-00\t\t", "X-001.*X-007"),
        ("chaudit scan --report jun\t", "--report junit "),
    ],
    ids=["rules", "formats"],
)
def test_a_tab_completes(
    tmp_path: Path, program: str, arguments: list[str], setup: str, typed: str, completed: str
) -> None:
    environment = os.environ | {"PATH": PATH, "HOME": str(tmp_path), "TERM": "dumb"}
    session = pexpect.spawn(
        shell(program),
        arguments,
        cwd=str(tmp_path),
        env=environment,
        dimensions=(50, 120),
        timeout=30,
        encoding="utf-8",
    )
    session.sendline(f"{setup}; echo REA''DY")
    session.expect("READY")

    session.send(typed)

    session.expect(completed)
    session.close(force=True)
