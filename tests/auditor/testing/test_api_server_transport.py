"""The wire: compression, connections that are kept, TLS, and an end that leaves nothing behind."""

import http.client
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3

from auditor.testing.reader import Reader, encrypted, made, pods, serving
from chaudit.testing import ApiServer, faults

BIG = made("v1", "ConfigMap", "big", "default", data={"text": "x" * 140_000})
SMALL = made("v1", "ConfigMap", "small", "default", data={"text": "x" * 100_000})

WHOLE_LIFE = """
import urllib.request
from chaudit.testing import ApiServer, faults
with ApiServer() as server:
    server.fault("pods", faults.reset)
    for path in ("/api/v1/nodes", "/api/v1/pods"):
        request = urllib.request.Request(server.url + path, headers={"Authorization": "Bearer " + server.token})
        try:
            with urllib.request.urlopen(request) as answer:
                answer.read()
        except OSError:
            pass
"""


def test_a_big_body_is_compressed_for_those_who_accept_it() -> None:
    with serving(BIG) as (_, reader):
        plain = reader.get("/api/v1/configmaps")
        packed = reader.get("/api/v1/configmaps", Accept_Encoding="gzip")

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content


def test_a_body_below_128_kib_is_not_compressed() -> None:
    with serving(SMALL) as (_, reader):
        reply = reader.get("/api/v1/configmaps", Accept_Encoding="gzip")

    assert "Content-Encoding" not in reply.headers


def test_a_short_body_has_a_length_and_a_long_one_comes_in_chunks() -> None:
    with serving(SMALL) as (_, reader):
        short = reader.get("/api/v1/pods").headers
        long = reader.get("/api/v1/configmaps").headers

    assert ("Content-Length" in short, "Transfer-Encoding" in short) == (True, False)
    assert ("Content-Length" in long, long["Transfer-Encoding"]) == (False, "chunked")


def test_a_connection_serves_many_requests_of_any_kind() -> None:
    with ApiServer([SMALL]) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        authorization = {"Authorization": f"Bearer {server.token}"}
        ports = []
        answers = []
        for method, path in (("HEAD", "/version"), ("POST", "/api/v1/pods"), ("GET", "/api/v1/configmaps")):
            connection.request(method, path, body=b"{}" if method == "POST" else None, headers=authorization)
            ports.append(connection.sock.getsockname()[1])
            with connection.getresponse() as response:
                answers.append((response.status, bool(response.read())))
        connection.close()

    assert answers == [(405, False), (405, True), (200, True)]
    assert len(set(ports)) == 1


def test_the_answer_to_head_has_no_body() -> None:
    with ApiServer() as server:
        reply = talk(server, b"HEAD /version HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert reply.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert reply.endswith(b"\r\n\r\n")


def test_several_clients_are_answered_at_once() -> None:
    with serving(*pods("p")) as (server, reader):
        server.fault("nodes", faults.late(60))
        slow = connect(server)
        slow.sendall(b"GET /api/v1/nodes HTTP/1.1\r\nAuthorization: Bearer %b\r\n\r\n" % server.token.encode())

        assert reader.get("/api/v1/pods").names == ["p"]

    with slow:
        assert slow.recv(1) == b"", "who still waits is hung up on"


def test_tls_is_trusted_by_those_who_know_the_authority(tmp_path: Path) -> None:
    tls, authority = encrypted(tmp_path)
    with ApiServer(pods("p"), tls=tls) as server:
        knowing, ignorant = Reader(server, ca_file=authority), Reader(server)
        found = knowing.get("/api/v1/pods").names
        with pytest.raises(urllib3.exceptions.SSLError):
            ignorant.get("/api/v1/pods")
        knowing.close()

    assert server.url.startswith("https://127.0.0.1:")
    assert found == ["p"]


def test_a_client_that_never_shakes_hands_holds_up_nobody(tmp_path: Path) -> None:
    tls, authority = encrypted(tmp_path)
    with ApiServer(pods("p"), tls=tls) as server, connect(server):
        reader = Reader(server, ca_file=authority)

        assert reader.get("/api/v1/pods").names == ["p"]
        reader.close()


@pytest.mark.parametrize("over_tls", [False, True])
def test_no_thread_outlives_the_server(tmp_path: Path, over_tls: bool) -> None:
    before = threading.enumerate()
    tls, authority = encrypted(tmp_path) if over_tls else (None, None)
    with ApiServer(tls=tls) as server:
        reader = Reader(server, ca_file=authority)
        reader.get("/version")
        during = len(threading.enumerate())
    reader.close()

    assert during == len(before) + 2, "one that listens, one for the connection that is kept open"
    assert threading.enumerate() == before


@pytest.mark.parametrize("greeting", [b"", b"GET /version HTTP/1.1\r\n\r\n"])
def test_a_client_that_speaks_no_tls_is_met_with_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], greeting: bytes
) -> None:
    tls, _ = encrypted(tmp_path)
    with ApiServer(tls=tls) as server:
        reply = talk(server, greeting)

    assert b"HTTP" not in reply
    assert capfd.readouterr() == ("", "")


def test_a_client_that_does_not_wait_is_met_with_silence(capfd: pytest.CaptureFixture[str]) -> None:
    with ApiServer() as server, connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(b"GET /version HTTP/1.1\r\n\r\n")
        connection.recv(1)

    assert capfd.readouterr() == ("", "")


def test_a_client_that_speaks_nonsense_is_told_so_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    with ApiServer() as server:
        reply = talk(server, b"BREW /pot HTTP/1.1\r\n\r\n")

    assert reply.startswith(b"HTTP/1.1 501 ")
    assert capfd.readouterr() == ("", "")


def test_a_closed_server_refuses_connections() -> None:
    with ApiServer() as server:
        address = urlsplit(server.url)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=30)


def test_there_is_no_url_before_the_server_listens() -> None:
    with pytest.raises(RuntimeError, match="only inside its with block"):
        _ = ApiServer().url


def test_a_whole_life_is_silent_under_the_strictest_warnings() -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", WHOLE_LIFE]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def connect(server: ApiServer) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((address.hostname, address.port), timeout=30)


def talk(server: ApiServer, request: bytes) -> bytes:
    with connect(server) as connection, connection.makefile("rb") as reply:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return reply.read()
