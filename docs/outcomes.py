"""What one defective cluster looks like in each format: the table of gate.md, from runs of the real command."""

import contextlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree

from chaudit.cli.main import run
from chaudit.testing import ApiServer, faults

INTENT = "networks: {cluster-host: {cidrs: [192.168.206.0/24]}}\n"
WAIVER = "waivers: [{rule: NET-001, reason: moves in March, owner: net team, expires: %s}]\n"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Run:
    """One run: what was the matter, and how the command was given it."""

    matter: str
    repaired: bool = False
    denied: bool = False
    unreachable: bool = False
    intent: str = INTENT
    options: Sequence[str] = ()


RUNS = (
    Run("the node was attached: **passed**", repaired=True),
    Run("**failed**"),
    Run("failed as in the `--baseline`: **unchanged**", options=("--baseline", "baseline.json")),
    Run("failed, and is **waived**", intent=INTENT + WAIVER % "2999-12-31"),
    Run("failed, and the **waiver expired**", intent=INTENT + WAIVER % "2020-12-31"),
    Run(
        "a waiver accepts nothing any more, `--strict-waivers`",
        repaired=True,
        intent=INTENT + WAIVER % "2999-12-31",
        options=("--strict-waivers",),
    ),
    Run("nodes may not be listed: **unknown**", denied=True),
    Run("the same, `--allow-unknown`", denied=True, options=("--allow-unknown",)),
    Run("the API server is **unreachable**", unreachable=True, options=("--deadline", "0.2")),
)


def table() -> str:
    """Return the table: a cluster with one node that is attached to the wrong network, judged by NET-001."""
    rows = ["| what | exit | terminal, last line | JUnit | SARIF |", "|---|---|---|---|---|"]
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        _scan(Run("the baseline"), "--report", "json=baseline.json")
        for one in RUNS:
            code, said = _scan(one, "--report", "junit=junit.xml", "--report", "sarif=sarif.json")
            rows.append(f"| {one.matter} | {code} | {said} | {'; '.join(_junit())} | {'; '.join(_sarif())} |")
    return "\n".join(rows)


def _scan(one: Run, *reports: str) -> tuple[int, str]:
    """Return the exit code, and the last line that the terminal shows."""
    address = "192.168.206.5" if one.repaired else "10.10.10.5"
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "compute-2"},
        "status": {"addresses": [{"type": "InternalIP", "address": address}]},
    }
    Path("chaudit.yaml").write_text(one.intent)
    with ApiServer([node]) as server:
        if one.denied:
            server.fault("nodes", faults.denied)
        kubeconfig = server.write_kubeconfig(Path("kubeconfig"))
        if one.unreachable:
            kubeconfig.write_text(kubeconfig.read_text().replace(server.url, NOWHERE))
        arguments = ["--kubeconfig", str(kubeconfig), "--intent", "chaudit.yaml"]
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = run(["scan", "--rule", "NET-001", *arguments, *reports, *one.options])
    last = said.getvalue().splitlines()[-1]
    return code, re.sub(r" \(exit code \d\)$", "", last.replace(NOWHERE, "https://..."))


def _junit() -> Iterator[str]:
    """Yield what became of each test case."""
    for case in etree.parse("junit.xml").iter("testcase"):
        (*children,) = [child for child in case if child.tag in {"failure", "error", "skipped"}]
        yield f"`{children[0].tag}`" if children else "passed"


def _sarif() -> Iterator[str]:
    """Yield the kind and level of each result, and whether it is suppressed; without any whether the scan was one."""
    (ran,) = json.loads(Path("sarif.json").read_text())["runs"]
    for result in ran["results"]:
        yield _said(result)
    if not ran["results"]:
        succeeded = ran["invocations"][0]["executionSuccessful"]
        yield "no result" if succeeded else "no result, `executionSuccessful: false`"


def _said(result: Mapping[str, Any]) -> str:
    level = f", `{result['level']}`" if result.get("level", "none") != "none" else ""
    state = f", `{result['baselineState']}`" if "baselineState" in result else ""
    return f"`{result['kind']}`{level}{state}{', suppressed' if result.get('suppressions') else ''}"
