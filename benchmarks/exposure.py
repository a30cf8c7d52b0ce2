"""Computes the exposure of ever larger clusters from snapshots: time and memory must grow no faster than the cluster.

Run from the checkout by ``make bench``, or alone by ``python -m benchmarks.exposure``. It needs no API server.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import yaml
from benchmarks.measure import Cost, measure_in_turn
from benchmarks.population.edge import INTENT, POLICIES, edge

from chaudit.cli.collect import known_sources
from chaudit.host import installed

COMMANDS = {
    "exposure": "{bin}/chaudit exposure --snapshot {snapshot} --intent {intent}",
    "scan": "{bin}/chaudit scan --snapshot {snapshot} --intent {intent} --fail-on never --allow-unknown "
    "--report html={folder}/report.html --report junit={folder}/report.xml --report json={folder}/report.json",
}


def main() -> None:
    """Write a snapshot of each size, then measure the commands on all of them in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 5_000, 10_000], metavar="NODES")
    parser.add_argument("--rounds", type=int, default=3, help="the medians of so many rounds are printed")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="chaudit-benchmark-") as scratch:
        folder = Path(scratch)
        intent = folder / "chaudit.yaml"
        intent.write_text(INTENT)
        contenders = {}
        for nodes in options.sizes:
            snapshot = write_snapshot(folder / str(nodes), nodes)
            blanks = {"bin": Path(sys.executable).parent, "snapshot": snapshot, "intent": intent, "folder": folder}
            for name, command in COMMANDS.items():
                contenders[f"{name}, {nodes:,} nodes"] = [part.format(**blanks) for part in shlex.split(command)]
        costs = measure_in_turn(contenders, options.rounds)
        print(f"\n{os.cpu_count()} CPUs, {POLICIES} policies, medians of {options.rounds}:\n")
        print("| | wall s | CPU s | CPU ms a node | peak MB |\n|---|---|---|---|---|")
        for (name, cost), nodes in zip(costs.items(), _repeated(options.sizes, len(COMMANDS)), strict=True):
            print(_row(name, cost, nodes))


def write_snapshot(folder: Path, nodes: int) -> Path:
    """Write the cluster as `kubectl get` would: its objects, and an empty list of every other kind."""
    folder.mkdir()
    objects = [*edge(nodes)]
    seen = {(made["apiVersion"], made["kind"]) for made in objects}
    best = (source.served_as[0] for source in known_sources(installed()))
    kinds = {(resource.api_version, resource.kind) for resource in best} - seen
    empty = [{"apiVersion": version, "kind": f"{kind}List", "items": []} for version, kind in sorted(kinds)]
    (folder / "objects.json").write_bytes(msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": objects}))
    (folder / "empty.yaml").write_text(yaml.safe_dump_all(empty))
    return folder


def _repeated(sizes: list[int], times: int) -> list[int]:
    return [size for size in sizes for _ in range(times)]


def _row(name: str, cost: Cost, nodes: int) -> str:
    a_node = cost.cpu_s / nodes * 1000
    return f"| {name} | {cost.wall_s:.1f} | {cost.cpu_s:.1f} | {a_node:.2f} | {cost.peak_mb:.0f} |"


if __name__ == "__main__":
    main()
