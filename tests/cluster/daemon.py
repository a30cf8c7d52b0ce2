"""Runs a server as a process of its own and stops that process, by its id, whatever happens."""

import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.1


class DaemonError(Exception):
    """A server ended early or was not ready in time; the message carries the last lines of its log."""


class Daemon:
    """A server process that lives as long as the ``with`` block, its output in a log file.

    It gets a session of its own: Ctrl-C in the terminal reaches only the tests, which stop servers in order.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._command = command
        self._log = log
        self._name = Path(command[0]).name

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, so that it has no time for a farewell."""
        self._process.kill()
        self._process.wait(_STOP_SECONDS)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Return as soon as ``ready`` says so.

        Raises:
            DaemonError: The process ended, or ``seconds`` went by.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            code = self._process.poll()
            if code is not None:
                raise DaemonError(f"{self._name} ended with {code}{self._last_lines()}")
            if time.monotonic() > deadline:
                raise DaemonError(f"{self._name} was not ready within {seconds:g} s{self._last_lines()}")
            time.sleep(_POLL_SECONDS)

    def _last_lines(self, count: int = 20) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-count:]
        return "\n  ".join(["; its last lines were:", *lines])


def free_port(address: str = "127.0.0.1") -> int:
    """Return a TCP port of this address that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port
