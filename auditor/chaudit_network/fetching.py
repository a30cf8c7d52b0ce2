"""Fetching for probes: what a URL holds, never more than a bound, from nobody but who was named."""

from http.client import HTTPException
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from chaudit import Asking

_CHUNK = 64 * 1024

FETCH_ERRORS = (URLError, HTTPException, OSError)
"""What can go wrong on the way; the text says what."""


class TooMuchError(Exception):
    """There is more than was bargained for."""


class _NoRedirect(HTTPRedirectHandler):
    """Nothing but what was named is contacted."""

    def redirect_request(self, *_: object) -> None:
        """Follow nobody."""


def fetch(request: str | Request, asking: Asking, most_bytes: int) -> bytes:
    """Fetch in small pieces, each in its turn, so that a server that dribbles does not hold up the probe.

    Raises:
        TooMuchError: there is more than `most_bytes` of it.
        TimeUpError: it takes longer than the probe may.
    """
    asking.wait()
    with build_opener(_NoRedirect).open(request, timeout=asking.timeout_s) as response:
        pieces = bytearray()
        while piece := response.read1(_CHUNK):
            pieces += piece
            if len(pieces) > most_bytes:
                raise TooMuchError
            asking.wait()
        return bytes(pieces)
