"""Requests with patience: retries what may pass, tells apart what will not, and never waits beyond the deadline."""

import time
from collections.abc import Mapping

import msgspec

from chaudit.cluster.connection import Connection, Response, TransportError
from chaudit.evidence.decoding import UNDECODABLE

_ATTEMPTS = 5
_LONGEST_WAIT_S = 30.0
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500


class Patience(msgspec.Struct, frozen=True):
    """How long to wait, in seconds: for one request, for everything, and before the second of several attempts."""

    timeout_s: float = 60.0
    deadline_s: float = 600.0
    backoff_s: float = 0.5


class _Status(msgspec.Struct):
    """What the API server says when it refuses (meta/v1 Status)."""

    message: str = ""
    reason: str = ""


_status = msgspec.json.Decoder(_Status)


class RequestError(Exception):
    """A request that stayed without a usable answer; `status` is 0 where there was no answer at all."""

    def __init__(self, path: str, status: int, message: str, reason: str = "", method: str = "GET") -> None:
        super().__init__(f"{method} {path}: {f'{status} ' if status else ''}{message}")
        self.status = status
        self.message = message
        self.reason = reason

    @property
    def is_refusal(self) -> bool:
        """Whether the server knows who asks, or not, and says no (401, 403)."""
        return self.status in {401, 403}

    @property
    def is_unauthenticated(self) -> bool:
        """Whether the server does not know who asks: bad or expired credentials, or none at all."""
        return self.status == 401 or (self.status == 403 and "system:anonymous" in self.message)  # noqa: PLR2004 - HTTP

    @property
    def is_not_found(self) -> bool:
        """Whether there is no such thing (404)."""
        return self.status == 404  # noqa: PLR2004 - an HTTP status

    @property
    def is_expired(self) -> bool:
        """Whether a continue token is too old (410, reason Expired), so that the list must be begun again."""
        return self.status == 410  # noqa: PLR2004 - an HTTP status


class Client:
    """GETs bodies from one API server within one deadline."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self.connection = connection
        self._patience = patience
        self._deadline = time.monotonic() + patience.deadline_s

    def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a 200 answer.

        429, 5xx and broken connections are tried again after what `Retry-After` asks for (RFC 9110 section 10.2.3),
        or a growing pause.

        Raises:
            RequestError: the answer stayed another one, or the deadline passed.
        """
        backoff_s = self._patience.backoff_s
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = self.connection.get(path, query or {}, self._timeout(path))
            except TransportError as error:
                failure, wait_s = RequestError(path, 0, str(error)), backoff_s
            else:
                if response.status == 200:  # noqa: PLR2004 - an HTTP status
                    return response.body
                failure, wait_s = refused(path, response), _retry_after_s(response, backoff_s)
                if response.status != _TOO_MANY_REQUESTS and response.status < _SERVER_ERRORS:
                    raise failure
            if attempt == _ATTEMPTS or self._left_s() <= wait_s:
                raise failure
            time.sleep(wait_s)
            backoff_s *= 2
        raise AssertionError  # the last attempt returns or raises

    def _timeout(self, path: str) -> float:
        left_s = self._left_s()
        if left_s <= 0:
            raise RequestError(path, 0, "not read before the scan's deadline")
        return min(self._patience.timeout_s, left_s)

    def _left_s(self) -> float:
        return self._deadline - time.monotonic()


def refused(path: str, response: Response, method: str = "GET") -> RequestError:
    """Return the error that an answer is, in the words of the server."""
    try:
        status = _status.decode(response.body)
    except UNDECODABLE:
        status = _Status(message=response.body[:200].decode(errors="replace"))
    return RequestError(path, response.status, status.message or "no explanation given", status.reason, method)


def _retry_after_s(response: Response, otherwise_s: float) -> float:
    given = response.headers.get("Retry-After", "")
    return min(float(given), _LONGEST_WAIT_S) if given.isdigit() else otherwise_s
