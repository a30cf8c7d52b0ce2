"""No host of the lab and nothing that runs in it outlives its block."""

import signal
import subprocess
import time

import pytest

from lab.namespaces import CommandError, Namespaces, run

pytestmark = pytest.mark.usefixtures("privileges")
SECONDS = 30


def test_hosts_are_gone_after_the_block_with_all_that_runs_in_them() -> None:
    with Namespaces() as hosts:
        hosts.add(["gone"])
        name = hosts.name("gone")
        process = subprocess.Popen(hosts.command("gone", "sleep", "600"))
        deadline = time.monotonic() + SECONDS
        while not run("ip", "netns", "pids", name) and time.monotonic() < deadline:
            time.sleep(0.1)

    assert process.wait(SECONDS) == -signal.SIGKILL
    assert name not in run("ip", "netns", "list")


def test_hosts_are_gone_after_a_failure_that_names_its_command() -> None:
    with pytest.raises(CommandError, match="-batch - failed with 1: Error: Unknown device type"), Namespaces() as hosts:
        _break(hosts)

    assert hosts.name("broken") not in run("ip", "netns", "list")


def _break(hosts: Namespaces) -> None:
    hosts.add(["broken"])
    hosts.ip("broken", ["link add one type bridge", "link add two type no-such-kind"])
