"""Compares a scan of a large cluster with merely downloading what it reads, on a real API server.

Run from the checkout by ``make bench``, that is ``PYTHONPATH=tests python -m benchmarks.run``.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.fill import CONNECTIONS, fill
from benchmarks.measure import Cost, measure, measure_in_turn
from benchmarks.population.sizes import Sizes

from cluster.api import Api
from cluster.audit import AuditEvent
from cluster.control_plane import ControlPlane

SCAN = (
    "{bin}/chaudit scan --kubeconfig {kubeconfig} --report html={folder}/report.html --report junit={folder}/report.xml"
    " --report json={folder}/report.json --fail-on never --allow-unknown"
)
_NAMESPACE, _ACCOUNT = "default", "scanner"
_SELECTORS = {"fieldSelector", "labelSelector"}
_NAMESPACED = re.compile(r"/namespaces/[^/]+/(?=[^/]+$)")


def main() -> None:
    """Fill a control plane, learn from one scan what it lists, then measure the contenders in turn."""
    options = _options()
    with ControlPlane() as plane, TemporaryDirectory(prefix="chaudit-benchmark-") as scratch:
        sizes = Sizes(options.nodes, options.services, options.ingresses, options.pods)
        with closing(Api(plane.url, plane.ca_file, plane.admin_token, connections=CONNECTIONS)) as api:
            fill(api, sizes)
        kubeconfig = plane.kubeconfig(Path(scratch) / "kubeconfig", token=_scanner_token(plane))
        blanks = {"bin": Path(sys.executable).parent, "kubeconfig": kubeconfig, "folder": scratch}
        scan = [part.format(**blanks) for part in shlex.split(options.command)]
        measure(scan)
        paths = lists_read(plane.audit_events(user=f"system:serviceaccount:{_NAMESPACE}:{_ACCOUNT}"))
        lists = Path(scratch) / "lists.json"
        lists.write_text(json.dumps(paths))
        download = [sys.executable, "-m", "benchmarks.download", str(kubeconfig), str(lists)]
        size = subprocess.run(download, check=True, capture_output=True, text=True).stdout
        print(f"the scan reads {int(size) / 1e6:.1f} MB in {len(paths)} lists: {' '.join(paths)}", flush=True)
        contenders = {
            "download, 1 connection": download,
            "download, 8 connections": [*download, "--connections=8"],
            "scan": scan,
            "official client, models": [sys.executable, "-m", "benchmarks.models", str(kubeconfig), str(lists)],
        }
        costs = measure_in_turn(contenders, options.rounds)
        server = plane.request("GET", "/version").body["gitVersion"]
        print(f"\nkube-apiserver {server}, {os.cpu_count()} CPUs, medians of {options.rounds}:\n\n{_table(costs)}")


def lists_read(events: Iterable[AuditEvent]) -> list[str]:
    """Return the distinct lists among what was asked, as URL paths with their selectors, in the order of asking.

    One that was asked for namespace by namespace is one list of all namespaces.
    """
    answered = (urlsplit(event.uri) for event in events if event.verb == "list" and event.code == HTTPStatus.OK)
    paths: dict[str, None] = {}
    for url in answered:
        selectors = urlencode([pair for pair in parse_qsl(url.query) if pair[0] in _SELECTORS])
        path = _NAMESPACED.sub("/", url.path)
        paths[f"{path}?{selectors}" if selectors else path] = None
    if not paths:
        sys.exit("the command has not listed anything from the API server")
    return list(paths)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000)
    parser.add_argument("--services", type=int, default=3_000, help="every service has a slice")
    parser.add_argument("--ingresses", type=int, default=2_000)
    parser.add_argument("--pods", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5, help="the medians of so many rounds are printed")
    parser.add_argument("--command", default=SCAN, help="the scan; {bin}, {kubeconfig} and {folder} are filled in")
    return parser.parse_args()


def _scanner_token(plane: ControlPlane) -> str:
    """Let an account of its own scan, so that the audit log tells its requests from those of the benchmark."""
    token = plane.service_account_token(_NAMESPACE, _ACCOUNT)
    plane.apply(
        [
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": _ACCOUNT},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
                "subjects": [{"kind": "ServiceAccount", "namespace": _NAMESPACE, "name": _ACCOUNT}],
            }
        ]
    )
    return token


def _table(costs: Mapping[str, Cost]) -> str:
    """Show the costs as a Markdown table, the first contender being the measure of the others."""
    unit = next(iter(costs.values())).wall_s
    rows = [
        f"| {name} | {cost.wall_s:.2f} | {cost.wall_s / unit:.2f} | {cost.cpu_s:.2f} | {cost.peak_mb:.0f} |"
        for name, cost in costs.items()
    ]
    return "\n".join(["| | wall s | ratio | CPU s | peak MB |", "|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    main()
