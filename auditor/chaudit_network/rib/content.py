"""The bytes of a table: from a file, or from where a router or its looking glass serves it; never more than a bound."""

import bz2
import gzip
import zlib
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from chaudit import Asking, ProbeError
from chaudit_network.fetching import FETCH_ERRORS, TooMuchError, fetch

MOST_BYTES = 64 * 1024 * 1024
_SCHEMES = frozenset({"http", "https"})


def is_url(place: str) -> bool:
    """Whether a place is to be fetched, and not a file."""
    return "://" in place


def is_usable(place: str) -> bool:
    """Whether a place is a file that is there, or a URL that can be fetched."""
    return urlsplit(place).scheme in _SCHEMES if is_url(place) else Path(place).is_file()


def content_of(place: str, asking: Asking) -> bytes:
    """Return what is in a file, or behind a URL, decompressed where it is compressed.

    Raises:
        ProbeError: it cannot be read, or is larger than a table of a cluster's routes can be.
        TimeUpError: it takes longer than the probe may.
    """
    try:
        raw = fetch(place, asking, MOST_BYTES) if is_url(place) else _read(place)
        return _plain(raw, place)
    except TooMuchError as error:
        raise ProbeError(_too_large(place)) from error
    except (*FETCH_ERRORS, EOFError, zlib.error) as error:
        raise ProbeError(f"{place}: cannot be read: {error}") from error


def _plain(raw: bytes, place: str) -> bytes:
    if raw.startswith(b"\x1f\x8b"):
        with gzip.open(BytesIO(raw)) as packed:
            return _bounded(packed.read(MOST_BYTES + 1), place)
    if raw.startswith(b"BZh"):
        with bz2.open(BytesIO(raw)) as packed:
            return _bounded(packed.read(MOST_BYTES + 1), place)
    return raw


def _read(place: str) -> bytes:
    with Path(place).open("rb") as file:
        return _bounded(file.read(MOST_BYTES + 1), place)


def _bounded(content: bytes, place: str) -> bytes:
    if len(content) > MOST_BYTES:
        raise ProbeError(_too_large(place))
    return content


def _too_large(place: str) -> str:
    return f"{place}: larger than {MOST_BYTES // 1024 // 1024} MiB: give only what the nodes told the router"
