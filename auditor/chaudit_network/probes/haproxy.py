"""The probe `haproxy`: which servers a declared load balancer has behind it, and which of them it holds for up."""

import csv
import netrc
import socket
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from io import StringIO
from urllib.parse import urlsplit
from urllib.request import Request

from chaudit import Asking, Probe, Record, UsageError
from chaudit_network.fetching import FETCH_ERRORS, TooMuchError, fetch
from chaudit_network.names.balancers import places_of_statistics

_MOST_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_SOCKET = "unix:"
_CSV = ";csv"
_SERVER = "2"
_COLUMNS = frozenset({"pxname", "svname", "status", "type"})
"""See section 9.1 of https://docs.haproxy.org/2.6/management.html: what tells a server's state."""


class BackendServer(Record, frozen=True, gc=False):
    """A server of a backend, with its status in HAProxy's words: `UP`, `UP 1/3`, `DOWN`, `MAINT`, `no check` ...

    The address is `192.0.2.10:30443`; HAProxy shows it only to those who ask with `stats show-legends`.
    """

    backend: str
    name: str
    status: str
    address: str = ""


class Statistics(Record, frozen=True, gc=False):
    """The servers that HAProxy tells of in one place; `problem` says why it did not."""

    place: str
    servers: tuple[BackendServer, ...] = ()
    problem: str = ""


def credentials(argument: str) -> netrc.netrc | None:
    """Read the file of credentials that the probe's argument names, in the format that curl and ftp know as netrc.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    if not argument:
        return None
    try:
        return netrc.netrc(argument)
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError) as error:
        raise UsageError(f"it takes a netrc file with credentials: {error}") from error


def ask(targets: Sequence[str], asking: Asking) -> Iterable[Statistics]:
    """Read the statistics in each place."""
    return asking.each(targets, partial(_statistics, known=credentials(asking.argument), asking=asking))


def _statistics(place: str, known: netrc.netrc | None, asking: Asking) -> Statistics:
    try:
        raw = _from_socket(place, asking) if place.startswith(_SOCKET) else _from_url(place, known, asking)
        return Statistics(place, tuple(_servers(raw.decode())))
    except TooMuchError:
        return Statistics(place, problem=f"more than {_MOST_BYTES // 1024 // 1024} MiB")
    except (*FETCH_ERRORS, ValueError, csv.Error) as error:
        return Statistics(place, problem=str(error))


def _from_url(place: str, known: netrc.netrc | None, asking: Asking) -> bytes:
    request = Request(place if place.endswith(_CSV) else place + _CSV)  # noqa: S310 - the intent takes http and https
    found = known.authenticators(urlsplit(place).hostname or "") if known else None
    if found:
        user, _, password = found
        request.add_unredirected_header("Authorization", f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}")
    return fetch(request, asking, _MOST_BYTES)


def _from_socket(place: str, asking: Asking) -> bytes:
    asking.wait()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(asking.timeout_s)
        client.connect(place.removeprefix(_SOCKET))
        client.sendall(b"show stat\n")
        pieces = bytearray()
        while piece := client.recv(_CHUNK):
            pieces += piece
            if len(pieces) > _MOST_BYTES:
                raise TooMuchError
            asking.wait()
        return bytes(pieces)


def _servers(text: str) -> Iterator[BackendServer]:
    rows = csv.DictReader(StringIO(text.removeprefix("# ")), restval="")
    if not set(rows.fieldnames or ()) >= _COLUMNS:
        raise ValueError("these are not the statistics of HAProxy")
    for row in rows:
        if row["type"] == _SERVER:
            yield BackendServer(row["pxname"], row["svname"], row["status"], row.get("addr", ""))


HAPROXY = Probe(
    "haproxy", Statistics, places_of_statistics, ask, "which servers declared load balancers hold for up", credentials
)
"""Asks the load balancers that the intent declares with the address of their statistics."""
