"""Sends single requests to the API server, as the tests mean them: no retries, no models, bounded waits."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import urllib3


class Reply(NamedTuple):
    """What the server said: the HTTP status, and the decoded JSON body or else the text."""

    status: int
    body: Any


class Api:
    """A connection pool to one API server; ``token`` speaks for requests that bring none of their own."""

    def __init__(self, url: str, ca_file: Path, token: str, *, connections: int = 1) -> None:
        self.url = url
        self._token = token
        self._pool = urllib3.PoolManager(
            ca_certs=str(ca_file),
            maxsize=connections,
            block=True,
            retries=False,
            timeout=urllib3.Timeout(connect=5, read=60),
        )

    def request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> Reply:
        """Send one request; ``path`` holds the query too, and the empty ``token`` means anonymous."""
        headers = {"User-Agent": "chaudit-tests", "Accept": "application/json", "Content-Type": "application/json"}
        speaker = self._token if token is None else token
        if speaker:
            headers["Authorization"] = f"Bearer {speaker}"
        payload = None if body is None else json.dumps(body).encode()
        response = self._pool.request(method, self.url + path, body=payload, headers=headers)
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return Reply(response.status, response.json())
        return Reply(response.status, response.data.decode(errors="replace"))

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()
