"""A plain HTTP client and the smallest objects, for the tests of the embedded API server."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import urllib3

from chaudit.testing import ApiServer
from cluster.pki import Authority


class Named(NamedTuple):
    """What a resource is called, with the fields of `chaudit.Resource`."""

    group: str
    version: str
    plural: str
    kind: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as it came over the wire, decompressed."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    json: Any

    @property
    def names(self) -> list[str]:
        """The names of a list's items."""
        return [item["metadata"]["name"] for item in self.json["items"]]


class Reader:
    """Sends single requests, without retries, and with the server's own token unless told otherwise."""

    def __init__(self, server: ApiServer, ca_file: Path | None = None) -> None:
        self._url = server.url
        self._token = server.token
        self._pool = urllib3.PoolManager(
            ca_certs=str(ca_file) if ca_file else None, retries=False, timeout=urllib3.Timeout(30)
        )

    def get(self, path: str, query: Mapping[str, str] | None = None, **headers: str) -> Reply:
        """GET a path; `headers` replace the usual ones, an empty one is left out."""
        return self.send("GET", path, query, **headers)

    def send(self, method: str, path: str, query: Mapping[str, str] | None = None, **headers: str) -> Reply:
        """Send a request without a body."""
        usual = {"Authorization": f"Bearer {self._token}", "User-Agent": "reader"}
        sent = {name.replace("_", "-"): value for name, value in (usual | headers).items() if value}
        response = self._pool.request(method, self._url + path, fields=query, headers=sent)
        is_json = response.headers["Content-Type"] == "application/json" and response.data
        return Reply(response.status, response.headers, response.data, response.json() if is_json else None)

    def pages(self, path: str, limit: int) -> Iterator[Reply]:
        """Yield the pages of a list, at most a hundred."""
        query = {"limit": str(limit)}
        for _ in range(100):
            page = self.get(path, query)
            yield page
            token = page.json["metadata"].get("continue")
            if not token:
                return
            query["continue"] = token

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


@contextmanager
def serving(*objects: Mapping[str, Any], **options: Any) -> Iterator[tuple[ApiServer, Reader]]:  # noqa: ANN401 - passed on
    """Serve the objects as long as the block lasts."""
    with ApiServer(objects, **options) as server:
        reader = Reader(server)
        try:
            yield server, reader
        finally:
            reader.close()


def encrypted(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A context with a certificate for 127.0.0.1, and the authority that has signed it."""
    authority = Authority(folder)
    pair = authority.server()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair.certificate, pair.key)
    return tls, authority.certificate


def made(api_version: str, kind: str, name: str, namespace: str | None = None, **content: object) -> dict[str, Any]:
    """An object with a name and little else."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def pods(*names: str) -> list[dict[str, Any]]:
    """Pods in the namespace `default`."""
    return [made("v1", "Pod", name, "default") for name in names]
