"""HAProxy on loopback, with servers whose addresses are those of nodes and whose health a test decides."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cluster.daemon import Daemon, free_port

_SECONDS = 30.0

_CONFIGURATION = """
global
  stats socket {socket} level admin
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend statistics
  bind 127.0.0.1:{port}
  stats enable
  stats uri /stats
  stats show-legends
  {auth}
backend web
{servers}
"""


class HAProxy:
    """A running HAProxy: where its statistics are to be had by HTTP, and at its socket."""

    def __init__(self, port: int, path: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/stats"
        self.socket = f"unix:{path}"
        self._port = port
        self._path = path

    def listens(self) -> bool:
        """Whether it takes connections."""
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self._port)) == 0

    def holds(self, **states: str) -> bool:
        """Whether it holds these servers for up or down."""
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.connect(str(self._path))
            client.sendall(b"show stat\n")
            rows = [line.split(",") for line in client.makefile()]
            found = {row[1]: row[17] for row in rows if len(row) > 17 and row[0] == "web"}
            return all(found.get(server) == state for server, state in states.items())
        return False


@contextmanager
def haproxy(folder: Path, servers: Mapping[str, str], auth: str = "") -> Iterator[tuple[HAProxy, Daemon]]:
    """Run it with these servers of the backend `web`, each by the rest of its line."""
    running = HAProxy(free_port(), folder / "haproxy.sock")
    lines = "\n".join(f"  server {name} {line}" for name, line in servers.items())
    configuration = folder / "haproxy.cfg"
    path = running.socket.removeprefix("unix:")
    port = running.url.split(":")[2].partition("/")[0]
    configuration.write_text(_CONFIGURATION.format(socket=path, port=port, auth=auth, servers=lines))
    with Daemon(["haproxy", "-db", "-f", str(configuration)], folder / "haproxy.log") as daemon:
        daemon.wait_until(running.listens, seconds=_SECONDS)
        yield running, daemon
