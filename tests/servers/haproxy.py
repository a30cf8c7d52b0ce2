"""HAProxy, here or in another network: servers have the addresses of nodes, and a test decides whether they are up."""

import socket
from collections.abc import Iterator, Mapping, Sequence
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
  bind {place}
  stats enable
  stats uri /stats
  stats show-legends
  {auth}
backend web
{servers}
"""


class HAProxy:
    """A running HAProxy: where its statistics are to be had by HTTP, and at its socket."""

    def __init__(self, place: str, path: Path) -> None:
        self.url = f"http://{place}/stats"
        self.socket = f"unix:{path}"
        self._path = path

    def answers(self) -> bool:
        """Whether it answers at its socket; by then it listens everywhere else."""
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self._path)) == 0

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
def haproxy(
    folder: Path, servers: Mapping[str, str], auth: str = "", *, place: str = "", within: Sequence[str] = ()
) -> Iterator[tuple[HAProxy, Daemon]]:
    """Run it with these servers of the backend `web`, each by the rest of its line.

    `place` is the address and port of its statistics, loopback and any port unless given, and `within` the command that
    runs another one in the network it is for.
    """
    place = place or f"127.0.0.1:{free_port()}"
    running = HAProxy(place, folder / "haproxy.sock")
    lines = "\n".join(f"  server {name} {line}" for name, line in servers.items())
    configuration = folder / "haproxy.cfg"
    path = running.socket.removeprefix("unix:")
    configuration.write_text(_CONFIGURATION.format(socket=path, place=place, auth=auth, servers=lines))
    with Daemon([*within, "haproxy", "-db", "-f", str(configuration)], folder / "haproxy.log") as daemon:
        daemon.wait_until(running.answers, seconds=_SECONDS)
        yield running, daemon
