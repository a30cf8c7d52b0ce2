"""The sockets: HTTP/1.1 on loopback, one thread a connection, and nothing left behind when it is closed."""

import gzip
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Event, Lock, Thread
from urllib.parse import parse_qsl, unquote, urlsplit

from chaudit.testing.api_server.answer import Answer, Ending
from chaudit.testing.api_server.call import Call

# Thresholds of k8s.io/apiserver (responsewriters/writers.go) and of Go's net/http.
_COMPRESSED_ABOVE_BYTES = 128 * 1024
_CHUNKED_ABOVE_BYTES = 2048
_SHUTDOWN_POLL_S = 0.01
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Listener(ThreadingTCPServer):
    """Hands each request to `answer`, from several threads at once.

    It is no `ThreadingHTTPServer` because that one looks up its own name in the DNS before it starts.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[Call], Answer], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls:
            # The handshake is left to the connection's own thread, lest one client holds up all the others.
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.answer = answer
        self.closing = Event()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        self._thread = Thread(target=self.serve_forever, args=(_SHUTDOWN_POLL_S,), name="chaudit API server")
        self._thread.start()

    def close(self) -> None:
        """Stop listening, hang up on everybody, and wait until all threads have ended."""
        with self._lock:
            self.closing.set()
            for connection in self._connections:
                _hang_up(connection)
        self.shutdown()
        self.server_close()
        self._thread.join()

    @contextmanager
    def holding(self, connection: socket.socket) -> Iterator[None]:
        """Hold a connection so that `close` can hang up on it; one that comes too late is hung up on at once."""
        with self._lock:
            self._connections.add(connection)
            if self.closing.is_set():
                _hang_up(connection)
        try:
            yield
        finally:
            with self._lock:
                self._connections.discard(connection)


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        # Not the TLS socket's own shutdown: it would pull the TLS state from under the reading thread.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def handle(self) -> None:
        """Serve the connection until one side hangs up; how the client does it is no concern of the server."""
        with self.server.holding(self.connection), suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the parent class has it
        """Write nothing: the log is `ApiServer.requests`."""

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = self.server.answer(self._call())
        if self.server.closing.wait(answer.delay_s):
            self.close_connection = True
            return
        self._send(answer)

    # The parent class looks for these names.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815

    def _call(self) -> Call:
        url = urlsplit(self.path)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return Call(
            method=self.command,
            path=unquote(url.path),
            query=dict(parse_qsl(url.query, keep_blank_values=True)),
            token=token if scheme.lower() == "bearer" else None,
            user_agent=self.headers.get("User-Agent", ""),
        )

    def _send(self, answer: Answer) -> None:
        body = answer.body
        headers = {"Cache-Control": "no-cache, private", "Content-Type": answer.content_type, **answer.headers}
        if len(body) > _COMPRESSED_ABOVE_BYTES and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        if len(body) > _CHUNKED_ABOVE_BYTES:
            headers["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        else:
            headers["Content-Length"] = str(len(body))
        self.send_response_only(answer.status)
        for name, value in {**headers, "Date": self.date_time_string()}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(body, answer.ending)

    def _send_body(self, body: bytes, ending: Ending) -> None:
        if ending is Ending.COMPLETE:
            self.wfile.write(body)
            return
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True
        if ending is Ending.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.rfile.close()
            self.connection.close()
