"""Measures commands side by side: what each costs as a process of its own, and the medians of several rounds."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

_LAUNCHER = Path(__file__).with_name("launch.py")


class MeasureError(Exception):
    """A command failed, and a failed command has no cost worth telling; the message carries what it said."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took from its start to its end: seconds on the clock, seconds of CPU, peak memory in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    @classmethod
    def middle(cls, costs: Sequence[Self]) -> Self:
        """Return the median of each figure by itself."""
        return cls(
            median(cost.wall_s for cost in costs),
            median(cost.cpu_s for cost in costs),
            median(cost.peak_mb for cost in costs),
        )


def measure(command: Sequence[str]) -> Cost:
    """Run the command once; Python may keep what it has compiled, as pip does where it installs a package.

    Raises:
        MeasureError: It did not exit with 0.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    launched = subprocess.run(
        [sys.executable, "-I", "-S", str(_LAUNCHER), *command],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    usage = json.loads(launched.stdout)
    if usage["exit_code"] != 0:
        raise MeasureError(f"{' '.join(command)} ended with {usage['exit_code']}:\n{launched.stderr}")
    return Cost(usage["wall_s"], usage["cpu_s"], usage["peak_kib"] * 1024 / 1e6)


def measure_in_turn(contenders: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Cost]:
    """Run every contender once a round, so that all share the machine's moods, and return the medians."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, command in contenders.items():
            cost = measure(command)
            costs[name].append(cost)
            print(f"round {turn + 1}: {name}: {cost.wall_s:.2f} s", flush=True)
    return {name: Cost.middle(taken) for name, taken in costs.items()}
