"""What `chaudit demo` does: serve the cluster, prepare a folder, run the real command in a process of its own."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import click
import yaml

from chaudit import ChauditError
from chaudit_demo.bundled import serve_cluster

INTENT = Path(__file__).with_name("chaudit.yaml")
"""What the bundled cluster is meant to be."""

_VERDICTS = {0, 1}
"""Exit codes of a scan that judged everything: nothing blocks, or there are findings."""

_REPORTS = {"html": "report.html", "junit": "junit.xml", "json": "report.json"}
_DIRECT = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
"""Loopback is not reached through the proxy of a site that has one."""

_CONTEXT = "chaudit-demo"


def demonstrate(folder: Path, *, serve: bool) -> int:
    """Leave the reports of a scan in the folder and return the exit code of `chaudit demo`.

    With `serve` the cluster stays up afterwards until the user interrupts.

    Raises:
        ChauditError: the folder cannot be written or holds files of somebody else, or a report is missing.
    """
    kubeconfig, intent = folder / "kubeconfig", folder / INTENT.name
    reports = {name: folder / filename for name, filename in _REPORTS.items()}
    with serve_cluster() as url:
        try:
            _claim(folder, kubeconfig)
            kubeconfig.write_text(yaml.safe_dump(_kubeconfig(url), sort_keys=False), encoding="utf-8")
            shutil.copyfile(INTENT, intent)
            for path in reports.values():
                path.unlink(missing_ok=True)
        except OSError as error:
            raise ChauditError(f"{folder} cannot be used: {error}") from error
        code = _scan(kubeconfig, intent, reports)
        if serve:
            _wait(kubeconfig)
    if code not in _VERDICTS:
        return code
    for path in reports.values():
        if not path.exists():
            raise ChauditError(f"the scan ended without {path}")
    return 0


def _claim(folder: Path, kubeconfig: Path) -> None:
    """Refuse a folder in which a kubeconfig or an intent file of the user could be overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    is_ours = kubeconfig.exists() and _CONTEXT.encode() in kubeconfig.read_bytes()
    if any(folder.iterdir()) and not is_ours:
        raise ChauditError(f"{folder} holds other files: name a new or empty folder with --output")


def _kubeconfig(url: str) -> Mapping[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": _CONTEXT, "cluster": {"server": url}}],
        "users": [{"name": _CONTEXT, "user": {}}],
        "contexts": [{"name": _CONTEXT, "context": {"cluster": _CONTEXT, "user": _CONTEXT}}],
        "current-context": _CONTEXT,
    }


def _scan(kubeconfig: Path, intent: Path, reports: Mapping[str, Path]) -> int:
    """Run `chaudit scan`, showing the command as a user would type it, and return its exit code."""
    arguments = ["scan", "--kubeconfig", str(kubeconfig), "--intent", str(intent)]
    for name, path in reports.items():
        arguments += ["--report", f"{name}={path}"]
    click.echo(f"$ {shlex.join(['chaudit', *arguments])}\n")
    command = [sys.executable, "-m", "chaudit", *arguments]
    return subprocess.run(command, env=os.environ | _DIRECT, check=False).returncode  # noqa: S603 - chaudit itself


def _wait(kubeconfig: Path) -> None:
    command = shlex.join(["kubectl", "--kubeconfig", str(kubeconfig.absolute()), "get", "nodes,services", "-A"])
    # A shell starts what it puts in the background with interrupts ignored, and nothing else ends this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        click.echo(f"\nThe cluster is up until Ctrl-C; its kubeconfig is {kubeconfig.absolute()}\n$ {command}")
        Event().wait()
    except KeyboardInterrupt:
        click.echo()
