"""Runs one command, its output thrown away, and prints as JSON what the whole process cost.

A script that imports next to nothing, for it is the parent of what it measures: until ``exec`` a child shares the
memory of its parent, and Linux counts that into the child's peak, so that a large parent would hide a small child.
"""

import json
import os
import signal
import sys
import time

_LIMIT_SECONDS = 900


def launch(command: list[str]) -> dict[str, float]:
    """Run the command to its end, or kill it after a quarter of an hour, and say what it took.

    ``peak_kib`` is ``ru_maxrss``, which Linux gives in KiB (getrusage(2)).
    """
    silence = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    started = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[silence])
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(_LIMIT_SECONDS)
    _, status, usage = os.wait4(pid, 0)
    return {
        "wall_s": time.perf_counter() - started,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_kib": usage.ru_maxrss,
        "exit_code": os.waitstatus_to_exitcode(status),
    }


if __name__ == "__main__":
    print(json.dumps(launch(sys.argv[1:])))
