"""Knot DNS on an address of loopback, or of another network: an authoritative server for zones that a test writes."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cluster.daemon import Daemon

_SECONDS = 30.0
_STARTED = "server started"

_CONFIGURATION = """
server:
  rundir: "{folder}"
  listen: "{address}@{port}"
log:
  - target: stderr
    any: info
database:
  storage: "{folder}"
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
zone:
"""


class Knot:
    """A running server, and the folder of its zones."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.configuration = folder / "knot.conf"
        self._serial = 0

    def write(self, name: str, lines: str) -> None:
        """Write a zone, given as the lines of its file without SOA."""
        self._serial += 1
        soa = f"$TTL 300\n@ SOA ns.{name}. hostmaster.{name}. {self._serial} 3600 600 86400 60\n"
        (self._folder / f"{name}.zone").write_text(soa + lines + "\n")

    def replace(self, name: str, lines: str) -> None:
        """Serve a zone with other lines from now on."""
        self.write(name, lines)
        command = ["knotc", "--config", str(self.configuration), "--blocking", "zone-reload", name]
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)


@contextmanager
def knot(
    folder: Path, address: str, port: int, zones: Mapping[str, str], *, within: Sequence[str] = ()
) -> Iterator[Knot]:
    """Serve zones, given as the lines of their files without SOA, for as long as the block lasts.

    `within` is the command that runs another one in the network that the address is of.
    """
    folder.mkdir()
    running = Knot(folder)
    for name, lines in zones.items():
        running.write(name, lines)
    listed = "".join(f'  - domain: "{name}"\n    file: "{name}.zone"\n' for name in zones)
    running.configuration.write_text(_CONFIGURATION.format(folder=folder, address=address, port=port) + listed)
    log = folder / "knot.log"
    with Daemon([*within, "knotd", "--config", str(running.configuration)], log) as daemon:
        daemon.wait_until(lambda: _STARTED in log.read_text(), seconds=_SECONDS)
        yield running
