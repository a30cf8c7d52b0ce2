"""The yardstick of a scan: downloads the same lists in pages and decodes nothing.

A command, because the whole process is what gets measured; it imports nothing that a download does not need.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

import urllib3

PAGE = 500
_TIMEOUT = urllib3.Timeout(connect=5, read=120)
# The answer is not decoded: only the token of the next page is picked out of the metadata, which built-in kinds put
# before the items and custom kinds behind them.
_MARGIN = 4096
_BEFORE = re.compile(rb'^\{"kind":"\w+","apiVersion":"[\w./]+","metadata":\{[^{}]*"continue":"([^"]+)"')
_BEHIND = re.compile(rb'\],"kind":"\w+","metadata":\{"continue":"([^"]+)"[^{}]*\}\}\s*$')


class Downloader:
    """Connections to the server of a kubeconfig that the control plane of the tests has written, which is JSON."""

    def __init__(self, kubeconfig: Path, connections: int = 1) -> None:
        config = json.loads(kubeconfig.read_bytes())
        cluster = config["clusters"][0]["cluster"]
        self._server = cluster["server"]
        self._headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
        self._pool = urllib3.PoolManager(
            ca_certs=cluster["certificate-authority"], maxsize=connections, block=True, retries=False, timeout=_TIMEOUT
        )

    def pages(self, path: str) -> Iterator[bytes]:
        """Yield the list at ``path``, which may hold selectors, page by page."""
        link = f"{self._server}{path}{'&' if '?' in path else '?'}limit={PAGE}"
        token = ""
        while True:
            # The token is base64 in the alphabet for URLs: it needs no quoting.
            response = self._pool.request("GET", f"{link}&continue={token}" if token else link, headers=self._headers)
            if response.status != HTTPStatus.OK:
                sys.exit(f"{path}: {response.status}")
            yield response.data
            token = next_token(response.data)
            if not token:
                return

    def size_of(self, path: str) -> int:
        """Download the list at ``path`` and return its size in bytes."""
        return sum(len(page) for page in self.pages(path))


def next_token(page: bytes) -> str:
    """Return the token that continues the list behind this page, empty at its end."""
    found = _BEFORE.match(page[:_MARGIN]) or _BEHIND.search(page[-_MARGIN:])
    return found[1].decode() if found else ""


def main() -> None:
    """Download the lists whose URL paths stand in a JSON file, several at once if so asked, and print the bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kubeconfig", type=Path)
    parser.add_argument("lists", type=Path, help="a JSON array of URL paths")
    parser.add_argument("--connections", type=int, default=1)
    options = parser.parse_args()
    downloader = Downloader(options.kubeconfig, options.connections)
    with ThreadPoolExecutor(options.connections) as pool:
        print(sum(pool.map(downloader.size_of, json.loads(options.lists.read_bytes()))))


if __name__ == "__main__":
    main()
