"""Where tables of routers come from, and what may be asked for."""

import bz2
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chaudit import ProbeError, UsageError
from chaudit.evidence.asking import Asking, Limits, TimeUpError
from chaudit_network.probes.bgp_rib import BGP_RIB, Router, ask, routers
from chaudit_network.rib import content
from chaudit_network.rib.paths import ReceivedPath, ReceivedTable

TABLE = b"""{"routes": {"203.0.113.0/24": [
  {"valid": true, "peerId": "10.0.0.1", "path": "64512", "nexthops": [{"ip": "10.0.0.1"}]}]}}"""
PATHS = (ReceivedPath("203.0.113.0/24", "10.0.0.1", "10.0.0.1", "64512"),)


@contextmanager
def served(body: bytes, status: int = 200, location: str = "") -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/rib"
        finally:
            server.shutdown()
            thread.join()


def asked(argument: str, limits: Limits | None = None) -> list[ReceivedTable]:
    return list(ask(("tables",), Asking(argument, limits)))


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress])
def test_a_table_is_read_from_a_file_as_it_is_or_compressed(tmp_path: Path, packed: type[bytes]) -> None:
    file = tmp_path / "tor"
    file.write_bytes(packed(TABLE))

    assert asked(str(file)) == [ReceivedTable(str(file), PATHS)]


def test_a_table_is_fetched_from_where_it_is_served_and_named_by_the_address_of_its_router(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(b"{}")
    with served(TABLE) as url:
        tables = asked(f"192.0.2.1@{url}, 2001:db8:0::2@{file}")

    assert tables == [ReceivedTable("192.0.2.1", PATHS), ReceivedTable("2001:db8::2", ())]


def test_nobody_is_followed_elsewhere() -> None:
    with served(TABLE) as target, served(b"", 302, target) as url, pytest.raises(ProbeError, match="HTTP Error 302"):
        asked(url)


def test_a_server_that_refuses_fails_the_probe() -> None:
    with served(b"", 404) as url, pytest.raises(ProbeError, match=f"{url}: cannot be read: HTTP Error 404"):
        asked(url)


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_what_is_larger_than_a_table_can_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: type[bytes]
) -> None:
    monkeypatch.setattr(content, "MOST_BYTES", 1024)
    file = tmp_path / "tor"
    file.write_bytes(packed(bytes(2000)))

    with pytest.raises(ProbeError, match="larger than 0 MiB: give only what the nodes told the router"):
        asked(str(file))


def test_what_is_served_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_BYTES", 1024)
    with served(bytes(200_000)) as url, pytest.raises(ProbeError, match="larger than"):
        asked(url, Limits(per_second=1e6))


def test_nothing_is_fetched_once_the_time_is_up() -> None:
    with served(TABLE) as url, pytest.raises(TimeUpError):
        asked(url, Limits(deadline_s=-1))


def test_damaged_compression_fails_the_probe(tmp_path: Path) -> None:
    file = tmp_path / "tor.gz"
    file.write_bytes(gzip.compress(TABLE)[:-9])

    with pytest.raises(ProbeError, match="cannot be read"):
        asked(str(file))


def test_an_address_names_a_router_and_an_at_sign_in_a_url_does_not(tmp_path: Path) -> None:
    file = tmp_path / "a@b"
    file.touch()

    assert routers(f"http://glass@192.0.2.9/rib,fd00:0::1@{file},{file}") == [
        Router("http://glass@192.0.2.9/rib", "http://glass@192.0.2.9/rib"),
        Router("fd00::1", str(file)),
        Router(str(file), str(file)),
    ]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("", "it takes the table of a router"),
        ("nowhere.json", "'nowhere.json' is neither a file that is there nor an http or https URL"),
        ("ftp://192.0.2.9/rib", "'ftp://192.0.2.9/rib' is neither"),
        ("tor@nowhere.json", "'tor' is not an IP address: what stands before @ is the address of a router"),
        ("192.0.2.1@http://a/,192.0.2.1@http://b/", "it takes one table for each router"),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(argument: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        BGP_RIB.check(argument)
