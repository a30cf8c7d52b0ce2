"""Knot DNS on an address of loopback: an authoritative server for zones that a test writes."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cluster.daemon import Daemon

_SECONDS = 30.0

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


@contextmanager
def knot(folder: Path, address: str, port: int, zones: Mapping[str, str]) -> Iterator[None]:
    """Serve zones, given as the lines of their files without SOA, for as long as the block lasts."""
    folder.mkdir()
    for name, lines in zones.items():
        soa = f"$TTL 300\n@ SOA ns.{name}. hostmaster.{name}. 1 3600 600 86400 60\n"
        (folder / f"{name}.zone").write_text(soa + lines + "\n")
    configuration = folder / "knot.conf"
    listed = "".join(f'  - domain: "{name}"\n    file: "{name}.zone"\n' for name in zones)
    configuration.write_text(_CONFIGURATION.format(folder=folder, address=address, port=port) + listed)
    with Daemon(["knotd", "--config", str(configuration)], folder / "knot.log") as daemon:
        daemon.wait_until(lambda: _listens(address, port), seconds=_SECONDS)
        yield


def _listens(address: str, port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0
