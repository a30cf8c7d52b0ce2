"""A server that fails says why, and none outlives its block."""

import os
from pathlib import Path

import pytest

from cluster.daemon import Daemon, DaemonError


def test_a_daemon_is_gone_after_its_block(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Daemon(["sh", "-c", "echo $$; exec sleep 600"], log) as daemon:
        daemon.wait_until(lambda: log.read_text().endswith("\n"), seconds=30)
    pid = int(log.read_text())

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_daemon_that_ends_early_shows_its_last_lines(tmp_path: Path) -> None:
    command = ["sh", "-c", "seq 100; echo address already in use; exit 7"]

    with (
        Daemon(command, tmp_path / "log") as daemon,
        pytest.raises(
            DaemonError, match=r"sh ended with 7; its last lines were:\n  82\n(.*\n)*  address already in use$"
        ),
    ):
        daemon.wait_until(lambda: False, seconds=30)


def test_a_daemon_that_is_never_ready_is_not_waited_for_forever(tmp_path: Path) -> None:
    with (
        Daemon(["sleep", "600"], tmp_path / "log") as daemon,
        pytest.raises(DaemonError, match="sleep was not ready within 0 s"),
    ):
        daemon.wait_until(lambda: False, seconds=0)
