"""Makes network namespaces for one test run and takes them away, with all that still runs in them."""

import os
import signal
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self

_SECONDS = 30


class Namespaces:
    """Hosts, each a network namespace of this run: the name begins with the id of the process that tests.

    Of two sets that one process has at a time, the second has the number 1.
    """

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self._removals = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._removals.close()

    def add(self, hosts: Iterable[str]) -> None:
        """Make hosts with nothing but a loopback interface."""
        for host in hosts:
            run("ip", "netns", "add", self.name(host))
            self._removals.callback(self._remove, host)
            self.ip(host, ["link set lo up"])

    def name(self, host: str) -> str:
        """Return the name by which ``ip netns`` knows the host."""
        return f"chaudit-{os.getpid()}-{self.number}-{host}"

    def command(self, host: str, *command: str) -> list[str]:
        """Return what to run for ``command`` to run in the host; the process keeps its id."""
        return ["ip", "netns", "exec", self.name(host), *command]

    def run(self, host: str, *command: str, text: str = "") -> str:
        """Run a command in the host and return what it prints; see :func:`run`."""
        return run(*self.command(host, *command), text=text)

    def ip(self, host: str, lines: Sequence[str], *options: str) -> None:
        """Run lines of ``ip -batch`` in the host; ``options`` hold for each of them."""
        run("ip", "-n", self.name(host), *options, "-batch", "-", text="\n".join([*lines, ""]))

    def _remove(self, host: str) -> None:
        for pid in run("ip", "netns", "pids", self.name(host)).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        run("ip", "netns", "delete", self.name(host))


class CommandError(Exception):
    """A command that changes the network has failed; the message has its arguments and what it said."""


def run(*command: str, text: str = "") -> str:
    """Run a command with ``text`` as its input and return what it prints.

    Raises:
        CommandError: It failed.
    """
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise CommandError(f"{' '.join(command)} failed with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
